import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemErrorCode } from '../runtime/errors.ts';
import { hashFile } from '../runtime/hashing.ts';
import { writeDurably } from '../store/objects.ts';

/** Content of a file as hashed. */
export interface FileHash {
  readonly sha256: string;
  readonly bytes: number;
}

/** sha256 of files, remembered over runs for files whose size, times and inode are unchanged. */
export interface HashCache {
  /** Hash of a file by absolute path; reads the file only when it may have changed. */
  hash(path: string): Promise<FileHash>;
  /** Writes what is remembered to `<store>/cache/hashes.json`; does nothing when nothing is new. */
  save(): Promise<void>;
}

const cacheSchema = z.strictObject({
  format: z.literal(1),
  /** Absolute path → identity (`size mtimeNs ctimeNs inode`) and sha256. */
  files: z.record(z.string(), z.tuple([z.string(), z.string()])),
});

const racyNs = 2_000_000_000n;
const mostEntries = 200_000;

/**
 * Opens the hash cache of a store. A damaged or absent one is an empty one.
 *
 * A file changed less than 2 s before it was hashed is not remembered: it could change again within the resolution of
 * its times. Source: git, Documentation/technical/racy-git.
 *
 * @param now milliseconds since the epoch; only decides what is remembered
 */
export async function openHashCache(storeDir: string, now: () => number = Date.now): Promise<HashCache> {
  const path = join(storeDir, 'cache', 'hashes.json');
  const known = await load(path);
  let changed = false;
  return {
    async hash(file) {
      const before = await stat(file, { bigint: true });
      const identity = identityOf(before);
      const entry = known.get(file);
      if (entry?.[0] === identity) return { sha256: entry[1], bytes: Number(before.size) };
      const startedNs = BigInt(now()) * 1_000_000n;
      const found = await hashFile(file);
      const after = await stat(file, { bigint: true });
      if (
        identityOf(after) === identity &&
        [after.mtimeNs, after.ctimeNs].every((changedNs) => startedNs - changedNs >= racyNs)
      ) {
        known.delete(file);
        known.set(file, [identity, found.sha256]);
        changed = true;
      } else changed = known.delete(file) || changed;
      return found;
    },
    async save() {
      if (!changed) return;
      const files = Object.fromEntries([...known].slice(-mostEntries).sort(([a], [b]) => (a < b ? -1 : 1)));
      await mkdir(join(storeDir, 'cache'), { recursive: true });
      await writeDurably(path, JSON.stringify({ format: 1, files }));
      changed = false;
    },
  };
}

async function load(path: string): Promise<Map<string, [identity: string, sha256: string]>> {
  try {
    const parsed = cacheSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(parsed.success ? Object.entries(parsed.data.files) : []);
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) === 'ENOENT') return new Map();
    throw error;
  }
}

function identityOf(found: { size: bigint; mtimeNs: bigint; ctimeNs: bigint; ino: bigint }): string {
  return [found.size, found.mtimeNs, found.ctimeNs, found.ino].join(' ');
}
