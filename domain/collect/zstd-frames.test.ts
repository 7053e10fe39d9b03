import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createBudget, unzstdFile } from './expand.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-zstd-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function unzstd(
  bytes: Uint8Array,
  limits = { expandedBytes: 1 << 24, expandedRatio: 1000 },
): Promise<string> {
  const path = join(dir, 'in.zst');
  writeFileSync(path, bytes);
  await unzstdFile(path, join(dir, 'out'), createBudget(bytes.length, limits));
  return readFileSync(join(dir, 'out'), 'latin1');
}

const text = Array.from({ length: 20_000 }, (_, index) => `${index},${(index * 7919) % 10007}\n`).join('');
const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

describe('a zstd file', () => {
  it('is expanded with all of its frames, skippable ones passed over', async () => {
    const skippable = Buffer.concat([Buffer.from('502a4d1803000000', 'hex'), Buffer.from('abc')]);
    const frames = [zstdCompressSync(text), skippable, zstdCompressSync('z', checked), zstdCompressSync('')];
    expect(await unzstd(Buffer.concat(frames))).toBe(`${text}z`);
  });

  it('is refused when it is cut anywhere, followed by something else, or damaged', async () => {
    const bytes = zstdCompressSync(text, checked);
    for (const cut of [3, 5, 8, 200, bytes.length - 1]) {
      await expect(unzstd(bytes.subarray(0, cut))).rejects.toMatchObject({ code: 'STK-COLLECT-TRUNCATED' });
    }
    await expect(unzstd(Buffer.concat([bytes, Buffer.from('more')]))).rejects.toMatchObject({
      code: 'STK-COLLECT-DAMAGED',
    });
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 0xff;
    await expect(unzstd(flipped)).rejects.toMatchObject({ code: 'STK-COLLECT-DAMAGED' });
  });

  it('that expands beyond its budget is a bomb', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(1 << 25));
    await expect(unzstd(bomb)).rejects.toMatchObject({ code: 'STK-COLLECT-BOMB' });
  });
});
