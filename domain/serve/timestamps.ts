const isoLike = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const unixSeconds = /^\d{9,10}(\.\d+)?$/;
const unixMilliseconds = /^\d{12,13}$/;

/**
 * Reads a time loosely, as shops send it: ISO 8601 with `T` or a blank, with or without time and zone (none = UTC), or Unix
 * seconds or milliseconds.
 *
 * @returns ISO 8601 in UTC with milliseconds, or undefined where the text is no time
 */
export function looseTimestamp(text: string): string | undefined {
  const trimmed = text.trim();
  if (unixSeconds.test(trimmed)) return isoOf(Number(trimmed) * 1000);
  if (unixMilliseconds.test(trimmed)) return isoOf(Number(trimmed));
  const [, time, , , zone] = isoLike.exec(trimmed) ?? [];
  if (!isoLike.test(trimmed)) return undefined;
  const stated = zone || !time ? trimmed : `${trimmed}Z`;
  return isoOf(Date.parse(stated.replace(' ', 'T').replaceAll(' ', '')));
}

function isoOf(ms: number): string | undefined {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}
