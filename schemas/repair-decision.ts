import { z } from 'zod';
import { decided, namedDecisionOf } from './decided.ts';
import { rowIdentitySchema } from './decision.ts';

/** A cell of a received file: its row by content, its column as the source names it. */
export const cellIdentitySchema = rowIdentitySchema.extend({ column: z.string() }).strict();
export type CellIdentity = z.infer<typeof cellIdentitySchema>;

/**
 * What a person decided about repairs: `revert` lets cells keep what was received, for ever, whatever the detector says
 * later. A replaced file has other content, so a decision never follows it.
 */
export const repairDecisionSchema = z.strictObject({
  ...decided,
  source: z.string(),
  action: z.literal('revert'),
  cells: z.array(cellIdentitySchema).min(1),
});
export type RepairDecision = z.infer<typeof repairDecisionSchema>;

/** Such a decision with its name. */
export const namedRepairDecisionSchema = namedDecisionOf(repairDecisionSchema);
export type NamedRepairDecision = z.infer<typeof namedRepairDecisionSchema>;
