import { meansMissing } from './missing-spellings.ts';
import type { Sheet } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';

const limits = {
  /** Least share of rows, and rows, of a pattern that belongs to the column. */
  own: 0.01,
  rows: 3,
  /** Least share of rows that such patterns cover where the column has a form at all. */
  covered: 0.9,
  /** Most patterns of its own. */
  patterns: 8,
  /** Most share of rows of a pattern that does not belong; of one that mixes letters into numbers as no other does. */
  foreign: 0.005,
  mixed: 0.05,
  /** Least rows to judge a column by. */
  judged: 50,
} as const;

/**
 * Flags cells whose form does not belong to their column: a signature of character classes that next to no other cell has.
 *
 * In columns with digits or marks in their form (codes, numbers, times) the sequence of classes counts; in columns of
 * words only whether a text has digits. A number stays a number with more digits, a sign or a point.
 */
export function detectPatterns(sheet: Sheet): void {
  for (const [number, column] of sheet.columns.entries()) {
    const foreign = foreignValues(column, sheet.rows);
    if (foreign.size === 0) continue;
    for (let row = 0; row < sheet.rows; row++) {
      if (!foreign.has(column.codes[row] ?? -1) || sheet.suspicion(row, number)) continue;
      sheet.suspect({ row, column: number, reason: 'pattern', confidence: 0.7 });
    }
  }
}

/** The signature of a text: runs of letters as `a`, of digits as `9`, of blanks as one; other characters stay. */
export function signatureOf(text: string): string {
  return text
    .replaceAll(/\p{Nd}+/gu, '9')
    .replaceAll(/[\p{L}\p{M}]+/gu, 'a')
    .replaceAll(/\s+/gu, ' ');
}

function foreignValues(column: CodedColumn, rows: number): Set<number> {
  const byForm = foreignBy(column, rows, signatureOf);
  if (byForm) return byForm;
  const digits = (text: string): string => (/\p{Nd}/u.test(text) ? '9' : 'a');
  return foreignBy(column, rows, digits) ?? new Set();
}

/** Codes with a foreign form, or undefined where forms do not tell this column. */
function foreignBy(
  column: CodedColumn,
  rows: number,
  formOf: (text: string) => string,
): Set<number> | undefined {
  const forms = new Map<string, { rows: number; codes: number[] }>();
  let filled = 0;
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    if (count === 0 || meansMissing(text)) continue;
    const form = formOf(text);
    const place = forms.get(form) ?? { rows: 0, codes: [] };
    forms.set(form, place);
    place.rows += count;
    place.codes.push(code);
    filled += count;
  }
  if (filled < limits.judged) return undefined;
  const own = [...forms].filter(([, form]) => form.rows >= Math.max(limits.rows, filled * limits.own));
  const covered = own.reduce((sum, [, form]) => sum + form.rows, 0);
  const [first] = own.sort(([, a], [, b]) => b.rows - a.rows);
  const telling = formOf === signatureOf ? /[^a ]/.test(first?.[0] ?? '') : true;
  if (!telling || own.length > limits.patterns || covered < filled * limits.covered) return undefined;
  const ownForms = new Set(own.map(([form]) => form));
  const digits = usualDigits(first?.[1].codes ?? [], column);
  const foreign = new Set<number>();
  for (const [form, { rows: count, codes }] of forms) {
    const alone =
      isMixed(form) &&
      !isSeries(codes, column, digits) &&
      !own.some(([other, { rows: their }]) => isMixed(other) && their > filled * limits.mixed);
    if (!alone && ownForms.has(form)) continue;
    if (count > Math.max(2, rows * (alone ? limits.mixed : limits.foreign))) continue;
    if (isNumberForm(form) && [...ownForms].some(isNumberForm)) continue;
    for (const code of codes) foreign.add(code);
  }
  return foreign;
}

/** Digits in most of the texts of a form. */
function usualDigits(codes: readonly number[], column: CodedColumn): number {
  const rowsOf = new Map<number, number>();
  for (const code of codes) {
    const digits = (column.values[code] ?? '').replaceAll(/\P{Nd}/gu, '').length;
    rowsOf.set(digits, (rowsOf.get(digits) ?? 0) + (column.counts[code] ?? 0));
  }
  return [...rowsOf].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

/** True for codes of their own series: one and the same letters beside a number of the usual length. */
function isSeries(codes: readonly number[], column: CodedColumn, digits: number): boolean {
  const letters = new Set(codes.map((code) => (column.values[code] ?? '').replaceAll(/\p{Nd}/gu, '')));
  return codes.length >= limits.rows && letters.size === 1 && usualDigits(codes, column) >= digits;
}

function isMixed(form: string): boolean {
  return /a9|9a/.test(form);
}

function isNumberForm(form: string): boolean {
  return /^[-+]?[9.,]+$/.test(form);
}
