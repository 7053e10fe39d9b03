import type { EntityColumnType } from '../../schemas/entities.ts';
import type { TableCheckOf } from '../../schemas/table-check.ts';
import { isNumeric } from '../../schemas/table-check-references.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';

const q = quotedIdentifier;

/**
 * Grain: one slice. Reads: accepted rows of an entity. Columns: slice, rows, nulls, valued, then total (mean), q0…
 * (quantiles) and s0… (rows of each value), where the check asks for them. Exact: sums of DECIMAL, discrete quantiles.
 */
export function distributionSql(
  relation: string,
  check: TableCheckOf<'distribution'>,
  type: EntityColumnType,
): string {
  const column = q(check.column);
  const figures = [
    'count(*) as rows',
    `count(*) filter (where ${column} is null) as nulls`,
    `count(${column}) as valued`,
    ...(check.mean ? [`cast(sum(${column}) as varchar) as total`] : []),
    ...check.quantiles.map(
      ({ at }, index) => `cast(quantile_disc(${column}, ${decimal(at)}) as varchar) as q${index}`,
    ),
    ...Object.keys(check.shares).map(
      (value, index) =>
        `count(*) filter (where ${comparable(column, type)} = ${literal(value, type)}) as s${index}`,
    ),
  ];
  return `select
  _slice as slice,
  ${figures.join(',\n  ')}
from ${relation}
group by _slice
order by _slice`;
}

/** Grain: one value of the set or one other value (the first five). Reads: accepted rows. Columns: value, is_member, others. */
export function setSql(
  relation: string,
  column: string,
  type: EntityColumnType,
  values: readonly string[],
): string {
  const rows = values.map((value) => `(${quotedString(value)}, ${literal(value, type)})`);
  return `with wanted (text, value) as (
  values ${rows.join(', ')}
), found as (
  select distinct ${comparable(q(column), type)} as value
  from ${relation}
  where ${q(column)} is not null
), missing as (
  select text from wanted where value not in (select value from found)
), others as (
  select cast(value as varchar) as text from found where value not in (select value from wanted)
)
select 'missing' as what, text, count(*) over () as total from missing
union all
select 'other' as what, text, total from (
  select text, count(*) over () as total from others order by text limit 5
)
order by what, text`;
}

/** Grain: one row. Reads: accepted rows of both sides. Columns: evaluated, unexpected (rows whose value the other side lacks). */
export function absentSql(
  referring: { readonly relation: string; readonly column: string; readonly type: EntityColumnType },
  known: { readonly relation: string; readonly column: string; readonly type: EntityColumnType },
): string {
  const numbers = isNumeric(referring.type) && isNumeric(known.type);
  const value = (column: string): string =>
    numbers ? `cast(${q(column)} as decimal(38, 6))` : `cast(${q(column)} as varchar)`;
  return `with referring as (
  select ${value(referring.column)} as value, count(*) as row_count
  from ${referring.relation}
  where ${q(referring.column)} is not null
  group by all
), known as (
  select distinct ${value(known.column)} as value from ${known.relation} where ${q(known.column)} is not null
)
select
  coalesce(sum(row_count), 0) as evaluated,
  coalesce(sum(row_count) filter (where known.value is null), 0) as unexpected
from referring
left join known using (value)`;
}

/** Grain: one row. Reads: accepted rows. Columns: evaluated (rows that have both), unexpected. */
export function comparisonSql(
  relation: string,
  { left, op, right }: Pick<TableCheckOf<'expression_is_true'>, 'left' | 'op' | 'right'>,
): string {
  const both = `${q(left)} is not null and ${q(right)} is not null`;
  return `select
  count(*) filter (where ${both}) as evaluated,
  count(*) filter (where ${both} and not (${q(left)} ${op === '!=' ? '<>' : op} ${q(right)})) as unexpected
from ${relation}`;
}

function comparable(column: string, type: EntityColumnType): string {
  if (isNumeric(type)) return `cast(${column} as decimal(38, 6))`;
  return type === 'text' ? column : `cast(${column} as varchar)`;
}

function literal(value: string, type: EntityColumnType): string {
  return isNumeric(type) ? `cast(${quotedString(value)} as decimal(38, 6))` : quotedString(value);
}

/** A share as a decimal literal, never in exponent form. */
function decimal(share: number): string {
  return share.toFixed(6);
}
