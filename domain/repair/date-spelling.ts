/** Place of year, month and day in a date written in numbers. */
export type DateOrder = 'ymd' | 'mdy' | 'dmy';

/** How a column writes dates in numbers. */
export interface DateStyle {
  readonly order: DateOrder;
  readonly separator: string;
  /** Whether months and days below ten have a zero before them. */
  readonly padded: boolean;
  readonly yearDigits: 2 | 4;
}

const shape = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/;

/**
 * Learns how dates are written from texts of one form, or undefined where they are no dates or month and day cannot be
 * told apart.
 */
export function dateStyleOf(texts: readonly string[]): DateStyle | undefined {
  const parts = texts.flatMap((text) => {
    const match = shape.exec(text);
    return match ? [[match[1] ?? '', match[3] ?? '', match[4] ?? '', match[2] ?? ''] as const] : [];
  });
  const [first] = parts;
  if (!first || parts.length < texts.length) return undefined;
  const yearFirst = parts.every(([a]) => a.length === 4);
  if (!yearFirst && !parts.every(([, , c]) => c.length === first[2].length && c.length % 2 === 0))
    return undefined;
  const most = (place: 0 | 1 | 2): number =>
    parts.reduce((max, part) => Math.max(max, Number(part[place])), 0);
  const order = yearFirst ? 'ymd' : most(0) > 12 ? 'dmy' : most(1) > 12 ? 'mdy' : undefined;
  if (!order || (yearFirst ? most(1) > 12 : Math.min(most(0), most(1)) > 12)) return undefined;
  const months = parts.flatMap(([a, b, c]) => (yearFirst ? [b, c] : [a, b]));
  return {
    order,
    separator: first[3],
    padded: months.every((text) => text.length === 2),
    yearDigits: (yearFirst ? 4 : first[2].length) === 2 ? 2 : 4,
  };
}

/** Writes a date of another style as `style` does; undefined where the text is no such date. Two digits: 1970 to 2069. */
export function respellDate(text: string, from: DateStyle, to: DateStyle): string | undefined {
  const match = shape.exec(text);
  if (!match || match[2] !== from.separator) return undefined;
  const at = (letter: string): string => match[[1, 3, 4][from.order.indexOf(letter)] ?? 0] ?? '';
  const [year, month, day] = [at('y'), Number(at('m')), Number(at('d'))];
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const full = year.length === 2 ? Number(year) + (Number(year) < 70 ? 2000 : 1900) : Number(year);
  const number = (value: number): string => (to.padded ? String(value).padStart(2, '0') : String(value));
  const spelled = {
    y: to.yearDigits === 4 ? String(full) : String(full).slice(-2),
    m: number(month),
    d: number(day),
  };
  return [...to.order].map((letter) => spelled[letter as 'y' | 'm' | 'd']).join(to.separator);
}
