import { z } from 'zod';
import { rowIdentitySchema } from './decision.ts';

/** A cell of a received file: its row by content, its column as the source names it. */
export const cellIdentitySchema = rowIdentitySchema.extend({ column: z.string() }).strict();
export type CellIdentity = z.infer<typeof cellIdentitySchema>;

/**
 * What a person decided about repairs: `revert` lets cells keep what was received, for ever, whatever the detector says
 * later. A replaced file has other content, so a decision never follows it.
 */
export const repairDecisionSchema = z.strictObject({
  format: z.literal(1),
  source: z.string(),
  /** Who decided. */
  by: z.string(),
  /** When, ISO 8601 UTC. */
  at: z.string(),
  why: z.string(),
  action: z.literal('revert'),
  cells: z.array(cellIdentitySchema).min(1),
});
export type RepairDecision = z.infer<typeof repairDecisionSchema>;

/** A decision and its name, the first 16 digits of the hash of its document. */
export const namedRepairDecisionSchema = z.strictObject({ id: z.string(), decision: repairDecisionSchema });
export type NamedRepairDecision = z.infer<typeof namedRepairDecisionSchema>;
