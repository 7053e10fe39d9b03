import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Decision, decisionSchema, type NamedDecision } from '../../schemas/decision.ts';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { ArtifactError, systemErrorCode } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import { createExclusively } from './objects.ts';

/**
 * Writes a decision durably as `decisions/<id>.json` of the store and returns its name. The same document twice is one.
 */
export async function putDecision(storeDir: string, decision: Decision): Promise<string> {
  const id = hashOf(decision).slice(0, 16);
  const dir = join(storeDir, 'decisions');
  await mkdir(dir, { recursive: true });
  await createExclusively(join(dir, `${id}.json`), canonicalJson(decision));
  return id;
}

/**
 * All decisions of a store in the order in which they were made, then by name; none for a store without.
 *
 * @throws ArtifactError STK-DECISION-DAMAGED for a document that is not what its name says
 */
export async function readDecisions(storeDir: string): Promise<NamedDecision[]> {
  const dir = join(storeDir, 'decisions');
  const names = await readdir(dir).catch((error) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const found: NamedDecision[] = [];
  for (const name of names.filter((one) => /^[0-9a-f]{16}[.]json$/.test(one)).sort()) {
    found.push(await readDecision(join(dir, name), name.slice(0, 16)));
  }
  const order = ({ decision, id }: NamedDecision): string => `${decision.at} ${id}`;
  return found.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

async function readDecision(path: string, id: string): Promise<NamedDecision> {
  const parsed = decisionSchema.safeParse(asJson(await readFile(path, 'utf8')));
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
