-- Grain: one user with an event, a review or a record, up to the data date.
-- Reads: interactions, item_categories, past_reviews, known_users.
-- Parameters: $data_date.
-- Key: user_id. Money is summed as DECIMAL, means are rounded to it: the same bytes at any thread count.
with activity as (
  select
    user_id,
    count(*) as events,
    count(*) filter (where event_date > cast($data_date as date) - 28) as events_28d,
    count(distinct item_id) as items,
    count(distinct session_id) as sessions,
    count(distinct event_date) as active_days,
    min(event_date) as first_event,
    max(event_date) as last_event,
    count(*) filter (where kind = 'purchase') as purchases,
    count(*) filter (where kind = 'return') as returns,
    sum(value) filter (where kind = 'purchase') as bought,
    sum(abs(value)) filter (where kind = 'return') as returned,
    count(value) filter (where kind = 'purchase') as priced
  from interactions
  where user_id is not null
  group by user_id
), wrote as (
  select
    user_id,
    count(*) as reviews,
    sum(rating) as rating_sum,
    count(rating) as rated
  from past_reviews
  where user_id is not null
  group by user_id
), touched as (
  select
    user_id,
    category,
    count(*) as row_count
  from interactions
  join item_categories using (item_id)
  where user_id is not null
  group by user_id, category
), favourite as (
  select
    user_id,
    first(category order by row_count desc, category) as top_category
  from touched
  group by user_id
), everyone as (
  select user_id from activity
  union
  select user_id from wrote
  union
  select user_id from known_users
)
select
  user_id,
  coalesce(events, 0) as events,
  coalesce(events_28d, 0) as events_28d,
  coalesce(items, 0) as items,
  coalesce(sessions, 0) as sessions,
  coalesce(active_days, 0) as active_days,
  first_event,
  last_event,
  cast($data_date as date) - last_event as recency_days,
  coalesce(purchases, 0) as purchases,
  coalesce(returns, 0) as returns,
  cast(coalesce(bought, 0) - coalesce(returned, 0) as decimal(18, 4)) as spend,
  cast(bought / nullif(priced, 0) as decimal(18, 4)) as purchase_mean,
  coalesce(reviews, 0) as reviews,
  cast(rating_sum / nullif(rated, 0) as decimal(18, 6)) as rating_mean,
  top_category
from everyone
left join activity using (user_id)
left join wrote using (user_id)
left join favourite using (user_id)
order by user_id
