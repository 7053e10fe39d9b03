import { z } from 'zod';

/** What happens when a source's columns change: it is only recorded, told as a warning, or the slice is held out. */
export const driftActions = ['allow', 'warn', 'stop'] as const;
export type DriftAction = (typeof driftActions)[number];

/** How the columns of a slice may differ from those of the slice before it. */
export const driftKinds = ['dropped', 'renamed', 'retyped', 'added', 'reordered'] as const;
export type DriftKind = (typeof driftKinds)[number];

const action = z.enum(driftActions);

/**
 * What to do about each kind of change. A column is *needed* when `requiredColumns` names it, or when the mapping reads it and
 * `columns` does not declare it as one that may be absent.
 *
 * A slice that is held out publishes nothing; what was published before stays. Where the night goes on, a mapped column that
 * is gone reads as null.
 */
export const driftSchema = z.strictObject({
  added: action.default('allow'),
  /** Default: stop for a needed column; else warn, or allow in JSON, whose objects may leave names out. */
  dropped: action.optional(),
  /** Default: stop where the mapping makes a number or a time of the column and most values no longer are; else warn. */
  retyped: action.optional(),
  /** A column gone and a like one come. Default: stop for a needed column, else warn; either way with the new mapping line. */
  renamed: action.optional(),
  reordered: action.default('allow'),
});
export type DriftPolicy = z.infer<typeof driftSchema>;
