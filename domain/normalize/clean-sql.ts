import { type EntityName, entities } from '../../schemas/entities.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { EntityPlan } from './entity-plan.ts';
import { judgedTable, typedColumns, warningsOf } from './mapping-sql.ts';
import { moneyColumnOf } from './rules.ts';
import { warehouseTypes } from './type-sql.ts';

/** A column of a clean file. */
export interface CleanColumn {
  readonly name: string;
  readonly type: string;
}

const q = quotedIdentifier;
const alive = 'kept and verdict is null';

/**
 * The columns of `clean.<source>.<entity>`: the entity's own in catalogue order, then `event_date` (DATE of `time` in the
 * business zone) for events or `namespace` and `source_rows` for records, then `_source`, `_slice`, `_file`, `_line`.
 */
export function cleanColumns(entity: EntityName): CleanColumn[] {
  const { columns, kind } = entities[entity];
  const varchar = (name: string): CleanColumn => ({ name, type: 'VARCHAR' });
  return [
    ...Object.entries(columns).map(([name, { type }]) => ({ name, type: warehouseTypes[type] })),
    ...(kind === 'event'
      ? [{ name: 'event_date', type: 'DATE' }]
      : [varchar('namespace'), { name: 'source_rows', type: 'BIGINT' }]),
    ...['_source', '_slice', '_file'].map(varchar),
    { name: '_line', type: 'BIGINT' },
  ];
}

/** Name of the table of rows that repeat another one. */
export function repeatsTable(plan: EntityPlan): string {
  return `repeats_${plan.entity}`;
}

/** Name of the table of clean rows. */
export function cleanTable(plan: EntityPlan): string {
  return `clean_${plan.entity}`;
}

/**
 * Counts the good rows of an event entity that are compared as whole source rows: all where the policy is `row` and the
 * mapping names no key, those without a whole key where it does. Only then is the table `twins` needed.
 */
export function keylessSql(plan: EntityPlan): string {
  const compared = plan.kind === 'event' && plan.duplicates === 'row';
  const missing = plan.key.map((column) => `${q(column)} is null`).join(' or ');
  return `select count(*) from ${judgedTable(plan)} where ${compared} and ${alive}${missing ? ` and (${missing})` : ''}`;
}

/**
 * Table `repeats_<entity>`: (row_id, ordinal) of the good rows of an event entity that repeat an earlier good row of
 * their slice, by the event key where the mapping names one and all its columns have a value, else by the whole source
 * row where the source's policy is `row`. Reads `judged_<entity>` and, where `keylessSql` counts any, `twins`.
 */
export function repeatsSql(plan: EntityPlan, hasTwins: boolean): string {
  const judged = judgedTable(plan);
  const none = `select row_id, ordinal from ${judged} where false`;
  if (plan.kind === 'record') return none;
  const keyed = plan.key.map((column) => `${q(column)} is not null`).join(' and ');
  const parts = [
    ...(plan.key.length > 0
      ? [
          `select row_id, ordinal
from ${judged}
where ${alive} and ${keyed}
qualify row_number() over (partition by ordinal, ${plan.key.map(q).join(', ')} order by row_id) > 1`,
        ]
      : []),
    ...(hasTwins
      ? [
          `select j.row_id, j.ordinal
from ${judged} as j
join twins as t on t.row_id = j.row_id
where j.kept and j.verdict is null${plan.key.length > 0 ? ` and not (${keyed})` : ''}
qualify row_number() over (partition by t.twin order by j.row_id) > 1`,
        ]
      : []),
  ];
  return parts.length > 0 ? parts.join('\nunion all\n') : none;
}

/**
 * Makes `clean_<entity>`: the good rows, columns as in `cleanColumns` without source and slice, with `ordinal`. Events
 * without repeats are a view of the judged rows, in their order; everything else is a table.
 *
 * A record is one row per key and slice: of every column the last value that is there by (file, line), the currency from
 * the row whose price counts; provenance is the last row's.
 */
export function cleanStatement(plan: EntityPlan, hasRepeats: boolean): { sql: string; isView: boolean } {
  const isView = plan.kind === 'event' && !hasRepeats;
  const rows = plan.kind === 'event' ? cleanEventsSql(plan, hasRepeats) : cleanRecordsSql(plan);
  return { sql: `create or replace ${isView ? 'view' : 'table'} ${cleanTable(plan)} as\n${rows}`, isView };
}

/**
 * One slice of `clean_<entity>` in its total order, as it is written. Rows that lie in that order already are sorted all
 * the same: without it the row groups of the file depend on the number of threads. `as read`: whoever asks sees to that.
 */
export function cleanSliceSql(
  plan: EntityPlan,
  ordinal: number,
  source: string,
  slice: string,
  order: 'sorted' | 'as read' = 'sorted',
): string {
  const values = cleanColumns(plan.entity).map(({ name }) => {
    if (name === '_source') return `cast(${quotedString(source)} as varchar) as _source`;
    if (name === '_slice') return `cast(${quotedString(slice)} as varchar) as _slice`;
    return q(name);
  });
  const key = plan.kind === 'event' ? 'row_id' : plan.key.map(q).join(', ');
  return `select
  ${values.join(',\n  ')}
from ${cleanTable(plan)}
where ordinal = ${ordinal}${order === 'sorted' ? `\norder by ${key}` : ''}`;
}

/** No rows with an entity's clean columns, for a slice that holds none. */
export function noRowsSql(entity: EntityName): string {
  const values = cleanColumns(entity).map(({ name, type }) => `cast(null as ${type}) as ${q(name)}`);
  return `select\n  ${values.join(',\n  ')}\nwhere false`;
}

/** Rows of `judged_<entity>` by slice: all, skipped, rejected, and how many fail each warning check (`w:<n>`). */
export function judgedCountsSql(plan: EntityPlan): string {
  const warnings = warningsOf(plan).map(
    (_, index) => `,\n  count(*) filter (where ${q(`w:${index}`)}) as ${q(`w:${index}`)}`,
  );
  return `select
  ordinal,
  count(*) as rows_in,
  count(*) filter (where not kept) as skipped,
  count(*) filter (where verdict is not null) as rejected${warnings.join('')}
from ${judgedTable(plan)}
group by ordinal
order by ordinal`;
}

/** Rejected rows by slice and verdict. */
export function verdictCountsSql(plan: EntityPlan): string {
  return `select ordinal, verdict, count(*) as rejected
from ${judgedTable(plan)}
where verdict is not null
group by ordinal, verdict
order by ordinal, verdict`;
}

/** Repeated rows by slice. */
export function repeatCountsSql(plan: EntityPlan): string {
  return `select ordinal, count(*) as repeats from ${repeatsTable(plan)} group by ordinal order by ordinal`;
}

/** Clean rows by slice, with the source rows they come from and, for events, the newest time as ISO text. */
export function cleanCountsSql(plan: EntityPlan): string {
  const own =
    plan.kind === 'event'
      ? `count(*) as source_rows,\n  strftime(max(${q('time')}), '%Y-%m-%dT%H:%M:%S.%gZ') as max_time`
      : 'cast(sum(source_rows) as bigint) as source_rows,\n  cast(null as varchar) as max_time';
  return `select
  ordinal,
  count(*) as rows_out,
  ${own}
from ${cleanTable(plan)}
group by ordinal
order by ordinal`;
}

/** Clean events by slice and business date. */
export function eventDatesSql(plan: EntityPlan): string {
  return `select ordinal, cast(event_date as varchar) as event_date, count(*) as events
from ${cleanTable(plan)}
group by ordinal, event_date
order by ordinal, event_date`;
}

function cleanEventsSql(plan: EntityPlan, hasRepeats: boolean): string {
  const columns = typedColumns(plan).map(({ name }) => `j.${q(name)}`);
  return `select
  ${['j.row_id', 'j.ordinal', ...columns, 'j.file as _file', 'j.line as _line'].join(',\n  ')}
from ${judgedTable(plan)} as j${hasRepeats ? `\nanti join ${repeatsTable(plan)} as r on r.row_id = j.row_id` : ''}
where j.kept and j.verdict is null`;
}

function cleanRecordsSql(plan: EntityPlan): string {
  const money = moneyColumnOf(plan.entity);
  const last = (name: string, filter = ''): string => `arg_max(${q(name)}, row_id)${filter}`;
  const values = typedColumns(plan).map(({ name }) => {
    if (plan.key.includes(name)) return q(name);
    if (name !== 'currency' || money === undefined) return `${last(name)} as ${q(name)}`;
    return `coalesce(${last(name, ` filter (where ${q(money)} is not null)`)}, ${last(name)}) as ${q(name)}`;
  });
  return `select
  ${['ordinal', ...values].join(',\n  ')},
  cast(${quotedString(plan.namespace)} as varchar) as namespace,
  count(*) as source_rows,
  ${last('file')} as _file,
  ${last('line')} as _line
from ${judgedTable(plan)}
where ${alive}
group by ordinal, ${plan.key.map(q).join(', ')}`;
}
