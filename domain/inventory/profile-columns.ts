import type { Row } from '../warehouse/warehouse.ts';
import { type PatternName, type PatternShares, patternNames } from './patterns.ts';
import type { ProfiledColumn } from './profile-sql.ts';

/** What a column is written like, whatever it is stored as. */
export type LooksLike = 'empty' | 'integer' | 'decimal' | 'date' | 'time' | 'flag' | 'json' | 'text';

/** Figures of a numeric column; decimals as text, exact to six places. */
export interface NumberFacts {
  readonly mean: string;
  readonly p05: string;
  readonly p25: string;
  readonly median: string;
  readonly p75: string;
  readonly p95: string;
  readonly zeros: number;
  readonly negatives: number;
}

/** What one column holds. Counts are rows. */
export interface ColumnProfile {
  readonly column: string;
  readonly storedType: string;
  readonly looksLike: LooksLike;
  readonly rows: number;
  readonly nulls: number;
  readonly distinct: number;
  /** Whether everything was counted; false where top values, numbers and patterns come from a sample of the values. */
  readonly whole: boolean;
  /** By number for numeric columns, else by text; absent for empty columns. */
  readonly min?: string;
  readonly max?: string;
  readonly numbers?: NumberFacts;
  readonly top: readonly { readonly value: string; readonly rows: number }[];
  /** The most frequent character-class signature (A letters, 9 digits) and its share of the rows (0-1). */
  readonly signature: string;
  readonly signatureShare: number;
  readonly patterns: PatternShares;
  /** Share (0-1) of looked-at distinct values with an address or telephone number inside. */
  readonly personalShare: number;
  readonly averageLength: number;
}

/** How a column is worked: its value expression, number of values, and whether its dictionary is whole. */
export interface ColumnPlan {
  readonly column: ProfiledColumn;
  readonly value: string;
  /** Rows with a value, where they were counted beforehand. */
  readonly valued: number | undefined;
  readonly whole: boolean;
  readonly keepOneIn: number;
}

/** Figures of several columns by their index, as the queries returned them. */
export interface PartFacts {
  readonly statistics: ReadonlyMap<number, Row>;
  readonly numbers: ReadonlyMap<number, Row>;
  readonly quantiles: ReadonlyMap<number, Row>;
  readonly patterns: ReadonlyMap<number, Row>;
  readonly signatures: ReadonlyMap<number, Row>;
  readonly tops: readonly Row[];
  readonly exact: ReadonlyMap<number, { distinct: number; min: string; max: string }>;
}

/** Puts one column's figures together. */
export function columnOf(rows: number, plan: ColumnPlan, index: number, facts: PartFacts): ColumnProfile {
  const statistics = facts.statistics.get(index) ?? {};
  const numbers = facts.numbers.get(index);
  const exact = facts.exact.get(index);
  const signature = facts.signatures.get(index);
  const valued = plan.valued ?? Number(statistics.valued_rows ?? 0);
  const limits = numbers
    ? extremes(plainNumber(numbers.min_number), plainNumber(numbers.max_number))
    : extremes(exact?.min ?? statistics.min_text, exact?.max ?? statistics.max_text);
  return {
    column: plan.column.column,
    storedType: plan.column.storedType,
    looksLike: looksLikeOf(plan, index, facts),
    rows,
    nulls: rows - valued,
    distinct: exact?.distinct ?? Number(statistics.distinct_values ?? 0),
    whole: plan.whole,
    ...limits,
    ...(numbers ? { numbers: numberFacts(numbers, facts.quantiles.get(index)) } : {}),
    top: facts.tops
      .filter((row) => plan.whole && Number(row.column_index) === index)
      .map((row) => ({ value: topValue(row.value, numbers !== undefined), rows: Number(row.row_count) })),
    signature: String(signature?.signature ?? '').slice(0, 60),
    signatureShare: share(Number(signature?.row_count ?? 0), Number(signature?.all_rows ?? 0)),
    ...patternShares(facts.patterns.get(index)),
    averageLength: rounded(
      Number(statistics.characters ?? 0) / Math.max(1, Number(statistics.valued_rows ?? 0)),
      1,
    ),
  };
}

/** A frequent value as people write it: decimals without the zeros their type fills up with. */
function topValue(value: unknown, numeric: boolean): string {
  return (numeric ? plainNumber(value) : undefined) ?? String(value);
}

/** Whether a column's values are numbers, so that it has a mean and quantiles. */
export function isNumeric(plan: ColumnPlan, index: number, facts: KindFacts): boolean {
  const looksLike = looksLikeOf(plan, index, facts);
  return looksLike === 'integer' || looksLike === 'decimal';
}

type KindFacts = Pick<PartFacts, 'patterns' | 'statistics'>;

function patternShares(row: Row | undefined): { patterns: PatternShares; personalShare: number } {
  const lookedAt = Number(row?.looked_at ?? 0);
  const patterns = Object.fromEntries(
    patternNames.map((name): [PatternName, number] => [name, share(Number(row?.[name] ?? 0), lookedAt)]),
  ) as Record<PatternName, number>;
  return { patterns, personalShare: share(Number(row?.holds_personal ?? 0), lookedAt) };
}

/** A text column counts as a kind when at least 95 % of its distinct values are written so: a few dirty ones change nothing. */
const kindShare = 0.95;

function looksLikeOf({ column }: ColumnPlan, index: number, facts: KindFacts): LooksLike {
  const distinct = Number(facts.statistics.get(index)?.distinct_values ?? 0);
  const { patterns } = patternShares(facts.patterns.get(index));
  if (distinct === 0) return 'empty';
  const stored = column.storedType;
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U.*INT.*)$/.test(stored)) return 'integer';
  if (/^(DECIMAL|DOUBLE|FLOAT)/.test(stored)) return 'decimal';
  if (stored === 'DATE') return 'date';
  if (stored.startsWith('TIMESTAMP')) return 'time';
  if (stored === 'BOOLEAN') return 'flag';
  if (stored === 'JSON' || /^(STRUCT|MAP)|\[\]$/.test(stored)) return 'json';
  if (distinct === 2 && patterns.flag === 1) return 'flag';
  if (patterns.integer >= kindShare) return 'integer';
  if (patterns.integer + patterns.decimal >= kindShare) return 'decimal';
  if (patterns.date >= kindShare) return 'date';
  return patterns.time + patterns.date >= kindShare ? 'time' : 'text';
}

function extremes(min: unknown, max: unknown): { min: string; max: string } | Record<string, never> {
  if (min === null || min === undefined) return {};
  return { min: String(min), max: String(max) };
}

function numberFacts(numbers: Row, quantiles: Row | undefined): NumberFacts {
  const quantile = (place: number): string => plainNumber(quantiles?.[`q${place}`] ?? '0') ?? '0';
  return {
    mean: decimalMean(String(numbers.number_sum ?? '0'), Number(numbers.number_rows ?? 0)),
    p05: quantile(0),
    p25: quantile(1),
    median: quantile(2),
    p75: quantile(3),
    p95: quantile(4),
    zeros: Number(numbers.zeros ?? 0),
    negatives: Number(numbers.negatives ?? 0),
  };
}

/** Divides an exact decimal sum (six places) by a count and rounds half away from zero to six places, in integers. */
export function decimalMean(sum: string, count: number): string {
  if (count === 0) return '0';
  const [whole = '0', fraction = ''] = sum.replace('-', '').split('.');
  const millionths = BigInt(whole + fraction.padEnd(6, '0').slice(0, 6));
  const divisor = BigInt(count);
  const mean = (2n * millionths + divisor) / (2n * divisor);
  const digits = mean.toString().padStart(7, '0');
  const text = plainNumber(`${digits.slice(0, -6)}.${digits.slice(-6)}`) ?? '0';
  return sum.startsWith('-') && text !== '0' ? `-${text}` : text;
}

/** `12.500000` → `12.5`; other texts stay as they are. */
function plainNumber(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const text = String(value);
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

/** A share of a whole, 0-1, to six places; 0 of nothing is 0. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded(part / whole, 6);
}

function rounded(value: number, places: number): number {
  return Number(value.toFixed(places));
}
