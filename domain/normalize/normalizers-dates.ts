import { quotedString } from '../warehouse/quoting.ts';
import type { Normalizer } from './normalizer.ts';

/** Dates and times in the spellings of many countries. Calls half_width. */
export const dateNormalizers: readonly Normalizer[] = [
  {
    name: 'clean_date',
    parameters: [{ name: 't' }, { name: 'parts', default: "'dmy'" }],
    sql: dateSql(),
    gives:
      "an ISO date and time from some forty spellings: 2026-10-01, 2026/10/1, 20261001, 1.10.2026, 01/10/26, 1 October 2026, Oct 1, 2026, 1st Oct 2026, Thu, 01 Oct 2026 08:30:00, 2026年10月1日, with or without a time; 01/02/2026 is the first of February unless parts := 'mdy'; parts := 'column' lets the other dates of the column in the slice say so, and parts := 'sure' reads only what has one reading",
  },
];

/** Years of two digits are tried first: `%Y` would read them as the first century. */
function dateSql(): string {
  const named = [
    ...['%d-%b-%y', '%d-%b-%Y', '%d %B %Y', '%d %b %Y', '%d. %B %Y'],
    ...['%B %d, %Y', '%b %d, %Y', '%B %d %Y', '%b %d %Y'],
    ...['%A, %d %B %Y', '%a, %d %b %Y', '%A, %B %d, %Y', '%a %b %d %Y'],
  ];
  const yearFirst = ['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%Y%m%d', '%Y年%m月%d日'];
  const inOrder = (first: string, second: string): string[] =>
    ['%y', '%Y'].flatMap((year) => ['/', '.', '-'].map((sign) => [first, second, year].join(sign)));
  const times = ['', ' %H:%M:%S', ' %H:%M', ' %I:%M:%S %p', ' %I:%M %p', 'T%H:%M:%S', 'T%H:%M'];
  const formats = (days: readonly string[]): string =>
    `[${days.flatMap((day) => times.map((time) => quotedString(`${day}${time}`))).join(', ')}]`;
  // Ordinals are plain numbers, and blanks are single.
  const text = String.raw`regexp_replace(regexp_replace(trim(half_width(t)), '(?i)\b(\d{1,2})(st|nd|rd|th)\b', '\1', 'g'), '\s+', ' ', 'g')`;
  const parsed = (days: readonly string[]): string => `try_strptime(${text}, ${formats(days)})`;
  return `strftime(coalesce(
      case parts
        when 'mdy' then ${parsed(inOrder('%m', '%d'))}
        when 'dmy' then ${parsed(inOrder('%d', '%m'))}
        else case when ${parsed(inOrder('%d', '%m'))} <> ${parsed(inOrder('%m', '%d'))} then null
          else coalesce(${parsed(inOrder('%d', '%m'))}, ${parsed(inOrder('%m', '%d'))}) end
      end,
      ${parsed([...named, ...yearFirst])}
    ), '%Y-%m-%d %H:%M:%S')`;
}
