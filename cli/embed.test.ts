import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCheckpoint } from '../domain/embed/checkpoint-fixture.ts';
import { installEncoder } from '../domain/embed/encoder-cache.ts';
import { stocktake } from '../tests/harness.ts';

let dir: string;
let env: Record<string, string>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-embed-'));
  env = { XDG_CACHE_HOME: dir, LOCALAPPDATA: dir };
  await writeCheckpoint(join(dir, 'checkpoint'));
  const cacheDir = join(dir, 'stocktake', ...(process.platform === 'win32' ? ['Cache'] : []));
  await installEncoder(cacheDir, join(dir, 'checkpoint'), { name: 'tiny', source: 'test', known: false });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('stocktake embed', () => {
  it('prints one document with a vector for each text and each line of a file', async () => {
    await writeFile(join(dir, 'texts.txt'), 'from a file\r\n\nlast\n');
    const args = ['embed', 'given', '--file', 'texts.txt', '--json'];
    const { code, stdout } = await stocktake(args, { cwd: dir, env });
    expect(code).toBe(0);
    const { encoder, dimensions, vectors } = JSON.parse(stdout) as {
      encoder: string;
      dimensions: number;
      vectors: number[][];
    };
    expect(encoder).toMatch(/^[0-9a-f]{64}$/);
    expect(dimensions).toBe(32);
    expect(vectors.map(({ length }) => length)).toEqual([32, 32, 32, 32]);
  });

  it('prints a line of numbers a text', async () => {
    const { stdout } = await stocktake(['embed', 'one', 'two'], { cwd: dir, env });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ').map(Number).filter(Number.isFinite).length)).toEqual([32, 32]);
  });

  it('says that there is nothing to embed, or no such file', async () => {
    expect(await stocktake(['embed'], { cwd: dir, env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('STK-CLI-NO-TEXT'),
    });
    expect(await stocktake(['embed', '--file', 'nowhere'], { cwd: dir, env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nowhere.*STK-CLI-FILE/),
    });
  });

  it('names set-up where there is no encoder', async () => {
    const elsewhere = { XDG_CACHE_HOME: join(dir, 'empty'), LOCALAPPDATA: join(dir, 'empty') };
    expect(await stocktake(['embed', 'x'], { cwd: dir, env: elsewhere })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/stocktake setup.*STK-ENCODER-MISSING/),
    });
  });
});
