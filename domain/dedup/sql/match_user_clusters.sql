-- Grain: one record of one source, with the golden user it belongs to and how many users of all namespaces that is.
-- Reads: records (a file of match.records.users), golden_clusters.
-- Parameters: none.
-- Key: (namespace, user_id, source), which is also the order.
select
  records.namespace,
  records.user_id,
  records._source as source,
  golden_clusters.golden_id,
  golden_clusters.cluster_size
from records
join golden_clusters using (namespace, user_id)
order by records.namespace, records.user_id, source
