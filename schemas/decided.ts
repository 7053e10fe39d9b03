import { z } from 'zod';

/** What every decision of a person says about itself. */
export const decided = {
  format: z.literal(1),
  /** Who decided. */
  by: z.string(),
  /** When, ISO 8601 UTC. */
  at: z.string(),
  why: z.string(),
};

/** A decision and its name, the first 16 digits of the hash of its document. */
export function namedDecisionOf<Schema extends z.ZodType>(decision: Schema) {
  return z.strictObject({ id: z.string(), decision });
}
