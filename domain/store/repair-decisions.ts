import { join } from 'node:path';
import {
  type NamedRepairDecision,
  type RepairDecision,
  repairDecisionSchema,
} from '../../schemas/repair-decision.ts';
import { putDocument, readDocuments } from './decision-files.ts';

/** Writes a decision about repairs durably as `repair-decisions/<id>.json` of the store and returns its name. */
export async function putRepairDecision(storeDir: string, decision: RepairDecision): Promise<string> {
  return putDocument(join(storeDir, 'repair-decisions'), decision);
}

/**
 * All decisions about repairs in the order in which they were made, then by name; none for a store without.
 *
 * @throws ArtifactError STK-DECISION-DAMAGED for a document that is not what its name says
 */
export async function readRepairDecisions(storeDir: string): Promise<NamedRepairDecision[]> {
  return readDocuments(join(storeDir, 'repair-decisions'), repairDecisionSchema);
}
