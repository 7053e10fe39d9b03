import { SqlError } from '../runtime/errors.ts';
import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import type { ProfiledColumn } from './profile-sql.ts';
import { plainText, type ScanFamily, scanFamily, scanSql } from './scan-profile-sql.ts';

/** What one scan tells of a column. Counts are rows; extremes and quantiles are texts as DuckDB writes the type. */
export interface ScannedColumn {
  readonly column: string;
  readonly storedType: string;
  readonly count: number;
  readonly nulls: number;
  /** About how many distinct values (HyperLogLog). */
  readonly distinct: number;
  readonly min: string | null;
  readonly max: string | null;
  /** Numbers only; of times the mean is an ISO 8601 text and there is no deviation. */
  readonly mean: number | string | null;
  /** Sample standard deviation. */
  readonly deviation: number | null;
  /** Estimated at 0.05, 0.25, 0.5, 0.75 and 0.95 from the sample; numbers and times only. */
  readonly quantiles: readonly string[] | null;
  /** Bits a value tells, from the sample; of columns of at most about 10 000 distinct values. */
  readonly entropy: number | null;
  /** Mean length of texts in characters, from the sample. */
  readonly averageLength: number | null;
  /** Share of each of the sample's most frequent values among its values (0-1), at most ten; of the same columns. */
  readonly top: readonly { readonly value: string; readonly share: number }[];
}

/** The profile of a relation by one scan per 100 columns. */
export interface ScanProfile {
  readonly rows: number;
  /** One row in so many is in the sample. */
  readonly keepOneIn: number;
  readonly columns: readonly ScannedColumn[];
}

/** What is scanned. */
export interface ScanWork {
  /** Names the work in errors. */
  readonly step: string;
  readonly relation: string;
  readonly columns: readonly ProfiledColumn[];
  /** SQL that tells rows apart, such as `file_row_number`; rows are chosen for the sample by its hash. */
  readonly rowKey: string;
  /** Rows wanted in the sample. Default 40 000: quantiles within 1 % of rank (four standard errors). */
  readonly sampleRows?: number;
}

const columnsPerScan = 100;

/**
 * Profiles columns in one scan for each 100 of them: counts, extremes, distinct sketch, mean and deviation over every row;
 * quantiles, entropy, length and frequent values from a sample chosen by hash of the row, in the same scan.
 *
 * The sample is fixed by the rows, not by a clock or thread: equal at any thread count, but for the deviation of
 * floating-point columns, which is rounded to nine digits. Sums of whole and decimal numbers are exact; where they leave 128
 * bits, the columns are scanned again in floating point. Memory: the sample and a sketch per column.
 */
export async function scanProfile(warehouse: Warehouse, work: ScanWork): Promise<ScanProfile> {
  const rows = await warehouse.count(`${work.step}.rows`, `select count(*) from ${work.relation}`);
  const keepOneIn = Math.max(1, Math.floor(rows / (work.sampleRows ?? 40_000)));
  const columns: ScannedColumn[] = [];
  for (let from = 0; from < work.columns.length; from += columnsPerScan) {
    const part = work.columns.slice(from, from + columnsPerScan);
    const row = await scan(warehouse, work, part, keepOneIn);
    columns.push(...part.map((column, index) => columnOf(column, index, rows, row)));
  }
  return { rows, keepOneIn, columns };
}

/** Scans with exact sums; a sum that overflows makes all of this part floating-point. */
async function scan(
  warehouse: Warehouse,
  work: ScanWork,
  part: readonly ProfiledColumn[],
  keepOneIn: number,
): Promise<Row> {
  const sql = (exact: boolean): string => scanSql({ ...work, columns: part, keepOneIn, exact });
  try {
    return (await warehouse.rows(`${work.step}.scan`, sql(true)))[0] ?? {};
  } catch (error) {
    if (!(error instanceof SqlError) || !/overflow|out of range/i.test(error.message)) throw error;
    return (await warehouse.rows(`${work.step}.scan`, sql(false)))[0] ?? {};
  }
}

function columnOf(column: ProfiledColumn, index: number, rows: number, row: Row): ScannedColumn {
  const family = scanFamily(column.storedType);
  const count = Number(row[`n${index}`] ?? 0);
  const kept = Number(row[`k${index}`] ?? 0);
  const quantiles = row[`q${index}`];
  const top = (row[`t${index}`] ?? []) as unknown as readonly { value: unknown; n: unknown }[];
  return {
    column: column.column,
    storedType: column.storedType,
    count,
    nulls: rows - count,
    distinct: Math.min(Number(row[`d${index}`] ?? 0), count),
    min: plainText(row[`lo${index}`]),
    max: plainText(row[`hi${index}`]),
    ...moments(family, count, row, index),
    quantiles: Array.isArray(quantiles) ? quantiles.map(String) : null,
    entropy: rounded(row[`e${index}`], 6),
    averageLength: rounded(row[`l${index}`], 2),
    top: top.map(({ value, n }) => ({
      value: String(value),
      share: Number((-Number(n) / Math.max(1, kept)).toFixed(6)),
    })),
  };
}

function moments(
  family: ScanFamily,
  count: number,
  row: Row,
  index: number,
): Pick<ScannedColumn, 'mean' | 'deviation'> {
  const sum = row[`s${index}`];
  if (count === 0 || sum === null || sum === undefined) return { mean: null, deviation: null };
  if (family === 'time') {
    const micros = BigInt(String(sum)) / BigInt(count);
    return { mean: new Date(Number(micros / 1000n)).toISOString(), deviation: null };
  }
  const squares = row[`ss${index}`];
  if (squares === undefined)
    return { mean: significant(Number(sum)), deviation: significantOrNull(row[`sd${index}`]) };
  return {
    mean: significant(Number(sum) / count),
    deviation: count < 2 ? null : exactDeviation(String(sum), String(squares), count),
  };
}

/** √((n Σx² − (Σx)²) / (n (n − 1))) with the difference in whole numbers, so that nothing cancels. */
function exactDeviation(sum: string, squares: string, count: number): number {
  const places = (squares.split('.')[1] ?? '').length / 2;
  const whole = (text: string, digits: number): bigint => {
    const [head = '0', tail = ''] = text.split('.');
    return BigInt(head + tail.padEnd(digits, '0').slice(0, digits));
  };
  const [n, total, square] = [BigInt(count), whole(sum, places), whole(squares, 2 * places)];
  const spread = Number(n * square - total * total) / (count * (count - 1));
  return significant(Math.sqrt(Math.max(0, spread)) / 10 ** places);
}

function significantOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : significant(Number(value));
}

function significant(value: number): number {
  return Number(value.toPrecision(9));
}

function rounded(value: unknown, places: number): number | null {
  return value === null || value === undefined ? null : Number(Number(value).toFixed(places));
}
