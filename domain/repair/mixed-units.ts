import { decimalsOf, readNumber, shortest, type UnitClass, unitClasses } from './number-spelling.ts';
import type { Sheet, Suspicion } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';

const limits = {
  /** Least share of a column's values that are one number with something around it. */
  numeric: 0.8,
  /** Above this share of rows one spelling is the column's own: nothing is stripped. */
  uniform: 0.95,
  /** Most spellings a column's units have, but for single cells; their longest text; the least numbers each stands with. */
  spellings: 12,
  length: 16,
  numbers: 3,
  /** Least share of the numbers' rows that these spellings cover. */
  covered: 0.9,
  /** Least share of rows whose number stands with several spellings. */
  alike: 0.5,
  /** Least rows of a class to judge its precision by. */
  precisionRows: 20,
  /** Share of a spelling that makes it the one the column means. */
  dominant: 0.8,
} as const;

/**
 * Finds numbers with mixed units: several spellings around the number inside one column.
 *
 * The numeric part is kept. The column's meaning is the bare number where some cells have it or no spelling dominates,
 * else the dominant spelling. A spelling whose numbers lie a hundred times higher than the bare ones and that writes a
 * percent sign is divided by 100. A spelling that holds fewer decimals than the column's own was rounded when it was
 * written: what is lost cannot be told, and the repair is only proposed where the column's own numbers make it likely.
 */
export function detectMixedUnits(sheet: Sheet): void {
  for (const [number, column] of sheet.columns.entries()) {
    const { classes, others } = unitClasses(column);
    const rows = classes.reduce((sum, one) => sum + one.rows, 0);
    const [first, second] = classes;
    if (!first || !second || rows < 2 || rows < (rows + others) * limits.numeric) continue;
    if (first.rows >= rows * limits.uniform && first.suffix + first.prefix !== '') continue;
    if (!areUnits(column, classes, rows)) continue;
    const canon = canonOf(classes, rows);
    const own = classes.find(({ around }) => around === canon.around);
    const spell = speller(column, canon, classes);
    for (const one of classes) {
      if (one.around !== canon.around) judgeClass(sheet, number, one, own, spell);
    }
  }
}

/**
 * True where what stands around the numbers can be units: few spellings cover the rows, each stands with several numbers,
 * and the same numbers (to the decimals of the coarsest) stand with several spellings. A street name or a town tells its number.
 */
function areUnits(column: CodedColumn, classes: readonly UnitClass[], rows: number): boolean {
  const frequent = classes
    .slice(0, limits.spellings)
    .filter(
      ({ codes, prefix, suffix }) =>
        codes.length >= limits.numbers && prefix.length + suffix.length <= limits.length,
    );
  const covered = frequent.reduce((sum, one) => sum + one.rows, 0);
  if (frequent.length < 2 || covered < rows * limits.covered) return false;
  const decimals = Math.min(...frequent.map((one) => mostDecimals(column, one)));
  const standing = new Map<string, { rows: number; spellings: Set<string> }>();
  for (const { codes, around } of frequent) {
    for (const code of codes) {
      const number = (readNumber(column.values[code] ?? '')?.value ?? 0).toFixed(decimals);
      const place = standing.get(number) ?? { rows: 0, spellings: new Set() };
      standing.set(number, place);
      place.rows += column.counts[code] ?? 0;
      place.spellings.add(around);
    }
  }
  let shared = 0;
  for (const place of standing.values()) if (place.spellings.size > 1) shared += place.rows;
  return shared >= covered * limits.alike;
}

interface Canon {
  readonly around: string;
  readonly prefix: string;
  readonly suffix: string;
}

function canonOf(classes: readonly UnitClass[], rows: number): Canon {
  const bare = classes.find(({ around }) => around === '\u0000');
  const [first] = classes;
  if (bare && bare.rows >= rows * (1 - limits.dominant)) return bare;
  if (first && first.rows >= rows * limits.dominant) return first;
  return { around: '\u0000', prefix: '', suffix: '' };
}

/** How the column spells a number: bare of trailing zeros, unless all of its numbers have the same two or more decimals. */
function speller(
  column: CodedColumn,
  canon: Canon,
  classes: readonly UnitClass[],
): (digits: string) => string {
  const decimals = new Set<number>();
  for (const { codes } of classes) {
    for (const code of codes) decimals.add(decimalsOf(readNumber(column.values[code] ?? '')?.digits ?? ''));
  }
  const [only] = decimals;
  const fixed = decimals.size === 1 && (only ?? 0) >= 2;
  return (digits) => `${canon.prefix}${fixed ? digits : shortest(digits)}${canon.suffix}`;
}

function judgeClass(
  sheet: Sheet,
  number: number,
  one: UnitClass,
  own: UnitClass | undefined,
  spell: (digits: string) => string,
): void {
  const column = sheet.columns[number];
  if (!column) return;
  const scale = own ? scaleOf(column, one, own) : 1;
  const precision = own ? precisionOf(column, one, own) : () => 1;
  const said = new Map<number, Omit<Suspicion, 'row'>>();
  for (const code of one.codes) {
    const digits = readNumber(column.values[code] ?? '')?.digits ?? '';
    const kept = precision(digits);
    const lost = kept < 0.5;
    const scaled = scale === 1 ? digits : scaleDigits(digits, scale);
    said.set(code, {
      column: number,
      reason: lost ? 'lost-precision' : 'mixed-unit',
      confidence: 0.95,
      ...(lost || scale === undefined ? {} : { repair: spell(scaled) }),
    });
  }
  for (let row = 0; row < sheet.rows; row++) {
    const suspicion = said.get(column.codes[row] ?? -1);
    if (suspicion) sheet.suspect({ row, ...suspicion });
  }
}

/** What to multiply a class by to stand on the scale of the column's own numbers; undefined where that is not clear. */
function scaleOf(column: CodedColumn, one: UnitClass, own: UnitClass): number | undefined {
  const ratio = medianOf(column, one) / medianOf(column, own);
  if (!Number.isFinite(ratio) || ratio <= 0) return 1;
  if (ratio > 1 / 3 && ratio < 3) return 1;
  if (/%/.test(one.suffix) && ratio > 100 / 3 && ratio < 300) return 0.01;
  return undefined;
}

function scaleDigits(digits: string, scale: number | undefined): string {
  if (scale === undefined) return digits;
  return String(Number((Number(digits) * scale).toPrecision(12)));
}

/**
 * Chance that a number of a class is whole: of the column's own numbers that round to it, the share that equal it. One
 * where the class has as many decimals as the column.
 */
function precisionOf(column: CodedColumn, one: UnitClass, own: UnitClass): (digits: string) => number {
  const most = mostDecimals(column, one);
  if (one.rows < limits.precisionRows || most >= mostDecimals(column, own)) return () => 1;
  const finer = own.codes.reduce((rows, code) => {
    const digits = shortest(readNumber(column.values[code] ?? '')?.digits ?? '');
    return rows + (decimalsOf(digits) > most ? (column.counts[code] ?? 0) : 0);
  }, 0);
  if (finer < own.rows * 0.05) return () => 1;
  return () => 1 - finer / own.rows;
}

function mostDecimals(column: CodedColumn, { codes }: UnitClass): number {
  return codes.reduce(
    (most, code) => Math.max(most, decimalsOf(shortest(readNumber(column.values[code] ?? '')?.digits ?? ''))),
    0,
  );
}

function medianOf(column: CodedColumn, { codes, rows }: UnitClass): number {
  const sorted = codes
    .map((code) => ({
      value: readNumber(column.values[code] ?? '')?.value ?? 0,
      count: column.counts[code] ?? 0,
    }))
    .sort((a, b) => a.value - b.value);
  let passed = 0;
  for (const { value, count } of sorted) {
    passed += count;
    if (passed * 2 >= rows) return value;
  }
  return Number.NaN;
}
