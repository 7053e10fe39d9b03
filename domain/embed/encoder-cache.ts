import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError, systemErrorCode } from '../runtime/errors.ts';
import { writeDurably } from '../store/objects.ts';
import { openEncoder } from './encoder.ts';
import { type CheckedEncoder, checkEncoder, convertCheckpoint, encoderHash } from './encoder-files.ts';
import { knownVector, knownVectorTolerance } from './known-vector.ts';

/** What is known of a checkpoint that is to be installed. */
export interface CheckpointFacts {
  /** Name for people. */
  readonly name: string;
  /** Where it came from. */
  readonly source: string;
  /** Whether it is the one whose vectors are known. */
  readonly known: boolean;
}

/**
 * The encoder in use, from the user's cache folder; its files are checked (about 0.2 s).
 *
 * @throws ModelError STK-ENCODER-MISSING, STK-ENCODER-DAMAGED
 */
export async function findEncoder(cacheDir: string): Promise<CheckedEncoder> {
  const text = await readFile(currentPath(cacheDir), 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  const name = text === undefined ? 'none' : folderNamed(text);
  return checkEncoder(join(encodersDir(cacheDir), name));
}

/**
 * Converts a checkpoint once into the user's cache folder, tries it, and makes it the encoder in use. Encoders lie side
 * by side under their hash.
 *
 * @throws ModelError as `convertCheckpoint` and `openEncoder`; STK-ENCODER-SELFTEST when it gives other vectors than it must
 */
export async function installEncoder(
  cacheDir: string,
  checkpointDir: string,
  { known, ...facts }: CheckpointFacts,
): Promise<CheckedEncoder> {
  const dir = encodersDir(cacheDir);
  const work = join(dir, `making-${process.pid}-${randomUUID()}`);
  await mkdir(work, { recursive: true });
  try {
    const hash = encoderHash(await convertCheckpoint(checkpointDir, work, facts));
    await selfTest(work, known);
    const folder = hash.slice(0, 16);
    await rm(join(dir, folder), { recursive: true, force: true });
    await rename(work, join(dir, folder));
    await writeDurably(currentPath(cacheDir), `${JSON.stringify({ format: 1, folder })}\n`);
    return await checkEncoder(join(dir, folder));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function encodersDir(cacheDir: string): string {
  return join(cacheDir, 'encoder');
}

function currentPath(cacheDir: string): string {
  return join(encodersDir(cacheDir), 'current.json');
}

function folderNamed(text: string): string {
  try {
    const { folder } = JSON.parse(text) as { folder?: unknown };
    if (typeof folder === 'string' && /^[0-9a-f]{16}$/.test(folder)) return folder;
  } catch (error) {
    // A damaged pointer is the same as none.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return 'none';
}

async function selfTest(dir: string, known: boolean): Promise<void> {
  const encoder = openEncoder(await checkEncoder(dir), { threads: 1 });
  try {
    const vector = await encoder.encode([knownVector.text]);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (!(Math.abs(length - 1) < 1e-4)) throw failed(`its vector has length ${length}, expected is 1`);
    if (!known) return;
    const distance = Math.max(
      ...knownVector.begins.map((value, index) => Math.abs(value - (vector[index] ?? 0))),
    );
    if (!(distance <= knownVectorTolerance)) {
      throw failed(
        `its vector of a known text is off by ${distance}, at most ${knownVectorTolerance} is right`,
      );
    }
  } finally {
    await encoder.close();
  }
}

function failed(why: string): ModelError {
  return new ModelError(
    `The encoder does not compute as it must on this machine: ${why}. 'stocktake doctor' tells which ONNX Runtime this is`,
    { code: 'STK-ENCODER-SELFTEST' },
  );
}
