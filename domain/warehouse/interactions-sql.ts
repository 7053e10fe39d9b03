import { readParquetSql } from './parquet.ts';
import { quotedString } from './quoting.ts';
import type { SqlStep } from './steps.ts';

/** Source → namespace: whose items and users its rows name. */
export type Namespaces = Readonly<Record<string, string>>;

/**
 * A relation whose rows name users by the ids of their own systems, with golden ids in their place; as it is without clusters.
 * A user nobody delivered keeps the own id. Reads: match.clusters.users.
 *
 * @param clusters files of match.clusters.users; none where users are of one system
 */
export function withGoldenUsers(
  relation: string,
  clusters: readonly string[],
  namespaces: Namespaces,
): string {
  if (clusters.length === 0) return relation;
  const cases = Object.entries(namespaces).map(
    ([source, namespace]) => `when ${quotedString(source)} then ${quotedString(namespace)}`,
  );
  return `(
  select named.* replace (coalesce(golden_users.golden_id, named.user_id) as user_id)
  from ${relation} as named
  left join (
    select distinct namespace, user_id, golden_id from ${readParquetSql(clusters)}
  ) as golden_users
    on golden_users.user_id = named.user_id
    and golden_users.namespace = ${cases.length > 0 ? `case named._source ${cases.join(' ')} end` : 'null'}
)`;
}

/**
 * Events with the golden id of their item and their user, up to a date: what labels, profiles and models are made of.
 *
 * What nobody delivered keeps the id of its source. Grain: one event. Reads: unified.events, match.clusters, match.clusters.users.
 * Parameters: $namespaces, JSON, source → namespace; $data_date. Key: (_source, _slice, _file, _line).
 */
export function interactionsSql({
  events,
  clusters,
  userClusters = [],
  namespaces,
}: InteractionsWork): string {
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
  from ${withGoldenUsers(readParquetSql(events), userClusters, namespaces)}
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
  /** Of match.clusters; none where no items are mapped. */
  readonly clusters: readonly string[];
  /** Of match.clusters.users. Default: none, users are of one system. */
  readonly userClusters?: readonly string[];
  readonly namespaces: Namespaces;
  /** Last day that counts, YYYY-MM-DD. */
  readonly dataDate: string;
}

/** The table `interactions`; without events it is empty and has its columns all the same. */
export function interactionsStep(work: InteractionsWork): SqlStep {
  const { events, namespaces, dataDate } = work;
  if (events.length === 0) return { table: 'interactions', sql: noInteractionsSql };
  return {
    table: 'interactions',
    sql: interactionsSql(work),
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
