import type { Survivorship, SurvivorshipRule } from '../../schemas/match.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { columnsOf, keyOf, leadingColumn } from './entity-sql.ts';
import { firstIdsSql, goldenIdSql, namespaceRankSql } from './golden-id.ts';
import type { RecordEntity } from './records-sql.ts';
import { stampFileSql, stampLineSql, stampSliceSql, stampSql } from './stamp-sql.ts';

/** Columns of `unified.users` and `unified.items` beside the entity's own, in order. */
export const goldenColumns = [
  'namespaces',
  'sources',
  'source_rows',
  'first_seen',
  'last_seen',
  'gone_since',
  '_provenance',
] as const;

/** Golden ids without clusters: every (namespace, key) is a thing of its own. */
export function ownIdsSql(entity: RecordEntity, order: readonly string[]): string {
  const key = keyOf(entity);
  return `
select distinct
  namespace,
  ${key},
  ${goldenIdSql('namespace', key, order, firstIdsSql('records', key, order))} as golden_id
from records`;
}

/**
 * One golden record per golden id.
 *
 * Survivorship, column by column: a value before none, then the column's rule, then the earlier namespace, the later stamp
 * and the source by name. A currency goes with its price. Grain: one golden id. Reads: records, golden_ids. Key: golden_id.
 */
export function goldenPicksSql(
  entity: RecordEntity,
  order: readonly string[],
  survivorship: Survivorship = {},
): string {
  const key = keyOf(entity);
  const ruleOf = (name: string): SurvivorshipRule => survivorship[name] ?? 'source_priority';
  const picks = columnsOf(entity).map((name) => {
    const column = quotedIdentifier(name);
    const leading = leadingColumn(entity, name);
    const stamp = name === key ? 'stamp' : `coalesce(_seen.${column}, stamp)`;
    const ranks = [...rankSql(ruleOf(leading), leading, stamp), 'priority', `${stamp} desc`, '_source', key];
    return `first(struct_pack(value := ${column}, source := _source, stamp := ${stamp}, namespace := namespace, id := ${key})
    order by ${ranks.join(', ')}) filter (${quotedIdentifier(leading)} is not null) as ${column}`;
  });
  const votes = columnsOf(entity)
    .filter((name) => leadingColumn(entity, name) === name && ruleOf(name) === 'vote')
    .map((name) => {
      const said = columnsOf(entity).filter((other) => leadingColumn(entity, other) === name);
      return `count(*) over (partition by golden_id, ${said.map(quotedIdentifier).join(', ')}) as ${votesColumn(name)}`;
    });
  return `
with ranked as (
  select
    ${[
      'records.*',
      'golden_id',
      `${namespaceRankSql('records.namespace', order)} as priority`,
      `${stampSql} as stamp`,
      ...votes,
    ].join(',\n    ')}
  from records
  join golden_ids using (namespace, ${key})
)
select
  golden_id,
  ${picks.join(',\n  ')},
  to_json(list_sort(list(distinct namespace)))::varchar as namespaces,
  to_json(list_sort(list(distinct _source)))::varchar as sources,
  sum(source_rows)::bigint as source_rows,
  min(first_seen) as first_seen,
  max(last_seen) as last_seen,
  case when bool_and(gone_since is not null) then max(gone_since) end as gone_since
from ranked
group by golden_id`;
}

/**
 * The attributes of golden users put together, each member surviving on its own by the rule of `attributes`: what one system
 * lacks another tells.
 *
 * Grain: one golden id with attributes. Reads: records, golden_ids. Key: golden_id. `merged`: JSON object, keys sorted;
 * `places`: members of a provenance object, `"attributes.<name>":{…}`.
 */
export function goldenAttributesSql(
  entity: RecordEntity,
  order: readonly string[],
  survivorship: Survivorship = {},
): string {
  const key = keyOf(entity);
  const rule = survivorship.attributes ?? 'source_priority';
  const ranks = [...rankSql(rule, 'value', 'stamp', 'votes'), 'priority', 'stamp desc', '_source', 'id'];
  return `
with said as (
  select
    golden_id,
    attributes::json as document,
    unnest(json_keys(attributes)) as name,
    coalesce(_seen.attributes, ${stampSql}) as stamp,
    ${namespaceRankSql('records.namespace', order)} as priority,
    records.namespace as namespace,
    ${key} as id,
    _source
  from records
  join golden_ids using (namespace, ${key})
  where attributes is not null
), valued as (
  select
    * exclude (document),
    json_extract(document, '$.' || to_json(name)::varchar)::varchar as value
  from said
), ranked as (
  select
    *,
    count(*) over (partition by golden_id, name, value) as votes
  from valued
  where value is not null and value <> 'null'
), picked as (
  select
    golden_id,
    name,
    first(struct_pack(value := value, source := _source, stamp := stamp, namespace := namespace, id := id)
      order by ${ranks.join(', ')}) as pick
  from ranked
  group by golden_id, name
)
select
  golden_id,
  '{' || string_agg(to_json(name)::varchar || ':' || pick.value, ',' order by name) || '}' as merged,
  string_agg(to_json('attributes.' || name)::varchar || ':' || ${placeSql('pick')}, ',' order by name) as places
from picked
group by golden_id`;
}

/** What a rule ranks by before everything else. */
function rankSql(
  rule: SurvivorshipRule,
  column: string,
  stamp: string,
  votes = votesColumn(column),
): string[] {
  switch (rule) {
    case 'source_priority':
      return [];
    case 'newest':
      return [`${stampSliceSql(stamp)} desc`];
    case 'most_complete':
      return [`length(${quotedIdentifier(column)}) desc`];
    case 'vote':
      return [`${votes} desc`];
  }
}

function votesColumn(column: string): string {
  return quotedIdentifier(`votes:${column}`);
}

/** `unified.<entity>` as it is stored, ordered by its key; with attributes put together (`golden_attributes`) or of one record. */
export function storedGoldenSql(entity: RecordEntity, mergesAttributes = false): string {
  const key = keyOf(entity);
  const values = columnsOf(entity).map((name) => {
    const column = quotedIdentifier(name);
    if (mergesAttributes && name === 'attributes') return 'merged as attributes';
    return name === key ? `golden_id as ${column}` : `${column}.value as ${column}`;
  });
  return `
select
  ${[...values, ...goldenColumns.slice(0, -1)].join(',\n  ')},
  ${provenanceSql(entity, mergesAttributes)} as _provenance
from golden_picks${mergesAttributes ? '\nleft join golden_attributes using (golden_id)' : ''}
order by golden_id`;
}

/** Per source: the source rows behind its records, and the golden records that took their id from it. */
export function goldenTotalsSql(entity: RecordEntity): string {
  return `
with ids as (
  select ${keyOf(entity)}.source as _source, count(*) as golden from golden_picks group by 1
), totals as (
  select _source, sum(source_rows)::bigint as source_rows from records group by _source
)
select
  _source,
  source_rows,
  coalesce(golden, 0) as golden
from totals
left join ids using (_source)
order by _source`;
}

/** One JSON object: column → where its surviving value was read, columns by name. */
function provenanceSql(entity: RecordEntity, mergesAttributes: boolean): string {
  const members = [...columnsOf(entity)].sort().flatMap((name) => {
    const column = quotedIdentifier(name);
    if (mergesAttributes && name === 'attributes') return ['places'];
    return [
      `case when ${column}.value is not null then ${quotedString(`"${name}":`)} || ${placeSql(column)} end`,
    ];
  });
  return `'{' || array_to_string(list_filter([\n    ${members.join(',\n    ')}\n  ], lambda m: m is not null), ',') || '}'`;
}

/** Where a pick was read, as JSON. */
function placeSql(pick: string): string {
  const stamp = `${pick}.stamp`;
  return `to_json(struct_pack(source := ${pick}.source, slice := ${stampSliceSql(stamp)}, file := ${stampFileSql(stamp)}, line := ${stampLineSql(stamp)}, namespace := ${pick}.namespace, id := ${pick}.id))::varchar`;
}
