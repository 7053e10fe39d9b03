import { z } from 'zod';

/** Where a credential is: in an environment variable of the worker, or in a file of its machine. Never the credential itself. */
export const secretReference = z
  .string()
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/,
    "expected where the credential is, 'env:NAME' or 'file:/path', never the credential itself",
  );

const units = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;
const durationPattern = /^(\d{1,6}) (second|minute|hour|day|week)s?$/;

/** A span of time as people write it: `30 minutes`, `2 days`. */
export const durationText = z.string().regex(durationPattern, "expected a span of time such as '2 days'");

/** Seconds of a span of time, or undefined for another text. */
export function secondsOf(duration: string): number | undefined {
  const [, count, unit] = durationPattern.exec(duration) ?? [];
  return unit ? Number(count) * units[unit as keyof typeof units] : undefined;
}

/** How far back an incremental read begins before the newest row already had: a span of time, or a number for a counter. */
export const overlap = z.union([durationText, z.number().int().min(0)]);

/** Seconds that reading a source may take in all. */
export const timeoutSeconds = z.number().positive().max(3000).default(1800);
