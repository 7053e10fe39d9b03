import { z } from 'zod';

/** What happens when a source's columns change: it is only recorded, told as a warning, or the slice is held out. */
export const driftActions = ['allow', 'warn', 'stop'] as const;
export type DriftAction = (typeof driftActions)[number];

/** How a slice may differ from the slice before it: in its columns, and in having no rows or far more or fewer. */
export const driftKinds = [
  'dropped',
  'renamed',
  'retyped',
  'added',
  'reordered',
  'emptied',
  'resized',
] as const;
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
  /** No row where there were some: in a slice delivered before, or in the newest of a `full` source, whose records would be gone. */
  emptied: action.default('stop'),
  /** Rows beyond `resizedBeyond` times the usual, or fewer than that part of it. Told by the inventory in any case. */
  resized: action.default('allow'),
  /** The usual is the median of up to 14 accepted dated slices before, of at least 3. */
  resizedBeyond: z.number().min(1).default(5),
});
export type DriftPolicy = z.infer<typeof driftSchema>;
