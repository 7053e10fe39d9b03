import { join } from 'node:path';
import { type Decision, decisionSchema, type NamedDecision } from '../../schemas/decision.ts';
import {
  type MatchDecision,
  matchDecisionSchema,
  type NamedMatchDecision,
} from '../../schemas/match-decision.ts';
import { putDocument, readDocuments } from './decision-files.ts';

/**
 * Writes a decision about rejected rows durably as `decisions/<id>.json` of the store and returns its name. The same
 * document twice is one.
 */
export async function putDecision(storeDir: string, decision: Decision): Promise<string> {
  return putDocument(join(storeDir, 'decisions'), decision);
}

/**
 * All decisions about rejected rows in the order in which they were made, then by name; none for a store without.
 *
 * @throws ArtifactError STK-DECISION-DAMAGED for a document that is not what its name says
 */
export async function readDecisions(storeDir: string): Promise<NamedDecision[]> {
  return readDocuments(join(storeDir, 'decisions'), decisionSchema);
}

/** Writes a decision about two items durably as `match-decisions/<id>.json` of the store and returns its name. */
export async function putMatchDecision(storeDir: string, decision: MatchDecision): Promise<string> {
  return putDocument(join(storeDir, 'match-decisions'), decision);
}

/**
 * All decisions about items in the order in which they were made, then by name; none for a store without.
 *
 * @throws ArtifactError STK-DECISION-DAMAGED for a document that is not what its name says
 */
export async function readMatchDecisions(storeDir: string): Promise<NamedMatchDecision[]> {
  return readDocuments(join(storeDir, 'match-decisions'), matchDecisionSchema);
}
