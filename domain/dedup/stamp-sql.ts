/**
 * A stamp says where a value was seen, as one text that sorts by (slice, file, line):
 * `<slice>␟<file>␟<line in 12 digits>`, parts divided by U+001F.
 *
 * Slice names hold no control character and lines are below 10^12, so a stamp takes apart again whatever the file is called.
 */
export const stampSql = `_slice || chr(31) || _file || chr(31) || lpad(_line::varchar, 12, '0')`;

/** The slice of a stamp. */
export function stampSliceSql(stamp: string): string {
  return `string_split(${stamp}, chr(31))[1]`;
}

/** The file of a stamp. */
export function stampFileSql(stamp: string): string {
  return `array_to_string(string_split(${stamp}, chr(31))[2:-2], chr(31))`;
}

/** The line of a stamp. */
export function stampLineSql(stamp: string): string {
  return `string_split(${stamp}, chr(31))[-1]::bigint`;
}
