/** What a text seems to be. */
export type CellType =
  | 'empty'
  | 'integer'
  | 'decimal'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'boolean'
  | 'json'
  | 'url'
  | 'email'
  | 'word'
  | 'text';

const missing = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '--', '?', '\\n', '#n/a']);
const booleans = new Set([
  'true',
  'false',
  'yes',
  'no',
  'y',
  'n',
  't',
  'f',
  'ja',
  'nein',
  'oui',
  'non',
  '是',
  '否',
]);

/** A whole number, with or without groups of three. */
export const integerPattern = String.raw`[+-]?(\d+|\d{1,3}(,\d{3})+|\d{1,3}(\.\d{3})+|\d{1,3}([ '’\u00a0\u202f]\d{3})+)`;
/** A number with a decimal point, or with an exponent; groups by comma or blank. */
export const pointPattern = String.raw`[+-]?(\d+|\d{1,3}([, '’\u00a0\u202f]\d{3})+)?\.\d+([eE][+-]?\d+)?|[+-]?\d+\.?[eE][+-]?\d+|[+-]?\d+\.`;
/** A number with a decimal comma; groups by point or blank. */
export const commaPattern = String.raw`[+-]?(\d+|\d{1,3}([. '’\u00a0\u202f]\d{3})+)?,\d+([eE][+-]?\d+)?`;

const month =
  'jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sep(t(ember)?)?|oct(ober)?|nov(ember)?|dec(ember)?';
/** A time of day. */
export const clock = String.raw`\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?( ?[ap]\.?m\.?)?`;
/** Spellings of days, as sources of regular expressions without anchors. */
export const datePatterns = {
  'year-month-day': String.raw`\d{4}([-/.])(0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])`,
  'year month day': String.raw`(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])`,
  'day-month-year': String.raw`(0?[1-9]|[12]\d|3[01])[-/.](0?[1-9]|1[0-2])[-/.](\d{4}|\d{2})`,
  'month-day-year': String.raw`(0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])[-/.](\d{4}|\d{2})`,
  'day month-name year': String.raw`(0?[1-9]|[12]\d|3[01])(st|nd|rd|th)?[-. ]{1,2}(${month})[-., ]{1,2}(\d{4}|\d{2})`,
  'month-name day year': String.raw`(${month})[. ]{1,2}(0?[1-9]|[12]\d|3[01])(st|nd|rd|th)?,? \d{4}`,
  year年month月day日: String.raw`\d{4}年\d{1,2}月\d{1,2}日`,
} as const;
/** The name of a spelling of days. */
export type DateSpelling = keyof typeof datePatterns;

/** What may follow a day in a time stamp. */
export const clockPattern = String.raw`([T ]|, | at )${clock}( ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?`;

const whole = (pattern: string): RegExp => new RegExp(`^(${pattern})$`, 'i');
const integer = whole(integerPattern);
const decimal = whole(`${pointPattern}|${commaPattern}`);
const day = whole(
  Object.entries(datePatterns)
    .filter(([name]) => name !== 'year month day')
    .map(([, pattern]) => pattern)
    .join('|'),
);
const stamp = whole(`(${Object.values(datePatterns).join('|')})${clockPattern}`);
const time = whole(clock);
const unit = '([€$£¥₹%]|[A-Z]{3})';
const money = new RegExp(`^${unit}? ?(${pointPattern}|${commaPattern}|${integerPattern}) ?${unit}?$`);
const url = /^https?:\/\/\S+$/i;
const email = /^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/;
const word = /^[\p{L}\p{N}_.+&'’%#°-]+$/u;
const mostBytes = 512;

/** Tells what a text seems to be; surrounding blanks do not count. */
export function cellType(received: string): CellType {
  const text = received.trim();
  if (missing.has(text.toLowerCase())) return 'empty';
  if (text.length > mostBytes) return isJson(text) ? 'json' : 'text';
  if (integer.test(text)) return 'integer';
  if (decimal.test(text)) return 'decimal';
  if (day.test(text)) return 'date';
  if (time.test(text)) return 'time';
  if (stamp.test(text)) return 'timestamp';
  if (booleans.has(text.toLowerCase())) return 'boolean';
  if (/\d/.test(text) && money.test(text)) return 'decimal';
  if (url.test(text)) return 'url';
  if (email.test(text)) return 'email';
  if (isJson(text)) return 'json';
  return word.test(text) ? 'word' : 'text';
}

function isJson(text: string): boolean {
  return (
    /^(\{[\s\S]*\}|\[[\s\S]*\])$/.test(text) && /^\{\s*("|\})|^\[\s*(["{[\d\]-]|true|false|null)/.test(text)
  );
}
