import { readParquetSql } from './parquet.ts';

/**
 * Events with the golden id of their item, up to a date: what labels, profiles and models are made of.
 *
 * An item nobody delivered keeps the id of its source. Grain: one event. Reads: unified.events, match.clusters.
 * Parameters: $namespaces, JSON, source → namespace; $data_date. Key: (_source, _slice, _file, _line).
 *
 * @param clusters files of match.clusters; none where no items are mapped
 */
export function interactionsSql(events: readonly string[], clusters: readonly string[]): string {
  return `
with dated as (
  select
    user_id,
    item_id as own_id,
    kind,
    time,
    quantity,
    value,
    session_id,
    event_date,
    json_extract_string(cast($namespaces as json), '$."' || _source || '"') as namespace,
    _source,
    _slice,
    _file,
    _line
  from ${readParquetSql(events)}
  where event_date <= cast($data_date as date)
), golden as (
  ${
    clusters.length > 0
      ? `select distinct namespace, item_id as own_id, golden_id from ${readParquetSql(clusters)}`
      : 'select null::varchar as namespace, null::varchar as own_id, null::varchar as golden_id where false'
  }
)
select
  user_id,
  coalesce(golden_id, own_id) as item_id,
  kind,
  time,
  quantity,
  value,
  session_id,
  event_date,
  _source,
  _slice,
  _file,
  _line
from dated
left join golden using (namespace, own_id)`;
}
