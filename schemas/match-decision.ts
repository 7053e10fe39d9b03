import { z } from 'zod';

/** An item of one namespace. */
export const itemRefSchema = z.strictObject({ namespace: z.string(), itemId: z.string() });
export type ItemRef = z.infer<typeof itemRefSchema>;

const about = {
  format: z.literal(1),
  /** Who decided. */
  by: z.string(),
  /** When, ISO 8601 UTC. */
  at: z.string(),
  why: z.string(),
};
const pair = { a: itemRefSchema, b: itemRefSchema };

/**
 * What a person decided about two items: `accept` they are one thing, `reject` they are two; it counts until a later
 * decision about them. `undo` takes an earlier decision (by its name) back as if it had never been made.
 */
export const matchDecisionSchema = z.discriminatedUnion('action', [
  z.strictObject({ ...about, action: z.literal('accept'), ...pair }),
  z.strictObject({ ...about, action: z.literal('reject'), ...pair }),
  z.strictObject({ ...about, action: z.literal('undo'), decision: z.string() }),
]);
export type MatchDecision = z.infer<typeof matchDecisionSchema>;

/** A decision and its name, the first 16 digits of the hash of its document. */
export const namedMatchDecisionSchema = z.strictObject({ id: z.string(), decision: matchDecisionSchema });
export type NamedMatchDecision = z.infer<typeof namedMatchDecisionSchema>;
