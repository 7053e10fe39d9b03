import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { ArtifactRef } from '../../schemas/artifact.ts';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { ArtifactError, systemErrorCode } from '../runtime/errors.ts';
import { hashFile, sha256 } from '../runtime/hashing.ts';
import { inWaves } from '../runtime/waves.ts';

/** A finished file waiting to be taken into the store. */
export interface StagedFile {
  /** Absolute path inside a staging folder; gone after `take`. */
  readonly path: string;
  readonly rows: number;
  readonly schemaHash: string;
}

/**
 * Immutable files addressed by content: `objects/<first two hex digits>/<sha256><ending>`.
 *
 * Files are written under an attempt-private name, fsynced, renamed; equal content is stored once. Opening checks sha256.
 */
export interface Objects {
  /** A new attempt-private folder; whatever is left in it is removed by the retention sweep. */
  staging(): Promise<string>;
  /** Moves staged files in: hash, fsync, rename, fsync the folders once. Returns refs in the files' order. */
  take(files: readonly StagedFile[]): Promise<ArtifactRef[]>;
  /** Copies a file from outside in (by reflink where the file system can), checking that it still has this sha256. */
  receive(path: string, expected: { sha256: string; bytes: number }): Promise<ArtifactRef>;
  /** Stores a value as canonical JSON. */
  putJson(value: unknown, rows?: number): Promise<ArtifactRef>;
  /** Reads and checks a JSON object. @throws ArtifactError STK-ARTIFACT-MISSING, STK-ARTIFACT-CHECKSUM */
  readJson(ref: ArtifactRef): Promise<unknown>;
  /** Checks a file's sha256 and returns its absolute path. @throws ArtifactError as `readJson` */
  open(ref: ArtifactRef): Promise<string>;
  openAll(refs: readonly ArtifactRef[]): Promise<string[]>;
  has(ref: ArtifactRef): Promise<boolean>;
}

const parallelFiles = 8;

/** Opens the object part of a store folder. */
export function createObjects(storeDir: string): Objects {
  const folder = (hash: string): string => join(storeDir, 'objects', hash.slice(0, 2));
  const uriOf = (hash: string, ending: string): string => `objects/${hash.slice(0, 2)}/${hash}${ending}`;

  const objects: Objects = {
    async staging() {
      const dir = join(storeDir, 'staging', `${process.pid}-${randomUUID()}`);
      await mkdir(dir, { recursive: true });
      return dir;
    },

    async take(files) {
      if (files.length === 0) return [];
      const refs = await inWaves(files, parallelFiles, async (file): Promise<ArtifactRef> => {
        const { sha256: hash, bytes } = await hashAndSync(file.path);
        const uri = uriOf(hash, extname(file.path));
        await mkdir(folder(hash), { recursive: true });
        await rename(file.path, join(storeDir, uri));
        return { uri, sha256: hash, bytes, rows: file.rows, schemaHash: file.schemaHash };
      });
      await syncFolders([join(storeDir, 'objects'), ...refs.map((ref) => dirname(join(storeDir, ref.uri)))]);
      return refs;
    },

    async receive(path, expected) {
      const { sha256: hash, bytes } = expected;
      const ref = { uri: uriOf(hash, extname(path)), sha256: hash, bytes, rows: 0, schemaHash: '' };
      if (await objects.has(ref)) return ref;
      const dir = await objects.staging();
      const staged = join(dir, `received${extname(path)}`);
      await copyFile(path, staged, constants.COPYFILE_FICLONE);
      const [taken] = await objects.take([{ path: staged, rows: 0, schemaHash: '' }]);
      await rm(dir, { recursive: true, force: true });
      if (taken?.sha256 !== hash) {
        throw new ArtifactError(
          `${path} changed while it was read (planned ${hash.slice(0, 12)}, now ${taken?.sha256.slice(0, 12)}); run the night again`,
          { code: 'STK-COLLECT-CHANGED', details: { path } },
        );
      }
      return taken;
    },

    async putJson(value, rows = 0) {
      const text = canonicalJson(value);
      const hash = sha256(text);
      const uri = uriOf(hash, '.json');
      const ref = { uri, sha256: hash, bytes: Buffer.byteLength(text), rows, schemaHash: '' };
      if (await objects.has(ref)) return ref;
      await mkdir(folder(hash), { recursive: true });
      await writeDurably(join(storeDir, uri), text);
      return ref;
    },

    async readJson(ref) {
      const path = join(storeDir, ref.uri);
      const text = await readFile(path, 'utf8').catch((error) => {
        throw missing(ref, error);
      });
      if (sha256(text) !== ref.sha256) throw damaged(ref, sha256(text));
      return JSON.parse(text);
    },

    async open(ref) {
      const path = join(storeDir, ref.uri);
      const found = await hashFile(path).catch((error) => {
        throw missing(ref, error);
      });
      if (found.sha256 !== ref.sha256) throw damaged(ref, found.sha256);
      return path;
    },

    openAll: (refs) => inWaves(refs, parallelFiles, (ref) => objects.open(ref)),

    async has(ref) {
      const found = await stat(join(storeDir, ref.uri)).catch(() => undefined);
      return found?.size === ref.bytes;
    },
  };
  return objects;
}

/** Writes a text under a private name beside the target, fsyncs it, renames it over the target and fsyncs the folder. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = await writePrivately(path, text);
  await rename(temporary, path);
  await syncFolders([dirname(path)]);
}

/**
 * Creates a file that must not exist yet, durably: a hard link from a private name, so that it appears whole or not at all.
 *
 * @returns false when the name was taken already
 */
export async function createExclusively(path: string, text: string): Promise<boolean> {
  const temporary = await writePrivately(path, text);
  try {
    await link(temporary, path);
    await syncFolders([dirname(path)]);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writePrivately(path: string, text: string): Promise<string> {
  const temporary = join(dirname(path), `.${process.pid}-${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

async function hashAndSync(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Makes renames and links in these folders durable. Windows cannot open a folder; its journal keeps the order. */
export async function syncFolders(dirs: readonly string[]): Promise<void> {
  if (process.platform === 'win32') return;
  await inWaves([...new Set(dirs)], parallelFiles, async (dir) => {
    const handle = await open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

function missing(ref: ArtifactRef, cause: unknown): ArtifactError {
  return new ArtifactError(
    `The store has no ${ref.uri}; restore it from a backup, or run the night again with --force to make it anew`,
    { code: 'STK-ARTIFACT-MISSING', details: { uri: ref.uri }, cause },
  );
}

function damaged(ref: ArtifactRef, found: string): ArtifactError {
  return new ArtifactError(
    `${ref.uri} is damaged (expected sha256 ${ref.sha256.slice(0, 12)}…, found ${found.slice(0, 12)}…); restore it from a backup, or delete the file and run the night again with --force`,
    { code: 'STK-ARTIFACT-CHECKSUM', details: { uri: ref.uri, expected: ref.sha256, found } },
  );
}
