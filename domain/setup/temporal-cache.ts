import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformError, systemErrorCode } from '../runtime/errors.ts';
import { hashFile } from '../runtime/hashing.ts';
import { writeDurably } from '../store/objects.ts';
import { temporalVersion } from './temporal-release.ts';

/** What was noted of a binary when it was put into the cache. */
export interface BinaryRecord {
  readonly format: 1;
  readonly sha256: string;
  readonly bytes: number;
  /** Modification time; with the size it tells cheaply that the file is untouched. */
  readonly modifiedMs: number;
  /** Version of the CLI, `1.5.1`, or what a build without a version says of itself. */
  readonly version: string;
  readonly serverVersion: string;
  /** `download` or `go install`. */
  readonly way: string;
}

/** A cached binary, or why there is none to use. */
export type CachedBinary =
  | { readonly ok: true; readonly path: string; readonly record: BinaryRecord }
  | { readonly ok: false; readonly why: string };

/** How far to look: `touched` compares size and modification time, `whole` reads the file (about 0.3 s). */
export type Verification = 'touched' | 'whole';

/** Folder of the cached binary: `<cache>/temporal/<version>`. */
export function binaryFolder(cacheDir: string): string {
  return join(cacheDir, 'temporal', temporalVersion);
}

/** Path of the cached binary. */
export function binaryPath(cacheDir: string): string {
  return join(binaryFolder(cacheDir), process.platform === 'win32' ? 'temporal.exe' : 'temporal');
}

/** Looks into the cache. */
export async function cachedBinary(cacheDir: string, verification: Verification): Promise<CachedBinary> {
  const path = binaryPath(cacheDir);
  const record = await readRecord(path);
  if (record === undefined) return { ok: false, why: `no binary in ${dirname(path)}` };
  const why = await whyDamaged(path, record, verification);
  return why === undefined ? { ok: true, path, record } : { ok: false, why };
}

/**
 * Checks a binary that is about to be started against the sha256 noted beside it and returns the note; undefined for a
 * binary without one, which is the user's own.
 *
 * @throws PlatformError STK-SETUP-BINARY-DAMAGED
 */
export async function verifyBinary(path: string): Promise<BinaryRecord | undefined> {
  const record = await readRecord(path);
  const why = record && (await whyDamaged(path, record, 'whole'));
  if (why === undefined) return record;
  throw new PlatformError(`The Temporal binary ${why}; 'stocktake setup' fetches it anew`, {
    code: 'STK-SETUP-BINARY-DAMAGED',
    retryable: false,
    details: { path },
  });
}

/** Moves a finished binary into the cache and notes its sha256 beside it. */
export async function putBinary(
  cacheDir: string,
  finished: string,
  facts: Pick<BinaryRecord, 'version' | 'serverVersion' | 'way'>,
): Promise<string> {
  const path = binaryPath(cacheDir);
  await mkdir(dirname(path), { recursive: true });
  const hashed = await hashFile(finished);
  // Without its note a binary counts as absent, so a crash between the two steps only means fetching again.
  await rm(recordPath(path), { force: true });
  await rename(finished, path);
  const { mtimeMs } = await stat(path);
  const record: BinaryRecord = { format: 1, ...hashed, modifiedMs: mtimeMs, ...facts };
  await writeDurably(recordPath(path), `${JSON.stringify(record, null, 2)}\n`);
  return path;
}

function recordPath(binary: string): string {
  return join(dirname(binary), 'temporal.json');
}

async function readRecord(binary: string): Promise<BinaryRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordPath(binary), 'utf8')) as Partial<BinaryRecord>;
    return record.format === 1 && typeof record.sha256 === 'string' ? (record as BinaryRecord) : undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function whyDamaged(
  path: string,
  record: BinaryRecord,
  verification: Verification,
): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `${path} is missing`;
  if (found.size !== record.bytes) return `${path} has ${found.size} bytes, noted were ${record.bytes}`;
  if (verification === 'touched' && found.mtimeMs === record.modifiedMs) return undefined;
  const { sha256 } = await hashFile(path);
  if (sha256 === record.sha256) return undefined;
  return `${path} has sha256 ${sha256.slice(0, 12)}…, noted was ${record.sha256.slice(0, 12)}…`;
}
