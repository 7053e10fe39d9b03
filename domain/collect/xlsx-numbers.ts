/** What a number format makes of a number. */
export type NumberKind = 'number' | 'date' | 'time' | 'duration';

/**
 * Tells whether a number format shows days or times.
 *
 * Source: ECMA-376 part 1, 18.8.30 (built-in formats; 27 to 36 and 50 to 58 are days in East Asian locales) and 18.8.31.
 */
export function numberKind(formatId: number, code: string | undefined): NumberKind {
  if (code === undefined) {
    if ((formatId >= 14 && formatId <= 17) || formatId === 22) return 'date';
    if ((formatId >= 27 && formatId <= 31) || formatId === 36 || (formatId >= 50 && formatId <= 58))
      return 'date';
    if (formatId === 46) return 'duration';
    return (formatId >= 18 && formatId <= 21) ||
      (formatId >= 32 && formatId <= 35) ||
      formatId === 45 ||
      formatId === 47
      ? 'time'
      : 'number';
  }
  if (/\[(h+|m+|s+)\]/i.test(code)) return 'duration';
  // Texts in quotes, escaped characters, colours, conditions and locales are no part of the pattern; nor are later sections.
  const pattern = code
    .replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '')
    .split(';', 1)[0]
    ?.replace(/general|am\/pm|a\/p/gi, (word) => (/^g/i.test(word) ? '' : 'h')) as string;
  if (/[yd年日]/i.test(pattern) || (/m/i.test(pattern) && !/[hs]/i.test(pattern))) return 'date';
  return /[hs]/i.test(pattern) ? 'time' : 'number';
}

const dayMs = 86_400_000;
/** The day before 1 March 1900 that never was: 29 February 1900. */
const phantomDay = 60;

/**
 * Writes a serial number as the text its format stands for: `2024-03-01`, `2024-03-01 08:26:00`, `08:26:00`; a duration as
 * `hours:minutes:seconds`. What is no day of the calendar stays a number.
 *
 * @param date1904 whether day 0 is 1 January 1904; else day 1 is 1 January 1900 and day 60 a day that never was
 */
export function serialText(serial: number, kind: NumberKind, date1904: boolean): string {
  if (kind === 'number' || !Number.isFinite(serial) || serial < 0) return numberText(String(serial));
  const seconds = Math.round(serial * 86_400);
  if (kind === 'duration' || (kind === 'time' && serial < 1)) return clockText(seconds);
  if (!date1904 && Math.floor(serial) === phantomDay) return numberText(String(serial));
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < phantomDay ? 31 : 30);
  const day = Math.floor(seconds / 86_400);
  const date = new Date(epoch + day * dayMs);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return numberText(String(serial));
  const dayText = date.toISOString().slice(0, 10);
  return seconds % 86_400 === 0 && kind === 'date' ? dayText : `${dayText} ${clockText(seconds % 86_400)}`;
}

/** Writes a number with the fifteen digits a workbook holds, without what binary fractions add. */
export function numberText(received: string): string {
  const text = received.trim();
  if (!/[eE]/.test(text) && text.length <= 15) return text;
  const value = Number(text);
  return Number.isFinite(value) ? String(Number(value.toPrecision(15))) : text;
}

function clockText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
