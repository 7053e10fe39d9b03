import { join } from 'node:path';
import {
  type ColumnDecision,
  columnDecisionSchema,
  type NamedColumnDecision,
} from '../../schemas/column-decision.ts';
import { putDocument, readDocuments } from './decision-files.ts';

/** Writes a decision about a column durably as `column-decisions/<id>.json` of the store and returns its name. */
export async function putColumnDecision(storeDir: string, decision: ColumnDecision): Promise<string> {
  return putDocument(join(storeDir, 'column-decisions'), decision);
}

/**
 * All decisions about columns in the order in which they were made, then by name; none for a store without.
 *
 * @throws ArtifactError STK-DECISION-DAMAGED for a document that is not what its name says
 */
export async function readColumnDecisions(storeDir: string): Promise<NamedColumnDecision[]> {
  return readDocuments(join(storeDir, 'column-decisions'), columnDecisionSchema);
}
