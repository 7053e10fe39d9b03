import { meansMissing } from './missing-spellings.ts';
import { decimalsOf, shortest } from './number-spelling.ts';
import type { Sheet } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';

const limits = {
  /** Least share of a column's values that are plain numbers, and rows, to have a number format. */
  numeric: 0.9,
  rows: 30,
  /** Least share of the numbers that are written in the column's way. */
  own: 0.8,
} as const;
const plain = /^[-+]?\d+(?:\.\d+)?$/;

interface Numbers {
  readonly column: CodedColumn;
  readonly codes: readonly number[];
  readonly rows: number;
}

/**
 * Finds numbers that are not written as the column's others are: `12.0` among whole numbers, `2.80` where nothing ends in
 * zeros, `6` among numbers of one decimal. Only the spelling changes. In a column of a fixed number of decimals, a number
 * without a point that is out of the others' range and within it once the point is back is a slip of scale.
 */
export function detectNumberFormats(sheet: Sheet): void {
  for (const [number, column] of sheet.columns.entries()) {
    const numbers = plainNumbers(column);
    if (!numbers) continue;
    const repairs = fixedDecimals(numbers) ?? noTrailingZeros(numbers);
    if (repairs.size === 0) continue;
    for (let row = 0; row < sheet.rows; row++) {
      const repair = repairs.get(column.codes[row] ?? -1);
      if (repair === undefined) continue;
      const { text, slip } = repair;
      sheet.suspect({
        row,
        column: number,
        reason: slip ? 'scale-slip' : 'number-format',
        confidence: slip ? 0.8 : 0.9,
        repair: text,
      });
    }
  }
}

type Repairs = Map<number, { readonly text: string; readonly slip: boolean }>;

function plainNumbers(column: CodedColumn): Numbers | undefined {
  const codes: number[] = [];
  let filled = 0;
  let rows = 0;
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    if (count === 0 || meansMissing(text)) continue;
    filled += count;
    if (!plain.test(text)) continue;
    rows += count;
    codes.push(code);
  }
  return rows >= limits.rows && rows >= filled * limits.numeric ? { column, codes, rows } : undefined;
}

/** Repairs where the column writes one and the same number of decimals; undefined where it does not. */
function fixedDecimals({ column, codes, rows }: Numbers): Repairs | undefined {
  const rowsOf = new Map<number, number>();
  for (const code of codes) {
    const decimals = decimalsOf(column.values[code] ?? '');
    rowsOf.set(decimals, (rowsOf.get(decimals) ?? 0) + (column.counts[code] ?? 0));
  }
  const [most] = [...rowsOf].sort(([a, x], [b, y]) => y - x || a - b);
  if (!most || most[0] === 0 || most[1] < rows * limits.own) return undefined;
  const [decimals] = most;
  const own = codes.filter((code) => decimalsOf(column.values[code] ?? '') === decimals);
  if (own.every((code) => shortest(column.values[code] ?? '') === column.values[code])) return undefined;
  const [low, high] = rangeOf(column, own);
  const repairs: Repairs = new Map();
  for (const code of codes) {
    const text = column.values[code] ?? '';
    const written = decimalsOf(text);
    if (written === decimals) continue;
    const scaled = Number(text) / 10 ** decimals;
    const slip = written === 0 && Number(text) > high && scaled >= low && scaled <= high;
    if (slip) repairs.set(code, { text: scaled.toFixed(decimals), slip });
    else if (decimalsOf(shortest(text)) <= decimals)
      repairs.set(code, { text: Number(text).toFixed(decimals), slip });
  }
  return repairs;
}

/** Repairs where hardly a number of the column ends in zeros behind the point. */
function noTrailingZeros({ column, codes, rows }: Numbers): Repairs {
  const repairs: Repairs = new Map();
  let zeros = 0;
  for (const code of codes) {
    const text = column.values[code] ?? '';
    const short = shortest(text);
    if (short === text) continue;
    zeros += column.counts[code] ?? 0;
    repairs.set(code, { text: short, slip: false });
  }
  return zeros <= rows * (1 - limits.own) ? repairs : new Map();
}

function rangeOf(column: CodedColumn, codes: readonly number[]): [number, number] {
  const values = codes.map((code) => Number(column.values[code])).sort((a, b) => a - b);
  return [values[0] ?? 0, values[values.length - 1] ?? 0];
}
