/** A count with its thousands grouped: `541,909`. The same in both languages. */
export function countText(value: number): string {
  const [whole = '', fraction] = String(value).split('.');
  const grouped = whole.replaceAll(/(?<=\d)(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A count and its English noun: `1 source`, `8 sources`. */
export function counted(value: number, noun: string): string {
  return `${countText(value)} ${value === 1 ? noun : `${noun}s`}`;
}

/** A share (0-1) in percent with one decimal, two where it would vanish. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 2 : 1)} %`;
}

/** Milliseconds as `0.4 s`, `35 s` or `3 min 20 s`. */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Bytes in decimal units: `512 B`, `1.7 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A decimal text shortened to four significant digits of its fraction, trailing zeros gone: `107.392599` → `107.4`. */
export function figureText(decimal: string): string {
  const value = Number(decimal);
  if (decimal === '' || !Number.isFinite(value)) return decimal;
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 1 ? 2 : 4;
  return String(Number(value.toFixed(digits)));
}
