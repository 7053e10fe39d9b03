import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../runtime/hashing.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openStore, type Store } from '../store/store.ts';
import { writeCheckpoint } from './checkpoint-fixture.ts';
import { embedTexts, readEmbeddings } from './embed-texts.ts';
import { type Encoder, openEncoder } from './encoder.ts';
import { checkEncoder, convertCheckpoint } from './encoder-files.ts';
import { hashingEncoder } from './hashing-encoder-fixture.ts';
import { encodeIsolated } from './isolate-texts.ts';

let dir: string;
let store: Store;
let encoder: Encoder;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-isolate-'));
  store = await openStore(join(dir, 'store'));
  // The tokenizer has the token ##z, the model does not: a text with a z inside a word makes ONNX Runtime fail.
  await writeCheckpoint(join(dir, 'checkpoint'), { words: 69 });
  await convertCheckpoint(join(dir, 'checkpoint'), join(dir, 'encoder'), { name: 'tiny', source: 'test' });
  encoder = openEncoder(await checkEncoder(join(dir, 'encoder')));
});
afterAll(async () => {
  await encoder.close();
  await rm(dir, { recursive: true, force: true });
});

const hashed = (texts: readonly string[]) => texts.map((text) => ({ hash: sha256(text), text }));
const letters = [...'abcdefghij'];
const fine = letters.flatMap((a) => letters.map((b) => `${a}${b} ${b}`));
const quiet = (): void => undefined;

describe('F19 a text that the model does not survive', () => {
  it('F19 is the one row rejected; the others get the vectors they get without it', async () => {
    const poison = { hash: sha256('maze'), text: 'maze' };
    const texts = [...hashed(fine.slice(0, 37)), poison, ...hashed(fine.slice(37))];
    const { kept, vectors, rejected } = await encodeIsolated(encoder, texts, quiet);
    expect(rejected).toEqual([{ hash: poison.hash, why: expect.stringContaining('The encoder cannot run') }]);
    expect(kept.map(({ text }) => text)).toEqual(fine);
    expect(vectors).toEqual(await encoder.encode(fine));
  });

  it('F19 leaves the night’s batch successful, its ledger balanced, and is not tried again', async () => {
    const texts = hashed([...fine, 'maze', 'jazz']);
    const output = await embedTexts(store, stageContext(), { encoder, texts, previous: [] });
    expect(output.ledger).toMatchObject([{ rowsIn: 102, rowsOut: 100, rejected: 2 }]);
    expect(output.problems).toMatchObject([{ severity: 'error', code: 'STK-EMBED-TEXT', rows: 2 }]);
    const slices = output.datasets['feature.embeddings'] ?? [];
    expect((await readEmbeddings(store, slices)).hashes).toHaveLength(100);
    const again = await embedTexts(store, stageContext(), { encoder, texts, previous: slices });
    expect(again).toMatchObject({ reused: 1, facts: { encoded: 0 }, ledger: [], problems: [] });
    const next = await embedTexts(store, stageContext(), {
      encoder,
      texts: [...texts, ...hashed(['a new one'])],
      previous: slices,
    });
    expect(next).toMatchObject({ facts: { encoded: 1 }, problems: [] });
  });

  it('F19 that gives no numbers is rejected like one that fails', async () => {
    const odd: Encoder = {
      ...hashingEncoder(),
      async encode(texts, onProgress) {
        const vectors = await hashingEncoder().encode(texts, onProgress);
        const at = texts.indexOf('nan');
        if (at >= 0) vectors[at * 16] = Number.NaN;
        return vectors;
      },
    };
    const { kept, rejected } = await encodeIsolated(odd, hashed(['x', 'nan', 'y']), quiet);
    expect([kept.length, rejected.map(({ hash }) => hash)]).toEqual([2, [sha256('nan')]]);
  });

  it('F19 is not blamed for an encoder that is broken, nor for a cancelled night', async () => {
    const broken: Encoder = { ...hashingEncoder(), encode: () => Promise.reject(new Error('no session')) };
    await expect(encodeIsolated(broken, hashed(fine), quiet)).rejects.toThrow('no session');
    const stop = (): never => {
      throw new Error('cancelled');
    };
    await expect(encodeIsolated(encoder, hashed(fine), stop)).rejects.toThrow('cancelled');
  });
});
