import { decimalsOf, readNumber, shortest, type UnitClass, unitClasses } from './number-spelling.ts';
import type { Sheet, Suspicion } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';

const limits = {
  /** Least share of a column's values that are one number with something around it. */
  numeric: 0.8,
  /** From this share of rows of one spelling, single odd ones are left to other detectors. */
  uniform: 0.95,
  /** Most spellings a column's units have, but for single cells; their longest text; the least numbers each stands with. */
  spellings: 12,
  length: 16,
  numbers: 3,
  /** Least share of the numbers' rows that these spellings cover. */
  covered: 0.9,
  /** Least share of the rarer spellings' rows whose number stands with several spellings. */
  alike: 0.5,
  /** Least rows of a class to judge its precision by. */
  precisionRows: 20,
  /** Bins of numbers, and the most of a spelling's rows that may have to move between them. */
  bins: 6,
  moved: 0.5,
  /** A number that is long for a quantity. */
  longNumber: 1000,
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
    const [first] = classes;
    if (!first || rows < (rows + others) * limits.numeric) continue;
    const frequent = classes.slice(0, limits.spellings).filter(isFrequent);
    if (!areUnits(column, frequent, rows) || !haveSameUnit(column, frequent)) continue;
    const canon = canonOf(classes, rows);
    const own = classes.find(({ around }) => around === canon.around);
    const spell = speller(column, canon, own, classes);
    const mixed = first.rows < rows * limits.uniform;
    for (const one of mixed ? classes : frequent) {
      if (one.around !== canon.around) judgeClass(sheet, number, one, own, spell);
    }
  }
}

function isFrequent({ codes, prefix, suffix }: UnitClass): boolean {
  return codes.length >= limits.numbers && prefix.length + suffix.length <= limits.length;
}

/** False where spellings stand for different units or kinds of things; a percent sign may stand on another scale. */
function haveSameUnit(column: CodedColumn, frequent: readonly UnitClass[]): boolean {
  if (frequent.some((one) => isCode(column, one))) return false;
  return haveSameNumbers(
    column,
    frequent.filter(({ suffix }) => !suffix.includes('%')),
  );
}

/** A letter glued to a long number makes a code, not a unit. */
function isCode(column: CodedColumn, one: UnitClass): boolean {
  return /^\p{L}$/u.test(one.suffix) && medianOf(column, one) >= limits.longNumber;
}

/**
 * True where spellings stand with numbers as the whole column has them, so that they can mean the same unit: the share of
 * rows that would have to move between six bins of equal rows (total variation) is small for every spelling of some rows.
 */
function haveSameNumbers(column: CodedColumn, frequent: readonly UnitClass[]): boolean {
  const numbersOf = ({ codes }: UnitClass): { value: number; count: number }[] =>
    codes.map((code) => ({
      value: readNumber(column.values[code] ?? '')?.value ?? 0,
      count: column.counts[code] ?? 0,
    }));
  const all = frequent.flatMap(numbersOf).sort((a, b) => a.value - b.value);
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const binOf = new Map<number, number>();
  let passed = 0;
  for (const { value, count } of all) {
    if (!binOf.has(value))
      binOf.set(value, Math.min(limits.bins - 1, Math.floor((passed / total) * limits.bins)));
    passed += count;
  }
  const shares = (numbers: readonly { value: number; count: number }[]): number[] => {
    const bins = Array.from({ length: limits.bins }, () => 0);
    const rows = numbers.reduce((sum, { count }) => sum + count, 0);
    for (const { value, count } of numbers) {
      const bin = binOf.get(value) ?? 0;
      bins[bin] = (bins[bin] ?? 0) + count / rows;
    }
    return bins;
  };
  const whole = shares(all);
  return frequent.every((one) => {
    if (one.rows < limits.precisionRows) return true;
    const moved =
      shares(numbersOf(one)).reduce((sum, share, bin) => sum + Math.abs(share - (whole[bin] ?? 0)), 0) / 2;
    return moved <= limits.moved;
  });
}

/**
 * True where what stands around the numbers can be units: few spellings cover the rows, each stands with several numbers,
 * and the numbers of the rarer ones (to the decimals of the coarsest) stand with others as well. A street name or a town
 * tells its number.
 */
function areUnits(column: CodedColumn, frequent: readonly UnitClass[], rows: number): boolean {
  const [first] = frequent;
  const covered = frequent.reduce((sum, one) => sum + one.rows, 0);
  if (!first || frequent.length < 2 || covered < rows * limits.covered) return false;
  const decimals = Math.min(...frequent.map((one) => mostDecimals(column, one)));
  const rounded = (code: number): string =>
    (readNumber(column.values[code] ?? '')?.value ?? 0).toFixed(decimals);
  const spellings = new Map<string, number>();
  for (const { codes } of frequent) {
    for (const number of new Set(codes.map(rounded))) spellings.set(number, (spellings.get(number) ?? 0) + 1);
  }
  let shared = 0;
  for (const { codes } of frequent.slice(1)) {
    for (const code of codes) if ((spellings.get(rounded(code)) ?? 0) > 1) shared += column.counts[code] ?? 0;
  }
  return shared >= (covered - first.rows) * limits.alike;
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

/**
 * How the column spells a number: with the decimals of its own spelling where they are fixed, else without trailing
 * zeros, unless all of its numbers have the same two or more decimals.
 */
function speller(
  column: CodedColumn,
  canon: Canon,
  own: UnitClass | undefined,
  classes: readonly UnitClass[],
): (digits: string) => string {
  const spelled = (own ? own.codes : classes.flatMap(({ codes }) => codes)).map(
    (code) => readNumber(column.values[code] ?? '')?.digits ?? '',
  );
  const decimals = decimalsOf(spelled[0] ?? '');
  const fixed =
    decimals >= (own ? 1 : 2) &&
    spelled.every((digits) => decimalsOf(digits) === decimals) &&
    spelled.some((digits) => shortest(digits) !== digits);
  return (digits) => {
    const short = shortest(digits);
    const number = fixed && decimalsOf(short) <= decimals ? Number(digits).toFixed(decimals) : short;
    return `${canon.prefix}${number}${canon.suffix}`;
  };
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
