import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { EntityPlan } from './entity-plan.ts';
import { judgedTable, verdictsOf } from './mapping-sql.ts';
import { type RawFile, rawJsonSql, type SourceShape } from './source-sql.ts';
import { cutTextSql } from './text-sql.ts';

/** Columns of `quarantine.<source>` in order, with their types. `line` and `rows` count from 1. */
export const quarantineColumns = [
  { name: 'source', type: 'VARCHAR' },
  { name: 'slice', type: 'VARCHAR' },
  { name: 'file', type: 'VARCHAR' },
  { name: 'line', type: 'BIGINT' },
  { name: 'entity', type: 'VARCHAR' },
  { name: 'column', type: 'VARCHAR' },
  { name: 'reason', type: 'VARCHAR' },
  { name: 'message', type: 'VARCHAR' },
  { name: 'also', type: 'VARCHAR' },
  { name: 'raw', type: 'VARCHAR' },
  { name: 'rows', type: 'BIGINT' },
] as const;

const q = quotedIdentifier;
const ownColumns = quarantineColumns.filter(({ name }) => name !== 'source' && name !== 'slice');

/** Table `quarantine`, empty: the quarantine columns without source and slice, with the slice's `ordinal`. */
export function createQuarantineSql(): string {
  const columns = ownColumns.map(({ name, type }) => `${q(name)} ${type}`);
  return `create or replace table quarantine (ordinal integer, ${columns.join(', ')})`;
}

/** Takes over what collect could not read: entity and column are null, `rows` as collect counted them. */
export function parseRejectsSql(files: readonly RawFile[]): string {
  const selects = files.map(
    ({ ordinal, path }) => `select
  ${ordinal} as ordinal,
  cast(file as varchar) as file,
  cast(line as bigint) as line,
  cast(reason as varchar) as reason,
  cast(message as varchar) as message,
  cast(raw as varchar) as raw,
  cast(rows as bigint) as rows
from read_parquet(${quotedString(path)})`,
  );
  return `insert into quarantine
select ordinal, file, line, null, null, reason, message, null, ${cutTextSql('raw')}, rows
from (${selects.join('\nunion all\n')})`;
}

/** Takes in the rejected rows of one entity, one row each with its first reason. */
export function rejectedRowsSql(plan: EntityPlan, shape: SourceShape): string {
  const verdicts = verdictsOf(plan).map(
    ({ column, reason, message }, number) =>
      `(${number}, ${quotedString(column)}, ${quotedString(reason)}, ${quotedString(message)})`,
  );
  return `insert into quarantine
with rejected as (
  select j.ordinal, j.file, j.line, j.verdict, j.also, ${rawJsonSql(shape, 'r')} as raw
  from ${judgedTable(plan)} as j
  join raw as r on r.row_id = j.row_id
  where j.verdict is not null
)
select ordinal, file, line, ${quotedString(plan.entity)}, v."column", v.reason, v.message, also, ${cutTextSql('raw')}, 1
from rejected
join (values ${verdicts.join(', ')}) as v (verdict, "column", reason, message) on v.verdict = rejected.verdict`;
}

/** Takes in one row for a whole refused slice. Parameters: $ordinal, $reason, $message, $rows. */
export const refusedSliceSql = `insert into quarantine
values ($ordinal, null, null, null, null, $reason, $message, null, null, $rows)`;

/** One slice of quarantine as it is written: whole-slice rows first, then by file and line; equal rows are alike. */
export function quarantineSliceSql(ordinal: number, source: string, slice: string): string {
  const columns = ownColumns.map(({ name }) => q(name));
  const order = ['file', 'line', 'entity', 'column', 'reason', 'message', 'also', 'raw', 'rows'];
  return `select
  cast(${quotedString(source)} as varchar) as source,
  cast(${quotedString(slice)} as varchar) as slice,
  ${columns.join(',\n  ')}
from quarantine
where ordinal = ${ordinal}
order by ${order.map((name) => `${q(name)} nulls first`).join(', ')}`;
}

/** Rows of quarantine by slice; asked before anything but parse rejects is taken in, what collect kept out. */
export const quarantineCountsSql =
  'select ordinal, count(*) as rows from quarantine group by ordinal order by ordinal';
