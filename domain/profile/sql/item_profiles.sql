-- Grain: one item with an event, a review or a record, up to the data date.
-- Reads: interactions, item_categories, past_reviews, known_items.
-- Parameters: $data_date.
-- Key: item_id. Money is summed as DECIMAL, means are rounded to it: the same bytes at any thread count.
with activity as (
  select
    item_id,
    count(*) as events,
    count(*) filter (where event_date > cast($data_date as date) - 7) as events_7d,
    count(*) filter (where event_date > cast($data_date as date) - 28) as events_28d,
    count(distinct user_id) as users,
    min(event_date) as first_event,
    max(event_date) as last_event,
    count(*) filter (where kind = 'purchase') as purchases,
    count(*) filter (where kind = 'return') as returns,
    sum(value) filter (where kind = 'purchase') as bought,
    sum(abs(value)) filter (where kind = 'return') as returned
  from interactions
  group by item_id
), received as (
  select
    item_id,
    count(*) as reviews,
    sum(rating) as rating_sum,
    count(rating) as rated
  from past_reviews
  group by item_id
), everything as (
  select item_id from activity
  union
  select item_id from received
  union
  select item_id from known_items
)
select
  item_id,
  category,
  price,
  coalesce(events, 0) as events,
  coalesce(events_7d, 0) as events_7d,
  coalesce(events_28d, 0) as events_28d,
  coalesce(users, 0) as users,
  first_event,
  last_event,
  cast($data_date as date) - last_event as recency_days,
  coalesce(purchases, 0) as purchases,
  coalesce(returns, 0) as returns,
  cast(coalesce(bought, 0) - coalesce(returned, 0) as decimal(18, 4)) as revenue,
  coalesce(reviews, 0) as reviews,
  cast(rating_sum / nullif(rated, 0) as decimal(18, 6)) as rating_mean,
  coalesce(gone, false) as gone
from everything
left join activity using (item_id)
left join received using (item_id)
left join known_items using (item_id)
left join item_categories using (item_id)
order by item_id
