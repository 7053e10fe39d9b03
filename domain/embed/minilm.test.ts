import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf } from '../runtime/errors.ts';
import { type Encoder, openEncoder } from './encoder.ts';
import { findEncoder } from './encoder-cache.ts';

const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stocktake');
const files = await findEncoder(cacheDir).catch((error: unknown) => messageOf(error));
const missing =
  typeof files === 'string' ? files : files.record.name === 'all-MiniLM-L6-v2' ? '' : 'another encoder';
const reference = fileURLToPath(new URL('../../../shared/checks/minilm-reference.json', import.meta.url));

describe.skipIf(missing !== '')(`all-MiniLM-L6-v2 ${missing}`, () => {
  let encoder: Encoder;
  beforeAll(async () => {
    if (typeof files !== 'string') encoder = openEncoder(files);
  });
  afterAll(() => encoder.close());

  it('gives the vectors that 64-bit arithmetic gives', async () => {
    const path = new URL('./minilm-vectors.json', import.meta.url);
    const rows = JSON.parse(readFileSync(path, 'utf8')) as { text: string; vector: number[] }[];
    const vectors = await encoder.encode(rows.map(({ text }) => text));
    const expected = rows.flatMap(({ vector }) => vector);
    expect(largestDifference(vectors, expected)).toBeLessThan(2e-6);
  });

  it.skipIf(!existsSync(reference))(
    `gives the vectors of sentence-transformers${existsSync(reference) ? '' : ' (no reference file here)'}`,
    async () => {
      const { texts, vectors: expected } = JSON.parse(readFileSync(reference, 'utf8')) as {
        texts: string[];
        vectors: number[][];
      };
      const vectors = await encoder.encode(texts);
      for (const [row, vector] of expected.entries()) {
        expect(cosine(vectors.subarray(row * 384, (row + 1) * 384), vector)).toBeGreaterThan(0.99999);
      }
    },
  );

  it('gives a text the same bits alone and among others', async () => {
    const texts = Array.from(
      { length: 40 },
      (_, index) => `Item ${index}: ${'steel bottle '.repeat(index % 7)}`,
    );
    const together = await encoder.encode(texts);
    for (const [row, text] of texts.entries()) {
      expect(await encoder.encode([text])).toEqual(together.slice(row * 384, (row + 1) * 384));
    }
  });
});

function largestDifference(found: Float32Array, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] ?? 0))), 0);
}

function cosine(found: Float32Array, expected: readonly number[]): number {
  const product = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Array.from(a, (value, at) => value * (b[at] ?? 0)).reduce((sum, value) => sum + value, 0);
  return product(found, expected) / Math.sqrt(product(found, found) * product(expected, expected));
}
