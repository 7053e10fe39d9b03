/** A time of day as written. */
interface ClockTime {
  readonly hour: number;
  readonly minute: string;
  readonly start: number;
  readonly end: number;
}

/** How a column writes times of day; render(minutes) gives a text of that style. */
export type TimeStyle = (text: string) => string | undefined;

const clock = /(?<!\d)(\d{1,2}):(\d{2})(?::\d{2})?(?!\d)(?:\s*([ap])\.?\s?m\b\.?)?/giu;

/**
 * Learns how times of day are written from one text of the column's own form, or undefined where it is no time.
 *
 * The style reads any text with exactly one time of day in it (a date or a remark beside it does not matter).
 */
export function timeStyleOf(example: string): TimeStyle | undefined {
  const [only] = timesIn(example);
  if (only?.start !== 0 || only.end !== example.length) return undefined;
  const marked = /^(\d{1,2}):\d{2}(\s*)(\D+)$/u.exec(example);
  const [, hour = '', gap = '', marker = ''] = marked ?? [];
  const padded = marked ? hour.startsWith('0') : /^0/.test(example);
  return (text) => {
    const found = timesIn(text);
    const [time] = found;
    if (!time || found.length !== 1) return undefined;
    if (!marked) return `${pad(time.hour, padded || time.hour > 9)}:${time.minute}`;
    const half = time.hour < 12 ? 'a' : 'p';
    const spelled = marker.replace(/[ap]/iu, (letter) =>
      letter === letter.toUpperCase() ? half.toUpperCase() : half,
    );
    return `${pad(time.hour % 12 === 0 ? 12 : time.hour % 12, padded)}:${time.minute}${gap}${spelled}`;
  };
}

function timesIn(text: string): ClockTime[] {
  return [...text.matchAll(clock)].flatMap((match) => {
    const [whole, hours = '', minute = '', half] = match;
    const read = Number(hours);
    const hour = half === undefined ? read : (read % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
    if (read > 23 || Number(minute) > 59 || (half !== undefined && (read > 12 || read === 0))) return [];
    return [{ hour, minute, start: match.index, end: match.index + whole.length }];
  });
}

function pad(hour: number, padded: boolean): string {
  return padded ? String(hour).padStart(2, '0') : String(hour);
}
