-- Grain: one item of one namespace, numbered from 0 by (namespace, item_id); per column the newest value of its sources.
-- Reads: records (a file of match.records.items).
-- Parameters: none.
-- Key: number; also (namespace, item_id). Descriptions are cut at 2,000 characters.
with items as (
  select
    namespace,
    item_id,
    first(title order by last_seen desc, _source) filter (title is not null) as title,
    first(description order by last_seen desc, _source) filter (description is not null) as description,
    first(brand order by last_seen desc, _source) filter (brand is not null) as brand,
    first(price order by last_seen desc, _source) filter (price is not null) as price
  from records
  group by namespace, item_id
)
select
  row_number() over (order by namespace, item_id) - 1 as number,
  namespace,
  item_id,
  title,
  left(description, 2000) as description,
  brand,
  price::double as price
from items
