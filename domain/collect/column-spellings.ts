import {
  clock,
  clockPattern,
  commaPattern,
  datePatterns,
  integerPattern,
  pointPattern,
} from './cell-types.ts';

/** What a column seems to hold. `id`: looks like numbers but is kept as text, as leading zeros or sixteen digits ask. */
export type ColumnType =
  | 'integer'
  | 'decimal'
  | 'date'
  | 'timestamp'
  | 'time'
  | 'boolean'
  | 'id'
  | 'json'
  | 'url'
  | 'email'
  | 'text'
  | 'empty';

/** One way to write values of a type. */
export interface Spelling {
  readonly type: ColumnType;
  readonly name: string;
  /** A regular expression for a whole trimmed value, upper and lower case the same; understood by JavaScript and by RE2. */
  readonly pattern: string;
}

const unit = '([€$£¥₹%]|[a-z]{3})';
const number = `(${pointPattern}|${commaPattern}|${integerPattern})`;
const days = Object.entries(datePatterns);

/** The spellings looked for; of those that fit equally well the first one counts. */
export const spellings: readonly Spelling[] = [
  { type: 'boolean', name: '0 or 1', pattern: '[01]' },
  { type: 'boolean', name: 'words', pattern: 'true|false|yes|no|y|n|t|f|ja|nein|oui|non|是|否' },
  { type: 'date', name: 'year month day', pattern: datePatterns['year month day'] },
  { type: 'integer', name: 'digits', pattern: String.raw`[+-]?\d+` },
  { type: 'integer', name: 'groups of three', pattern: integerPattern },
  { type: 'decimal', name: 'decimal point', pattern: `${pointPattern}|${integerPattern}` },
  { type: 'decimal', name: 'decimal comma', pattern: `${commaPattern}|${integerPattern}` },
  { type: 'decimal', name: 'with a unit', pattern: `${unit}? ?${number} ?${unit}?` },
  ...days
    .filter(([name]) => name !== 'year month day')
    .map(([name, pattern]): Spelling => ({ type: 'date', name, pattern })),
  ...days.map(([name, pattern]): Spelling => {
    return { type: 'timestamp', name, pattern: `(${pattern})(${clockPattern})?` };
  }),
  { type: 'time', name: 'hours:minutes', pattern: clock },
  { type: 'url', name: 'http', pattern: String.raw`https?://\S+` },
  { type: 'email', name: 'address', pattern: String.raw`[^\s@]+@[^\s@]+\.[a-z]{2,}` },
  { type: 'json', name: 'object or array', pattern: String.raw`\{\s*("[\s\S]*)?\}|\[[\s\S]*\]` },
];

/** Spellings of no value, in lower case. */
export const missingSpellings: readonly string[] = [
  '',
  'na',
  'n/a',
  'nan',
  'null',
  'none',
  '-',
  '--',
  '?',
  '\\n',
  '#n/a',
];

const tests = new Map(spellings.map((spelling) => [spelling, new RegExp(`^(?:${spelling.pattern})$`, 'i')]));

/** Whether a trimmed value is written so. */
export function isSpelt(value: string, spelling: Spelling): boolean {
  return value.length <= 2000 && tests.get(spelling)?.test(value) === true;
}

/** The pattern as RE2 reads it: it has no `\u`. */
export function re2Pattern({ pattern }: Spelling): string {
  return pattern.replaceAll(String.raw`\u00a0`, '\u00a0').replaceAll(String.raw`\u202f`, '\u202f');
}
