import { z } from 'zod';
import { decided, namedDecisionOf } from './decided.ts';

/** An item of one namespace. */
export const itemRefSchema = z.strictObject({ namespace: z.string(), itemId: z.string() });
export type ItemRef = z.infer<typeof itemRefSchema>;

const pair = { a: itemRefSchema, b: itemRefSchema };

/**
 * What a person decided about two items: `accept` they are one thing, `reject` they are two; it counts until a later
 * decision about them. `undo` takes an earlier decision (by its name) back as if it had never been made.
 */
export const matchDecisionSchema = z.discriminatedUnion('action', [
  z.strictObject({ ...decided, action: z.literal('accept'), ...pair }),
  z.strictObject({ ...decided, action: z.literal('reject'), ...pair }),
  z.strictObject({ ...decided, action: z.literal('undo'), decision: z.string() }),
]);
export type MatchDecision = z.infer<typeof matchDecisionSchema>;

/** Such a decision with its name. */
export const namedMatchDecisionSchema = namedDecisionOf(matchDecisionSchema);
export type NamedMatchDecision = z.infer<typeof namedMatchDecisionSchema>;
