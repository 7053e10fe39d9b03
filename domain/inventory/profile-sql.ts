import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { holdsPersonalSql, matchesSql, numberSql, patternNames } from './patterns.ts';

/** A column to profile: its name for people, the expression that reads it and its stored type. */
export interface ProfiledColumn {
  readonly column: string;
  /** SQL over the relation; usually the quoted column. */
  readonly expression: string;
  readonly storedType: string;
  /** One member of a JSON object in another profiled column: worked out from that column's distinct values. */
  readonly member?: { readonly of: string; readonly path: string };
}

/** A plain column. */
export function plainColumn(column: string, storedType: string): ProfiledColumn {
  return { column, expression: quotedIdentifier(column), storedType };
}

/** One member of the JSON objects a column holds, named `<column>.<member>`. */
export function memberColumn(of: string, member: string): ProfiledColumn {
  const path = memberPath(member);
  return {
    column: `${of}.${member}`,
    expression: memberSql(quotedIdentifier(of), path),
    storedType: 'VARCHAR',
    member: { of, path },
  };
}

/** The JSON path of a member, whatever characters its name has. */
export function memberPath(member: string): string {
  return `$."${member.replaceAll('"', '\\"')}"`;
}

/** SQL: a member of a JSON text, as text. */
export function memberSql(json: string, path: string): string {
  return `json_extract_string(${json}, ${quotedString(path)})`;
}

/**
 * A text as the profile sees it: trimmed, null where it means "no value" (blank, or one of the source's own words for it).
 */
export function cleanSql(text: string, nullValues: readonly string[]): string {
  return `case when trim(${text}) in (${['', ...nullValues].map(quotedString).join(', ')}) then null else trim(${text}) end`;
}

/** The value of a column as text, as the profile sees it. */
export function valueSql(column: ProfiledColumn, nullValues: readonly string[]): string {
  if (column.storedType === 'VARCHAR') return cleanSql(column.expression, nullValues);
  return `cast(${column.expression} as varchar)`;
}

/** One scan: for every column its values and about how many of them are distinct. */
export function sizesSql(relation: string, values: readonly string[]): string {
  const counts = values.map((value) => `count(${value}), approx_count_distinct(${value})`);
  return `select ${counts.join(',\n  ')}\nfrom ${relation}`;
}

/** One scan: for every column the number of its values; for sources so wide that only the fullest columns are profiled. */
export function fillSql(relation: string, values: readonly string[]): string {
  return `select ${values.map((value) => `count(${value})`).join(',\n  ')}\nfrom ${relation}`;
}

/** A column's place in a dictionary query: every value as stored, or every `keepOneIn`-th distinct one (chosen by hash). */
export interface DictionaryColumn {
  readonly index: number;
  readonly value: string;
  readonly keepOneIn: number;
}

/**
 * One scan: the stored values of several columns and how often each occurs, (column_index, value, row_count), nulls included.
 *
 * Grouping sets compute one hash aggregate per column over the same scan; at most 60 columns (`grouping()` is a bit mask).
 */
export function storedValuesSql(relation: string, columns: readonly DictionaryColumn[]): string {
  const names = columns.map((_, place) => `c${place}`);
  const kept = columns.map(
    ({ value, keepOneIn }, place) =>
      `${keepOneIn === 1 ? value : `case when hash(${value}) % ${keepOneIn} = 0 then ${value} end`} as c${place}`,
  );
  // The bit of a column is 0 where the row belongs to its grouping set; the leftmost argument is the highest bit.
  const all = 2n ** BigInt(columns.length) - 1n;
  const mask = (place: number): bigint => all - 2n ** BigInt(columns.length - 1 - place);
  const indices = columns.map(({ index }, place) => `when ${mask(place)} then ${index}`);
  const texts = names.map((name) => `cast(${name} as varchar)`);
  return `select
  case grouping(${names.join(', ')}) ${indices.join(' ')} end as column_index,
  ${texts.length > 1 ? `coalesce(${texts.join(', ')})` : texts[0]} as value,
  count(*) as row_count
from (select ${kept.join(',\n  ')} from ${relation})
group by grouping sets (${names.map((name) => `(${name})`).join(', ')})`;
}

/** Members of JSON objects, worked out from the distinct objects: rows to add to `stored_values`. */
export function memberValuesSql(index: number, parent: number, path: string): string {
  return `insert into stored_values
select ${index}, ${memberSql('value', path)}, sum(row_count)
from stored_values
where column_index = ${parent}
group by 1, 2`;
}

/** The dictionary: values as the profile sees them, equal ones together. */
export function dictionarySql(texts: readonly number[], nullValues: readonly string[]): string {
  const cleaned = cleanSql('value', nullValues);
  return `select
  column_index,
  ${texts.length > 0 ? `case when column_index in (${texts.join(', ')}) then ${cleaned} else value end` : 'value'} as value,
  cast(sum(row_count) as bigint) as row_count
from stored_values
group by 1, 2`;
}

/** The dictionary of the numeric columns with each value as `number`; values written otherwise are left out. */
export function numberedSql(numeric: readonly number[]): string {
  return `with read as (
  select column_index, value, row_count, ${numberSql('value')} as number
  from dictionary
  where column_index in (${numeric.join(', ')})
)
select column_index, value, row_count, number
from read
where number is not null`;
}

/** Counts and extremes of every column, from its dictionary. */
export const statisticsSql = `select
  column_index,
  count(value) as distinct_values,
  coalesce(sum(row_count) filter (where value is not null), 0) as valued_rows,
  min(value) as min_text,
  max(value) as max_text,
  coalesce(sum(row_count * length(value)) filter (where value is not null), 0) as characters
from dictionary
group by column_index
order by column_index`;

/** Counts, extremes and exact decimal sums of the numeric columns. */
export const numbersSql = `select
  column_index,
  sum(row_count) as number_rows,
  min(number) as min_number,
  max(number) as max_number,
  sum(number * cast(row_count as decimal(14, 0))) as number_sum,
  coalesce(sum(row_count) filter (where number = 0), 0) as zeros,
  coalesce(sum(row_count) filter (where number < 0), 0) as negatives
from numbered
group by column_index
order by column_index`;

/** The quantiles the profile tells, each the smallest number at or below which that share of the numbers lies. */
export const quantileShares = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Quantiles by sort over the weighted dictionary: exact (SQL's percentile_disc), equal at any thread count. */
export const quantilesSql = `with ordered as (
  select
    column_index,
    number,
    value,
    sum(row_count) over (partition by column_index order by number, value) as rows_so_far,
    sum(row_count) over (partition by column_index) as number_rows
  from numbered
)
select
  column_index,
  ${quantileShares.map((share, place) => `min(number) filter (where rows_so_far >= ceil(${share} * number_rows)) as q${place}`).join(',\n  ')}
from ordered
group by column_index
order by column_index`;

/** The most frequent values of every column, ties by value. */
export function topValuesSql(limit: number): string {
  return `select column_index, value, row_count
from dictionary
where value is not null
qualify row_number() over (partition by column_index order by row_count desc, value) <= ${limit}
order by column_index, row_count desc, value`;
}

/** The values patterns are looked for in: per column the `limit` distinct ones with the smallest hash. */
export function lookedAtSql(limit: number): string {
  return `select column_index, value, row_count
from dictionary
where value is not null
qualify row_number() over (partition by column_index order by hash(value), value) <= ${limit}`;
}

/** Share of the looked-at distinct values that match each pattern, and that hold an address or number inside. */
export const patternSharesSql = `select
  column_index,
  count(*) as looked_at,
  ${patternNames.map((name) => `count(*) filter (where ${matchesSql('value', name)}) as ${name}`).join(',\n  ')},
  count(*) filter (where ${holdsPersonalSql('value')}) as holds_personal
from looked_at
group by column_index
order by column_index`;

/** The most frequent character-class signature of every column (letters A, digits 9) and its rows. */
export const signaturesSql = `with signed as (
  select
    column_index,
    regexp_replace(regexp_replace(value, '\\p{L}+', 'A', 'g'), '[0-9]+', '9', 'g') as signature,
    sum(row_count) as row_count
  from looked_at
  group by 1, 2
)
select
  column_index,
  signature,
  row_count,
  sum(row_count) over (partition by column_index) as all_rows
from signed
qualify row_number() over (partition by column_index order by row_count desc, signature) = 1
order by column_index`;

/** Exact facts of columns too distinct for a dictionary: distinct values, smallest and largest. */
export function distinctSql(relation: string, values: readonly string[]): string {
  const facts = values.map(
    (value, place) =>
      `count(distinct ${value}) as d${place}, min(${value}) as low${place}, max(${value}) as high${place}`,
  );
  return `select ${facts.join(',\n  ')}\nfrom ${relation}`;
}
