import { z } from 'zod';
import { driftSchema } from './drift.ts';
import { tableCheckSchema } from './table-check.ts';

/** A span such as `{ count: 36, period: 'hour' }`, the shape dbt uses for freshness. */
export const periodSchema = z.strictObject({
  count: z.number().int().positive(),
  period: z.enum(['minute', 'hour', 'day']),
});

/** One check of a source's contract. Rows that fail an `error` check go to quarantine; a `warn` check only counts. */
export const checkSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('not_null'), column: z.string(), severity: severity() }),
  z.strictObject({ type: z.literal('unique'), column: z.string(), severity: severity() }),
  z.strictObject({
    type: z.literal('accepted_values'),
    column: z.string(),
    values: z.array(z.string()).min(1),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('not_accepted_values'),
    column: z.string(),
    /** Values that must not occur, compared as `accepted_values` does. */
    values: z.array(z.string()).min(1),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('length'),
    column: z.string(),
    /** Inclusive bounds of the number of characters (Unicode code points) of the value as text. */
    min: z.number().int().min(0).optional(),
    max: z.number().int().min(0).optional(),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('range'),
    column: z.string(),
    /** Inclusive bounds, compared as decimal numbers. */
    min: z.number().optional(),
    max: z.number().optional(),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('pattern'),
    column: z.string(),
    /** RE2 syntax (linear time), must match the whole value. */
    regex: z.string(),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('relationships'),
    column: z.string(),
    /** The entity whose key the column refers to: `users` or `items`. Counted after unification, never rejects. */
    to: z.enum(['users', 'items']),
    /** Only records this source delivered count as known, say the demographics of some of the users. Default: any source. */
    from: z.string().optional(),
    severity: severity('warn'),
  }),
]);
export type Check = z.infer<typeof checkSchema>;

function severity(fallback: 'error' | 'warn' = 'error') {
  return z.enum(['error', 'warn']).default(fallback);
}

/** What a source promises. Violations are collected; nothing here ever loses a row silently. */
export const contractSchema = z.strictObject({
  /** Source columns that must be there. A missing one stops this source for the night (its last good data stays). */
  requiredColumns: z.array(z.string()).default([]),
  /** Checks by entity column. */
  checks: z.array(checkSchema).default([]),
  /** Checks of a table as a whole: row counts, distributions, sets, other sources. They never reject a row. */
  tableChecks: z.array(tableCheckSchema).default([]),
  /** Age of the newest row against the end of the data date. */
  freshness: z
    .strictObject({ warnAfter: periodSchema.optional(), errorAfter: periodSchema.optional() })
    .default({}),
  /** Share of rows (0-1) that may be rejected before the source counts as failed. Default 0.5. */
  maxRejectedShare: z.number().min(0).max(1).default(0.5),
  /** What happens when the columns change. */
  drift: driftSchema.prefault({}),
});
export type Contract = z.infer<typeof contractSchema>;
