import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../runtime/hashing.ts';
import { openHashCache } from './hash-cache.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-hashes-'));
  file = join(dir, 'a.csv');
  await writeFile(file, 'one');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const later = (): number => Date.now() + 60_000;

/** Makes the cache say something else than the file holds, so that a test sees which of the two is believed. */
async function forge(): Promise<void> {
  const path = join(dir, 'cache', 'hashes.json');
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/[0-9a-f]{64}/g, 'f'.repeat(64)));
}

describe('hash cache', () => {
  it('remembers a file over runs as long as it is unchanged', async () => {
    const first = await openHashCache(dir, later);
    expect(await first.hash(file)).toEqual({ sha256: sha256('one'), bytes: 3 });
    await first.save();
    await forge();
    const second = await openHashCache(dir, later);
    expect((await second.hash(file)).sha256).toBe('f'.repeat(64));
    await writeFile(file, 'two');
    expect((await second.hash(file)).sha256).toBe(sha256('two'));
  });

  it('sees a change that keeps size and modification time', async () => {
    const cache = await openHashCache(dir, later);
    const { atime, mtime } = await stat(file);
    await cache.hash(file);
    await writeFile(file, 'two');
    await utimes(file, atime, mtime);
    expect((await cache.hash(file)).sha256).toBe(sha256('two'));
  });

  it('does not remember a file that was changed less than two seconds before it was hashed', async () => {
    const cache = await openHashCache(dir);
    await cache.hash(file);
    await cache.save();
    await expect(stat(join(dir, 'cache', 'hashes.json'))).rejects.toThrow('ENOENT');
  });

  it('takes a damaged cache for an empty one', async () => {
    await mkdir(join(dir, 'cache'));
    for (const text of ['', '{"format":1,"files":{', '{"format":2}', '{"format":1,"files":{"x":7}}']) {
      await writeFile(join(dir, 'cache', 'hashes.json'), text);
      const cache = await openHashCache(dir, later);
      expect((await cache.hash(file)).sha256).toBe(sha256('one'));
    }
  });
});
