import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { messageOf, PlatformError } from '../runtime/errors.ts';

/**
 * Compresses bytes with nothing in the header that differs between two runs: no name, no time, no operating system.
 *
 * Equal input gives equal bytes with the same zlib (the one within one Node version and processor family).
 */
export async function packBytes(bytes: Uint8Array): Promise<Buffer> {
  const packed = await promisify(gzip)(bytes, { level: 6, memLevel: 8 });
  packed.fill(0, 4, 8);
  packed[9] = 255;
  return packed;
}

/**
 * Writes a file below `dir` under a temporary name and renames it, so that it is never seen half written.
 *
 * @throws PlatformError STK-DEMO-WRITE
 */
export async function writeBelow(dir: string, file: string, bytes: Uint8Array): Promise<void> {
  const path = join(dir, file);
  const temporary = temporaryName(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeError(path, error);
  }
}

/** The name a file has while it is being written; no source pattern such as `*.csv` matches it. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** The error of a file that could not be written. */
export function writeError(path: string, cause: unknown): PlatformError {
  return new PlatformError(
    `Cannot write ${path}: ${messageOf(cause)}. Make room or choose another folder, then run again.`,
    { code: 'STK-DEMO-WRITE', details: { path }, cause },
  );
}
