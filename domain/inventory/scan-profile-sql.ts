import type { ProfiledColumn } from './profile-sql.ts';

/** How a column is summed: whole and decimal numbers exactly, floating-point as such, times by their instant. */
export type ScanFamily = 'integer' | 'decimal' | 'double' | 'time' | 'text' | 'other';

/** The family of DuckDB's name of a type. */
export function scanFamily(stored: string): ScanFamily {
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(stored)) return 'integer';
  if (/^DECIMAL\((\d|1[0-8]),/.test(stored)) return 'decimal';
  if (/^(DOUBLE|FLOAT|DECIMAL|U?HUGEINT)/.test(stored)) return 'double';
  if (/^(DATE|TIMESTAMP.*)$/.test(stored)) return 'time';
  return stored === 'VARCHAR' ? 'text' : 'other';
}

/** Distinct values up to which a sample knows how they are distributed. */
const recurring = 10_000;

/** A part of a scan: its columns, the sample's density, and whether numbers are summed exactly. */
export interface ScanPart {
  readonly relation: string;
  readonly columns: readonly ProfiledColumn[];
  readonly rowKey: string;
  readonly keepOneIn: number;
  readonly exact: boolean;
}

/**
 * One scan over the relation, one row of figures: `n` values, `d` distinct, `lo`, `hi`, `s` sum or mean, `ss` sum of squares or
 * `sd` deviation, and of the sample `k` its values, `q` quantiles, `e` entropy, `l` length, `t` frequent values; each with the
 * column's place as suffix.
 */
export function scanSql({ relation, columns, rowKey, keepOneIn, exact }: ScanPart): string {
  const chosen = keepOneIn === 1 ? 'true' : `hash(${rowKey}) % ${keepOneIn} = 0`;
  const scanned = columns.map((column, index) => {
    const { expression } = column;
    return [
      `count(${expression}) as n${index}`,
      `approx_count_distinct(${expression}) as d${index}`,
      `min(${expression}) as lo${index}`,
      `max(${expression}) as hi${index}`,
      ...sumsOf(column, index, exact),
    ].join(', ');
  });
  const sampled = columns.map(({ expression }, index) => `'c${index}': ${expression}`);
  const told = columns.map(({ storedType }, index) => sampleSql(scanFamily(storedType), index));
  return `with scanned as (
  select
    ${scanned.join(',\n    ')},
    list({${sampled.join(', ')}}) filter (where ${chosen}) as sample
  from ${relation}
), sampled as (
  select
    * exclude (sample),
    ${columns.map((_, index) => `list_transform(sample, lambda one: one.c${index}) as v${index}`).join(',\n    ')}
  from scanned
)
select
  ${told.join(',\n  ')}
from sampled`;
}

function sumsOf({ expression, storedType: stored }: ProfiledColumn, index: number, exact: boolean): string[] {
  const family = scanFamily(stored);
  if (family === 'time') return [`sum(epoch_us(${expression})) as s${index}`];
  if (family === 'integer' && exact) {
    const wide = stored === 'BIGINT' || stored === 'UBIGINT' ? 'hugeint' : 'bigint';
    return [
      `sum(${expression}) as s${index}`,
      `sum(cast(${expression} as ${wide}) * ${expression}) as ss${index}`,
    ];
  }
  if (family === 'decimal' && exact)
    return [`sum(${expression}) as s${index}`, `sum(${expression} * ${expression}) as ss${index}`];
  if (family === 'text' || family === 'other') return [];
  return [
    `avg(cast(${expression} as double)) as s${index}`,
    `stddev_samp(cast(${expression} as double)) as sd${index}`,
  ];
}

function sampleSql(family: ScanFamily, index: number): string {
  const values = `v${index}`;
  const ordered = family !== 'text' && family !== 'other';
  return [
    `columns('^(n|d|lo|hi|s|ss|sd)${index}$')`,
    `coalesce(list_count(${values}), 0) as k${index}`,
    ...(ordered
      ? [`list_aggregate(${values}, 'quantile_disc', [0.05, 0.25, 0.5, 0.75, 0.95]) as q${index}`]
      : []),
    ...(family === 'text'
      ? [`list_avg(list_transform(${values}, lambda value: length(value))) as l${index}`]
      : []),
    `case when d${index} <= ${recurring} then list_entropy(${values}) end as e${index}`,
    `case when d${index} <= ${recurring} then list_slice(list_sort(
    list_transform(map_entries(list_histogram(list_transform(${values}, lambda value: cast(value as varchar)))),
      lambda entry: {'n': -cast(entry.value as bigint), 'value': entry.key})), 1, 10) end as t${index}`,
  ].join(',\n  ');
}

/** A value as text; null stays null. */
export function plainText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
