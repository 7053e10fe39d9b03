import { z } from 'zod';
import { decided, namedDecisionOf } from './decided.ts';

/**
 * What a person decided about a column's meaning: `label` says what kind of thing it holds, and counts until a later
 * decision about that column. `undo` takes an earlier decision (by its name) back as if it had never been made.
 */
export const columnDecisionSchema = z.discriminatedUnion('action', [
  z.strictObject({
    ...decided,
    action: z.literal('label'),
    /** `raw.<source>` or `unified.<entity>`. */
    asset: z.string(),
    column: z.string(),
    /** A kind in the inventory's words, such as `money`. */
    label: z.string(),
  }),
  z.strictObject({ ...decided, action: z.literal('undo'), decision: z.string() }),
]);
export type ColumnDecision = z.infer<typeof columnDecisionSchema>;

/** Such a decision with its name. */
export const namedColumnDecisionSchema = namedDecisionOf(columnDecisionSchema);
export type NamedColumnDecision = z.infer<typeof namedColumnDecisionSchema>;
