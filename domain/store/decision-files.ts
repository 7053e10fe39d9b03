import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { ArtifactError, systemErrorCode } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import { createExclusively } from './objects.ts';

/** A document named by the first 16 digits of its hash. */
export interface NamedDocument<Document> {
  readonly id: string;
  readonly decision: Document;
}

/** Writes a decision durably as `<dir>/<id>.json` and returns its name. The same document twice is one. */
export async function putDocument(dir: string, decision: object): Promise<string> {
  const id = hashOf(decision).slice(0, 16);
  await mkdir(dir, { recursive: true });
  await createExclusively(join(dir, `${id}.json`), canonicalJson(decision));
  return id;
}

/**
 * All decisions of a folder in the order in which they were made (`at`), then by name; none where there is no folder.
 *
 * @throws ArtifactError STK-DECISION-DAMAGED for a document that is not what its name says
 */
export async function readDocuments<Document extends { readonly at: string }>(
  dir: string,
  schema: z.ZodType<Document>,
): Promise<NamedDocument<Document>[]> {
  const names = await readdir(dir).catch((error) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const found: NamedDocument<Document>[] = [];
  for (const name of names.filter((one) => /^[0-9a-f]{16}[.]json$/.test(one)).sort()) {
    found.push(await readDocument(join(dir, name), name.slice(0, 16), schema));
  }
  const order = ({ decision, id }: NamedDocument<Document>): string => `${decision.at} ${id}`;
  return found.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

async function readDocument<Document>(
  path: string,
  id: string,
  schema: z.ZodType<Document>,
): Promise<NamedDocument<Document>> {
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
