import { cellType } from './cell-types.ts';
import type { Dialect } from './csv-dialect.ts';
import { createLooseReader } from './loose-csv.ts';

/** A sample as one dialect reads it. */
export interface ScoredDialect {
  readonly dialect: Dialect;
  /** 0 to about 1. */
  readonly score: number;
  /** Cells most rows have. */
  readonly width: number;
  /** Rows of the sample; blank lines are none. */
  readonly rows: readonly SampleRow[];
  /** Position in `rows` of the first one of that width. */
  readonly first: number;
  /** Share of the rows from there on that have it. */
  readonly alike: number;
}

/** One record of a sample. */
export interface SampleRow {
  /** Physical line it starts on, from 0. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Its first line as received. */
  readonly begins: string;
  /** A quote in it makes no sense: only its first line is here. */
  readonly broken: boolean;
}

/** What is scored. */
export interface ScoreOptions {
  readonly sample: Buffer;
  readonly newline: number;
  /** A dialect that cannot reach this gets an upper bound for its score: its cells are not looked at. */
  readonly atLeast?: number;
}

const mostRows = 500;
/** Rows before the first one of the usual width that may be a preamble. */
const mostPreamble = 40;

/**
 * Scores how consistently a dialect reads a sample: pattern score times type score, times a prior of the delimiter.
 *
 * Pattern score: rows of one width are one pattern; sum over widths of (share of rows)² × (width − 1) / width. Type score: mean
 * plausibility of the cells. Source: van den Burg, Nazábal and Sutton, Wrangling messy CSV files by detecting row and type
 * patterns, Data Mining and Knowledge Discovery 33 (2019), sections 4.1 to 4.3; there the pattern score divides by the number
 * of patterns, which is the same for patterns of equal size and punishes a few ragged rows harder.
 */
export function scoreDialect(
  dialect: Dialect,
  prior: number,
  { sample, newline, atLeast = 0 }: ScoreOptions,
): ScoredDialect {
  const rows = sampleRows(dialect, sample, newline);
  const widths = rows.map(({ cells, broken }) => (broken ? 0 : cells.length));
  const width = usualWidth(widths);
  const found = widths.indexOf(width);
  const first = found < 0 || found > mostPreamble ? 0 : found;
  const body = rows.slice(first);
  const counts = countsOf(widths.slice(first));
  const pattern = [...counts].reduce((sum, [cells, count]) => {
    const share = count / Math.max(1, body.length);
    return (
      sum + share * share * (dialect.delimiter === '' ? 0.5 : Math.max(0, cells - 1) / Math.max(1, cells))
    );
  }, 0);
  const outside = isPreamble(rows.slice(0, first), width) ? 1 - first / Math.max(1, 2 * rows.length) : 0.2;
  // One line proves little of an unusual delimiter: blanks and colons stand in any sentence.
  const proof = prior < 1 && dialect.delimiter !== '' && (counts.get(width) ?? 0) < 2 ? 0.2 : 1;
  const alike = (counts.get(width) ?? 0) / Math.max(1, body.length);
  // Where most rows would be kept out there is no table.
  const isTable = dialect.delimiter === '' || alike >= (prior < 1 ? 0.7 : 0.5) ? 1 : 0.1;
  const most = prior * pattern * outside * proof * isTable;
  const score = most < atLeast ? most : most * typeScore(dialect, body);
  return { dialect, score, width, rows, first, alike };
}

/** Reads the records of a sample, at most five hundred. */
export function sampleRows(dialect: Dialect, sample: Buffer, newline: number): SampleRow[] {
  const { scan, split } = createLooseReader(dialect, { newline, recordBytes: sample.length });
  const rows: SampleRow[] = [];
  for (let at = 0, line = 0; at < sample.length && rows.length < mostRows; ) {
    const shape = scan(sample, at, sample.length, true);
    const lineEnd = sample.indexOf(newline, at);
    const stop = lineEnd < 0 ? sample.length : lineEnd;
    const begins = sample.toString('utf8', at, Math.min(stop, at + 200));
    const broken = shape.status !== 'record';
    const end = broken ? stop : shape.end;
    if (broken || end > at) {
      rows.push({ line, cells: broken ? [begins] : split(sample, at, end), begins, broken });
    }
    line += broken ? 1 : 1 + shape.innerLines;
    at = broken ? stop + 1 : shape.next;
  }
  return rows;
}

/** Whether rows above a table are a title and the like: narrow, or one row of names that is a cell short. */
export function isPreamble(rows: readonly SampleRow[], width: number): boolean {
  return rows.every(
    ({ cells, broken }, at) =>
      broken ||
      cells.length <= Math.max(1, width / 2) ||
      (at === rows.length - 1 && cells.length === width - 1),
  );
}

/** The most frequent width above one; of equally frequent ones, the one that comes first. */
function usualWidth(widths: readonly number[]): number {
  let best = 1;
  let most = 0;
  for (const [width, count] of countsOf(widths)) {
    if (width > 1 && count > most) [best, most] = [width, count];
  }
  return best;
}

function countsOf(widths: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  return counts;
}

function typeScore(dialect: Dialect, rows: readonly SampleRow[]): number {
  const known = new Map<string, number>();
  let sum = 0;
  let cells = 0;
  for (const row of rows) {
    for (const cell of row.cells) {
      let plausible = known.get(cell);
      if (plausible === undefined) {
        plausible = plausibility(dialect, cell);
        known.set(cell, plausible);
      }
      sum += row.broken ? 0 : plausible;
      cells++;
    }
  }
  return cells === 0 ? 0 : sum / cells;
}

/** How much a cell looks like one: values of a type most, texts with delimiters or quotes in them least. */
function plausibility({ quote, delimiter, run }: Dialect, cell: string): number {
  // Blanks side by side align columns; they do not stand for a value that is missing.
  if (cell === '' && delimiter === ' ' && run === 0) return 0.1;
  if (/^\s*(".*"|'.*')\s*$/s.test(cell) && cell.trim().length > 1) return 0.2;
  const type = cellType(cell);
  if (type === 'word') return 0.8;
  if (type !== 'text') return 1;
  const stray = quote !== '' && cell.includes(`\\${quote}`);
  if (stray || /^["']|["']$/.test(cell)) return 0.2;
  if (/[,;\t|^~]/.test(cell)) return /\p{L}{2}/u.test(cell) ? 0.3 : 0.1;
  return 0.4;
}
