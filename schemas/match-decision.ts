import { z } from 'zod';
import { decided, namedDecisionOf } from './decided.ts';

/** What matching decides about. */
export const matchKinds = ['item', 'user'] as const;
export type MatchKind = (typeof matchKinds)[number];

/** An item of one namespace; of a decision about users a user, by id. */
export const itemRefSchema = z.strictObject({ namespace: z.string(), itemId: z.string() });
export type ItemRef = z.infer<typeof itemRefSchema>;

/** `kind` is absent for items. */
const pair = { kind: z.literal('user').optional(), a: itemRefSchema, b: itemRefSchema };

/**
 * What a person decided about two items or two users: `accept` they are one thing, `reject` they are two; it counts until a later
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
