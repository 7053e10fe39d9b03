import { quotedString } from '../warehouse/quoting.ts';

/** Value patterns the profile looks for; each must match the whole value. */
export const patternNames = [
  'email',
  'phone',
  'mobile_cn',
  'resident_id_cn',
  'iban',
  'ip',
  'url',
  'date',
  'time',
  'integer',
  'decimal',
  'flag',
  'country_code',
  'uuid',
  'amount',
  'measure',
  'named_date',
  'host',
] as const;
export type PatternName = (typeof patternNames)[number];

/** Share (0-1) of looked-at distinct values that match each pattern. */
export type PatternShares = Readonly<Record<PatternName, number>>;

/** Patterns whose values tell who somebody is. */
export const personalPatterns = ['email', 'phone', 'mobile_cn', 'resident_id_cn', 'iban', 'ip'] as const;

const dateText = '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}';
const localNumber = `[+-]?[0-9]{1,3}([.,’' ][0-9]{3})*([.,][0-9]{1,6})?|[+-]?[0-9]+([.,][0-9]{1,6})?`;
const monthName = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';
const clockText = '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?';

/**
 * The patterns in RE2 syntax (linear time), which JavaScript reads the same way.
 *
 * `amount` is a number as people write it, with separators, currency or percent sign; `measure` one with a unit; `host` a
 * domain name, which a file's name looks like too. `phone` wants a plus sign or grouping, so that plain ids and amounts are no telephone numbers.
 */
const expressions: Readonly<Record<PatternName, string>> = {
  email: String.raw`[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}\.[A-Za-z]{2,24}`,
  phone: String.raw`\+[0-9][0-9 ()./-]{6,18}[0-9]|\(?0[0-9]{1,5}\)?[ /-][0-9][0-9 /-]{4,14}[0-9]|[0-9]{3}-[0-9]{3}-[0-9]{4}`,
  mobile_cn: '(\\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}',
  resident_id_cn: '[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]',
  iban: '[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?',
  ip: '((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])',
  url: String.raw`(https?|ftp)://[^\s]+|www\.[^\s]+`,
  date: dateText,
  time: `(${dateText})[T ]${clockText}( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}?))?`,
  integer: '[+-]?[0-9]{1,15}',
  decimal: '[+-]?[0-9]{1,12}[.][0-9]{0,12}|[+-]?[.][0-9]{1,12}',
  flag: '(?i:true|false|yes|no|y|n|0|1|ja|nein|oui|non|是|否)',
  country_code: '[A-Z]{2}',
  uuid: '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  amount: `([€$£¥]|[A-Z]{3}) ?(${localNumber})|(${localNumber})( ?([€$£¥%]|[A-Z]{3}))?`,
  measure: String.raw`(${localNumber}) ?[A-Za-zµ]{1,12}\.?`,
  named_date: `(?i:([0-9]{1,2}[ .-]{1,2})?${monthName}[ .,-]{1,2}([0-9]{1,2},? )?[0-9]{2,4})`,
  host: String.raw`([A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}`,
};

/**
 * SQL: a text written as a plain number as DECIMAL(24,6), else null. Integers to 15 digits, decimals to 12 before the point.
 *
 * Goes through the narrow types: DuckDB reads a text straight into a 128-bit decimal a thousand times slower.
 */
export function numberSql(text: string): string {
  return `case
    when ${matchesSql(text, 'integer')} then cast(cast(${text} as bigint) as decimal(24, 6))
    when ${matchesSql(text, 'decimal')} then cast(cast(${text} as decimal(18, 6)) as decimal(24, 6))
  end`;
}

/** SQL condition: the text expression matches a pattern as a whole. */
export function matchesSql(text: string, pattern: PatternName): string {
  return `regexp_full_match(${text}, ${quotedString(expressions[pattern])})`;
}

/** SQL condition: the text expression holds an e-mail address or a telephone number somewhere. */
export function holdsPersonalSql(text: string): string {
  return `regexp_matches(${text}, ${quotedString(`${expressions.email}|(^|[^0-9])(${expressions.mobile_cn})([^0-9]|$)`)})`;
}

const personalInText = [
  new RegExp(expressions.email),
  new RegExp(`(?<![0-9.:/-])(${expressions.phone})(?![0-9])`),
  new RegExp(`(?<![0-9])(${expressions.mobile_cn})(?![0-9])`),
  new RegExp(`(?<![0-9])(${expressions.resident_id_cn})(?![0-9Xx])`),
  new RegExp(`^(${expressions.ip})$`),
  new RegExp(`^(${expressions.iban})$`),
];
const dateOrTime = new RegExp(`^(${expressions.date}|${expressions.time})$`);

/**
 * Whether a single value would show personal data: an e-mail address, telephone number or Chinese resident id anywhere in it,
 * or an IP address or account number as a whole. Dates and times do not, though some are written like telephone numbers.
 */
export function looksPersonal(value: string): boolean {
  return !dateOrTime.test(value) && personalInText.some((expression) => expression.test(value));
}

/** What stands in a report where a value must not. */
export const hiddenValue = '(hidden)';

/** A value as a report may show it: at most 60 characters, hidden when it looks personal. */
export function shownValue(value: string): string {
  if (looksPersonal(value)) return hiddenValue;
  const characters = [...value.replaceAll(/\s+/g, ' ')];
  return characters.length <= 60 ? characters.join('') : `${characters.slice(0, 59).join('')}…`;
}
