import type { CodedColumn } from './text-table.ts';

/** A text read as one number between a prefix and a suffix, as in `$ 12.50` or `12.0 oz.`. */
export interface NumberSpelling {
  readonly prefix: string;
  /** The digits as written. */
  readonly digits: string;
  readonly suffix: string;
  readonly value: number;
}

const shape =
  /^((?:[^\d\s.+-]{0,3}\s?(?=[\d.])|[^\p{L}\d\s.+-]{0,3}(?=[-+])))([-+]?(?:\d+(?:\.\d+)?|\.\d+))(\D.*|)$/su;

/** Reads a text as one number with what stands around it, or undefined. */
export function readNumber(text: string): NumberSpelling | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, prefix = '', digits = '', suffix = ''] = match;
  return { prefix, digits, suffix, value: Number(digits) };
}

/** Digits behind the point. */
export function decimalsOf(digits: string): number {
  const point = digits.indexOf('.');
  return point < 0 ? 0 : digits.length - point - 1;
}

/** The shortest spelling of the same decimal number: `12.0` → `12`, `0.50` → `0.5`. */
export function shortest(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

/** Values of a column by what stands around their number, most rows first; empty texts are left out. */
export interface UnitClass {
  /** Prefix and suffix as written, with the number between them left out. */
  readonly around: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly rows: number;
  readonly codes: readonly number[];
}

/** Sorts the values of a column into unit classes; `others` are the rows with a value that is no such number. */
export function unitClasses(column: CodedColumn): { readonly classes: UnitClass[]; readonly others: number } {
  const classes = new Map<string, { prefix: string; suffix: string; rows: number; codes: number[] }>();
  let others = 0;
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    if (text === '' || count === 0) continue;
    const spelling = readNumber(text);
    if (!spelling) {
      others += count;
      continue;
    }
    const around = `${spelling.prefix}\u0000${spelling.suffix}`;
    const place = classes.get(around) ?? {
      prefix: spelling.prefix,
      suffix: spelling.suffix,
      rows: 0,
      codes: [],
    };
    classes.set(around, place);
    place.rows += count;
    place.codes.push(code);
  }
  return {
    classes: [...classes.entries()]
      .map(([around, place]) => ({ around, ...place }))
      .sort((a, b) => b.rows - a.rows || (a.around < b.around ? -1 : 1)),
    others,
  };
}
