-- Grain: one label of a user with an event or a review up to the data date.
-- Reads: interactions (events with golden item ids), item_labels (item_id, label, confidence), past_reviews (user_id, event_date).
-- Parameters: $data_date; $model_version, text; $utc_offset_minutes, added to UTC for the time of day.
-- Key: (user_id, label_kind, label). Confidence 0 to 1: smoothed share of the behaviour that speaks for the label. Weights are summed as DECIMAL.
with past as (
  select
    user_id,
    item_id,
    kind,
    time + to_minutes(cast($utc_offset_minutes as bigint)) as local_time,
    event_date,
    cast(cast($data_date as date) - event_date as bigint) as age_days,
    cast(value / coalesce(nullif(quantity, 0), 1) as decimal(18, 4)) as unit_price
  from interactions
  where user_id is not null
    and event_date <= cast($data_date as date)
), weighed as (
  select
    past.user_id,
    item_labels.label,
    cast(
      case kind when 'purchase' then 5 when 'cart' then 3 when 'return' then 0 else 1 end
        * pow(0.5, age_days / 30.0)
        * item_labels.confidence
      as decimal(18, 9)
    ) as weight
  from past
  join item_labels using (item_id)
  where item_labels.label is not null
), interest_sums as (
  select
    user_id,
    label,
    sum(weight) as weight
  from weighed
  group by user_id, label
), interest_shares as (
  select
    user_id,
    label,
    cast(weight / (sum(weight) over (partition by user_id) + 1) as decimal(9, 6)) as share,
    row_number() over (partition by user_id order by weight desc, label) as place
  from interest_sums
), activity as (
  select
    user_id,
    count(*) as events,
    count(*) filter (where isodow(event_date) >= 6) as weekend,
    count(*) filter (where hour(local_time) < 6) as night,
    count(*) filter (where hour(local_time) between 6 and 11) as morning,
    count(*) filter (where hour(local_time) between 12 and 17) as afternoon,
    count(*) filter (where hour(local_time) >= 18) as evening,
    count(distinct event_date) filter (where age_days < 28) as active_days
  from past
  group by user_id
), habits as (
  select user_id, 'week' as label_kind, 'weekend' as label, weekend as hits, events as of
  from activity
  where events >= 5 and weekend * 2 >= events
  union all
  select user_id, 'week', 'weekday', events - weekend, events
  from activity
  where events >= 5 and weekend * 5 <= events
  union all
  select user_id, 'time of day', part, hits, events
  from (
    unpivot (select user_id, events, night, morning, afternoon, evening from activity)
    on night, morning, afternoon, evening
    into name part value hits
  )
  where events >= 5 and hits * 2 >= events
  qualify row_number() over (partition by user_id order by hits desc, part) = 1
), frequencies as (
  select
    user_id,
    case
      when active_days >= 14 then 'most days'
      when active_days >= 4 then 'weekly'
      when active_days >= 1 then 'occasional'
      else 'away'
    end as label
  from activity
), bought as (
  select
    user_id,
    unit_price
  from past
  where kind = 'purchase' and unit_price > 0
), cuts as (
  select
    quantile_disc(unit_price, 1.0 / 3) as low,
    quantile_disc(unit_price, 2.0 / 3) as high
  from bought
), banded as (
  select
    user_id,
    case when unit_price <= low then 'low' when unit_price <= high then 'middle' else 'high' end as label,
    count(*) as hits
  from bought
  cross join cuts
  group by user_id, label
), bands as (
  select
    user_id,
    label,
    hits,
    sum(hits) over (partition by user_id) as of,
    row_number() over (partition by user_id order by hits desc, label) as place
  from banded
), writers as (
  select
    user_id,
    count(*) as reviews
  from past_reviews
  where user_id is not null
    and event_date <= cast($data_date as date)
  group by user_id
), labels as (
  select user_id, 'interest' as label_kind, label, share as confidence
  from interest_shares
  where place <= 3 and share >= 0.1
  union all
  select user_id, label_kind, label, cast((hits + 1) / (of + 2) as decimal(9, 6))
  from habits
  union all
  select user_id, 'frequency', label, 1
  from frequencies
  union all
  select user_id, 'price band', label, cast((hits + 1) / (of + 2) as decimal(9, 6))
  from bands
  where place = 1 and of >= 3 and hits * 2 >= of
  union all
  select user_id, 'reviewer', case when reviews >= 3 then 'frequent' else 'some' end, 1
  from writers
)
select
  user_id,
  label_kind,
  label,
  cast(confidence as double) as confidence,
  $model_version as model_version
from labels
order by user_id, label_kind, label
