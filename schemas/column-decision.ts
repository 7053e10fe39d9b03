import { z } from 'zod';

const about = {
  format: z.literal(1),
  /** Who decided. */
  by: z.string(),
  /** When, ISO 8601 UTC. */
  at: z.string(),
  why: z.string(),
};

/**
 * What a person decided about a column's meaning: `label` says what kind of thing it holds, and counts until a later
 * decision about that column. `undo` takes an earlier decision (by its name) back as if it had never been made.
 */
export const columnDecisionSchema = z.discriminatedUnion('action', [
  z.strictObject({
    ...about,
    action: z.literal('label'),
    /** `raw.<source>` or `unified.<entity>`. */
    asset: z.string(),
    column: z.string(),
    /** A kind in the inventory's words, such as `money`. */
    label: z.string(),
  }),
  z.strictObject({ ...about, action: z.literal('undo'), decision: z.string() }),
]);
export type ColumnDecision = z.infer<typeof columnDecisionSchema>;

/** A decision and its name, the first 16 digits of the hash of its document. */
export const namedColumnDecisionSchema = z.strictObject({ id: z.string(), decision: columnDecisionSchema });
export type NamedColumnDecision = z.infer<typeof namedColumnDecisionSchema>;
