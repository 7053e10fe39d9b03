import { readParquetSql } from './parquet.ts';
import type { SqlStep } from './steps.ts';

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

/** What interactions are read from: files, and the parameters of `interactionsSql`. */
export interface InteractionsWork {
  readonly events: readonly string[];
  readonly clusters: readonly string[];
  readonly namespaces: Readonly<Record<string, string>>;
  /** Last day that counts, YYYY-MM-DD. */
  readonly dataDate: string;
}

/** The table `interactions`; without events it is empty and has its columns all the same. */
export function interactionsStep({ events, clusters, namespaces, dataDate }: InteractionsWork): SqlStep {
  if (events.length === 0) return { table: 'interactions', sql: noInteractionsSql };
  return {
    table: 'interactions',
    sql: interactionsSql(events, clusters),
    parameters: { namespaces: JSON.stringify(namespaces), data_date: dataDate },
  };
}

const noInteractionsSql = `select
  null::varchar as user_id,
  null::varchar as item_id,
  null::varchar as kind,
  null::timestamp as time,
  null::decimal(18, 6) as quantity,
  null::decimal(18, 4) as value,
  null::varchar as session_id,
  null::date as event_date,
  null::varchar as _source,
  null::varchar as _slice,
  null::varchar as _file,
  null::bigint as _line
where false`;
