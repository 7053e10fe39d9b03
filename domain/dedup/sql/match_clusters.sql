-- Grain: one record of one source, with the golden item it belongs to and how many items of all namespaces that is.
-- Reads: records (a file of match.records.items), golden_clusters.
-- Parameters: none.
-- Key: (namespace, item_id, source), which is also the order.
select
  records.namespace,
  records.item_id,
  records._source as source,
  golden_clusters.golden_id,
  golden_clusters.cluster_size
from records
join golden_clusters using (namespace, item_id)
order by records.namespace, records.item_id, source
