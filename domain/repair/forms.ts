import { type DateStyle, dateStyleOf, respellDate } from './date-spelling.ts';
import type { Reason } from './finding.ts';
import { meansMissing } from './missing-spellings.ts';
import { signatureOf } from './patterns.ts';
import type { Sheet } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';
import { timeStyleOf } from './time-spelling.ts';

const limits = {
  /** Least share of a column's values that have its form, and rows, to have one. */
  own: 0.6,
  rows: 30,
  /** Least rows with the same mark at their end to take it for an appendage. */
  appended: 3,
  /** Texts of a form looked at to learn a style. */
  learned: 1000,
  /** Most forms of a column but its own that are looked at. */
  others: 50,
} as const;

/** Values of one form. */
interface Form {
  readonly signature: string;
  readonly codes: number[];
  rows: number;
}

/** Writes a value in the column's own form, or undefined where it cannot be told how. */
type Rewriter = (text: string) => string | undefined;

/**
 * Finds values that say the same in another form than the column's own: times and dates in another spelling, other marks
 * between the same runs of letters and digits, marks left out or appended. What cannot be rewritten is left to others.
 */
export function detectForms(sheet: Sheet): void {
  for (const [number, column] of sheet.columns.entries()) {
    const repairs = new Map([...appendedMarks(column), ...otherForms(column)]);
    if (repairs.size === 0) continue;
    for (let row = 0; row < sheet.rows; row++) {
      const found = repairs.get(column.codes[row] ?? -1);
      if (!found || sheet.suspicion(row, number)) continue;
      sheet.suspect({ row, column: number, reason: found.reason, confidence: 0.85, repair: found.text });
    }
  }
}

type Repairs = Map<number, { readonly text: string; readonly reason: Reason }>;

function otherForms(column: CodedColumn): Repairs {
  const repairs: Repairs = new Map();
  const forms = formsOf(column);
  const filled = forms.reduce((sum, { rows }) => sum + rows, 0);
  const [own] = forms;
  if (!own || filled < limits.rows || own.rows < filled * limits.own || forms.length < 2) return repairs;
  const texts = own.codes.slice(0, limits.learned).map((code) => column.values[code] ?? '');
  const rewriters: [Reason, (other: readonly string[]) => Rewriter | undefined][] = [
    ['time-format', () => timeStyleOf(texts[0] ?? '')],
    ['time-format', (other) => dateRewriter(texts, other)],
    ['pattern', () => markRewriter(own.signature, texts)],
  ];
  for (const other of forms.slice(1, limits.others)) {
    const others = other.codes.map((code) => column.values[code] ?? '');
    for (const [reason, learn] of rewriters) {
      const rewrite = learn(others);
      for (const code of other.codes) {
        const text = rewrite?.(column.values[code] ?? '');
        if (text !== undefined && !repairs.has(code) && signatureOf(text) === own.signature) {
          repairs.set(code, { text, reason });
        }
      }
    }
  }
  return repairs;
}

function formsOf(column: CodedColumn): Form[] {
  const forms = new Map<string, Form>();
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    if (count === 0 || meansMissing(text)) continue;
    const signature = signatureOf(text);
    const form = forms.get(signature) ?? { signature, codes: [], rows: 0 };
    forms.set(signature, form);
    form.codes.push(code);
    form.rows += count;
  }
  return [...forms.values()].sort((a, b) => b.rows - a.rows || (a.signature < b.signature ? -1 : 1));
}

function dateRewriter(own: readonly string[], other: readonly string[]): Rewriter | undefined {
  const to = dateStyleOf(own);
  const from: DateStyle | undefined = to && dateStyleOf(other);
  return to && from ? (text) => respellDate(text, from, to) : undefined;
}

/** Rewrites values whose runs of letters and digits fit the column's form and only the marks between them differ. */
function markRewriter(signature: string, texts: readonly string[]): Rewriter | undefined {
  const marks = signature.split(/[a9]/);
  const kinds = signature.replaceAll(/[^a9]/g, '');
  if (kinds.length < 2 || !kinds.includes('9') || marks.slice(1, -1).some((mark) => mark.trim() === ''))
    return undefined;
  const lengths = runLengths(texts, kinds.length);
  const fixed = lengths.every(({ least, most }) => least === most);
  return (text) => {
    const runs = runsOf(text);
    const fits =
      runs.length === kinds.length &&
      runs.every((run, at) => kindOf(run) === kinds[at] && isWithin(run.length, lengths[at]));
    if (fits) return marks.map((mark, at) => mark + (runs[at] ?? '')).join('');
    const [only = ''] = runs;
    if (!fixed || runs.length !== 1 || only !== text) return undefined;
    return cut(only, marks, kinds, lengths);
  };
}

interface Lengths {
  readonly least: number;
  readonly most: number;
}

function cut(
  run: string,
  marks: readonly string[],
  kinds: string,
  lengths: readonly Lengths[],
): string | undefined {
  if (run.length !== lengths.reduce((sum, { most }) => sum + most, 0)) return undefined;
  const parts: string[] = [];
  let rest = run;
  for (const { most } of lengths) {
    parts.push(rest.slice(0, most));
    rest = rest.slice(most);
  }
  if (parts.some((part, at) => kindOf(part) !== kinds[at])) return undefined;
  return marks.map((mark, at) => mark + (parts[at] ?? '')).join('');
}

function runLengths(texts: readonly string[], runs: number): Lengths[] {
  return Array.from({ length: runs }, (_, at) => {
    const lengths = texts.map((text) => (runsOf(text)[at] ?? '').length);
    return {
      least: lengths.reduce((a, b) => Math.min(a, b)),
      most: lengths.reduce((a, b) => Math.max(a, b)),
    };
  });
}

function isWithin(length: number, range: Lengths | undefined): boolean {
  return range !== undefined && length >= range.least && length <= range.most;
}

function runsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}]+|\p{Nd}+/gu) ?? [];
}

function kindOf(run: string): string {
  return /^\p{Nd}+$/u.test(run) ? '9' : /^[\p{L}\p{M}]+$/u.test(run) ? 'a' : '?';
}

/** Values that end in marks which several rows append to a text that stands without them elsewhere. */
function appendedMarks(column: CodedColumn): Repairs {
  const tails = new Map<string, { rows: number; known: number; repairs: [number, string][] }>();
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    const tail = /[^\p{L}\p{M}\p{N}\s.)\]"'!?%+]+$/u.exec(text)?.[0];
    if (count === 0 || tail === undefined || tail.length === text.length) continue;
    const rest = text.slice(0, -tail.length);
    const place = tails.get(tail) ?? { rows: 0, known: 0, repairs: [] };
    tails.set(tail, place);
    place.rows += count;
    place.repairs.push([code, rest]);
    if ((column.counts[column.codeOf(rest) ?? -1] ?? 0) > 0) place.known += count;
  }
  const repairs: Repairs = new Map();
  for (const { rows, known, repairs: found } of tails.values()) {
    if (rows < limits.appended || known * 2 < rows) continue;
    for (const [code, text] of found) repairs.set(code, { text, reason: 'pattern' });
  }
  return repairs;
}
