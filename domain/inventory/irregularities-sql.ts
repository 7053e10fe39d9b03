import { quotedIdentifier } from '../warehouse/quoting.ts';
import type { ProfiledColumn } from './profile-sql.ts';

/** A column's text as received; null where it is empty. Blanks around a value are kept: they are looked for. */
export function textSql({ column, expression, storedType }: ProfiledColumn): string {
  const text = storedType === 'VARCHAR' ? expression : `cast(${expression} as varchar)`;
  return `nullif(${text}, '') as ${quotedIdentifier(column)}`;
}

/** Table of a column's values: (v, n rows). */
export function dictionarySql(relation: string, column: ProfiledColumn): string {
  const name = quotedIdentifier(column.column);
  return `select ${name} as v, count(*) as n from (select ${textSql(column)} from ${relation}) where ${name} is not null group by ${name}`;
}

const outerBlank = String.raw`^[\s\x{A0}\x{3000}\x{FEFF}]|[\s\x{A0}\x{3000}\x{FEFF}]$`;
const control = String.raw`[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{FFFD}]`;
const wholeAsDecimal = '[+-]?[0-9]+[.]0+';

/** One row over a dictionary: how many rows and values have each mark of a text. */
export function textMarksSql(dictionary: string): string {
  const marked = (name: string, condition: string): string =>
    `coalesce(sum(n) filter (where ${condition}), 0)::bigint as ${name}_rows,
  count(*) filter (where ${condition}) as ${name}_values`;
  return `select
  coalesce(sum(n), 0)::bigint as rows,
  count(*) as values,
  coalesce(max(n), 0)::bigint as most,
  ${marked('blank', `regexp_matches(v, '${outerBlank}')`)},
  ${marked('control', `regexp_matches(v, '${control}')`)},
  ${marked('foreign', `regexp_matches(v, '[^\\x00-\\x7F]')`)},
  ${marked('decimal', `regexp_full_match(v, '${wholeAsDecimal}')`)}
from ${dictionary}`;
}

/** Values that occur in several letter cases: one row each with its commonest spelling and the rows of the others. */
export function letterCasesSql(dictionary: string): string {
  return `select
  arg_max(v, (n, v)) as spelling,
  (sum(n) - max(n))::bigint as rows
from ${dictionary}
group by lower(v)
having count(*) > 1
order by rows desc, spelling`;
}

/**
 * How values are written, by form: runs of digits as 9, letters as they are; `class` has runs of letters as A too. With the
 * rows and values of each form, and the value where there is one only.
 */
export function formsSql(dictionary: string): string {
  return `select
  form,
  regexp_replace(form, '\\pL+', 'A', 'g') as class,
  sum(n)::bigint as rows,
  count(*) as values,
  min(v) as value
from (select regexp_replace(v, '[0-9]+', '9', 'g') as form, v, n from ${dictionary})
group by form
order by rows desc, form`;
}

/**
 * How well one column tells another: its values that occur more than once (`keys`), those of them with several values of
 * the other (`split`), all their rows, and those that agree with the commonest.
 */
export function dependencySql(relation: string, from: ProfiledColumn, to: ProfiledColumn): string {
  const [a, b] = [quotedIdentifier(from.column), quotedIdentifier(to.column)];
  return `select
  count(*) as keys,
  count(*) filter (where kinds > 1) as split,
  coalesce(sum(rows), 0)::bigint as rows,
  coalesce(sum(most), 0)::bigint as agreeing
from (
  select sum(n) as rows, max(n) as most, count(*) as kinds
  from (
    select ${a} as a, ${b} as b, count(*) as n
    from (select ${textSql(from)}, ${textSql(to)} from ${relation})
    where ${a} is not null and ${b} is not null
    group by a, b
  )
  group by a
  having sum(n) > 1
)`;
}

/** The values of one column with the most values of another, the fullest first. */
export function splitKeysSql(
  relation: string,
  from: ProfiledColumn,
  to: ProfiledColumn,
  limit: number,
): string {
  const [a, b] = [quotedIdentifier(from.column), quotedIdentifier(to.column)];
  return `select ${a} as value, count(*) as rows, count(distinct ${b}) as values
from (select ${textSql(from)}, ${textSql(to)} from ${relation})
where ${a} is not null and ${b} is not null
group by ${a}
having count(distinct ${b}) > 1
order by values desc, rows desc, value
limit ${limit}`;
}
