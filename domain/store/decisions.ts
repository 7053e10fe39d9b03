import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { type ColumnDecision, columnDecisionSchema } from '../../schemas/column-decision.ts';
import { type Decision, decisionSchema } from '../../schemas/decision.ts';
import { type MatchDecision, matchDecisionSchema } from '../../schemas/match-decision.ts';
import { type RepairDecision, repairDecisionSchema } from '../../schemas/repair-decision.ts';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { ArtifactError, systemErrorCode } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import { createExclusively } from './objects.ts';

/** What people decide about: rejected rows, items that are or are not one, the meaning of columns, repaired cells. */
interface DecisionOf {
  readonly rows: Decision;
  readonly items: MatchDecision;
  readonly columns: ColumnDecision;
  readonly cells: RepairDecision;
}
type About = keyof DecisionOf;

const documents: { readonly [What in About]: { folder: string; schema: z.ZodType<DecisionOf[What]> } } = {
  rows: { folder: 'decisions', schema: decisionSchema },
  items: { folder: 'match-decisions', schema: matchDecisionSchema },
  columns: { folder: 'column-decisions', schema: columnDecisionSchema },
  cells: { folder: 'repair-decisions', schema: repairDecisionSchema },
};

/** A decision and its name, the first 16 digits of the hash of its document. */
interface Named<Document> {
  readonly id: string;
  readonly decision: Document;
}

/** Writes a decision durably as `<id>.json` of its folder in the store and returns its name. The same document twice is one. */
export async function putDecision<What extends About>(
  storeDir: string,
  about: What,
  decision: DecisionOf[What],
): Promise<string> {
  const dir = join(storeDir, documents[about].folder);
  const id = hashOf(decision).slice(0, 16);
  await mkdir(dir, { recursive: true });
  await createExclusively(join(dir, `${id}.json`), canonicalJson(decision));
  return id;
}

/**
 * All decisions of a kind in the order in which they were made (`at`), then by name; none for a store without.
 *
 * @throws ArtifactError STK-DECISION-DAMAGED for a document that is not what its name says
 */
export async function readDecisions<What extends About>(
  storeDir: string,
  about: What,
): Promise<Named<DecisionOf[What]>[]> {
  const { folder, schema } = documents[about];
  const dir = join(storeDir, folder);
  const names = await readdir(dir).catch((error) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const found: Named<DecisionOf[What]>[] = [];
  for (const name of names.filter((one) => /^[0-9a-f]{16}[.]json$/.test(one)).sort()) {
    found.push(await readDocument(join(dir, name), name.slice(0, 16), schema));
  }
  const order = ({ decision, id }: Named<{ readonly at: string }>): string => `${decision.at} ${id}`;
  return found.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

async function readDocument<Document>(
  path: string,
  id: string,
  schema: z.ZodType<Document>,
): Promise<Named<Document>> {
  const parsed = schema.safeParse(asJson(await readFile(path, 'utf8')));
  if (parsed.success && hashOf(parsed.data).slice(0, 16) === id) return { id, decision: parsed.data };
  throw new ArtifactError(
    `The decision ${path} is not what was written: expected a decision document with the hash ${id}; restore it from a backup, or remove it and decide again`,
    { code: 'STK-DECISION-DAMAGED', details: { path } },
  );
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A torn document fails the check of its shape.
    return undefined;
  }
}
