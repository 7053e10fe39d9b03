import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bertGraph } from './bert-graph.ts';
import { readCheckpoint } from './checkpoint.ts';
import { type CheckpointOptions, writeCheckpoint } from './checkpoint-fixture.ts';
import { type Encoder, openEncoder } from './encoder.ts';
import { findEncoder, installEncoder } from './encoder-cache.ts';
import { checkEncoder, convertCheckpoint } from './encoder-files.ts';
import { plainVector } from './plain-bert-fixture.ts';
import { openTokenizer } from './tokenizer.ts';

const facts = { name: 'tiny', source: 'test' };
let dir: string;
let encoder: Encoder;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-encoder-'));
  await writeCheckpoint(join(dir, 'checkpoint'));
  await convertCheckpoint(join(dir, 'checkpoint'), join(dir, 'encoder'), facts);
  encoder = openEncoder(await checkEncoder(join(dir, 'encoder')));
});
afterAll(async () => {
  await encoder.close();
  await rm(dir, { recursive: true, force: true });
});

const aText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abcde 019.!'), maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', '   ', '\u0000\u0007', 'long '.repeat(40), '保温杯 😍'),
);

describe('openEncoder', () => {
  it('gives a text the same bits alone, in any batch, and at any number of threads', async () => {
    const one = openEncoder(await checkEncoder(join(dir, 'encoder')), { threads: 1 });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(aText, { minLength: 1, maxLength: 40 }), async (texts) => {
          const together = await encoder.encode(texts);
          expect(await one.encode(texts)).toEqual(together);
          for (const [row, text] of texts.entries()) {
            expect(await one.encode([text])).toEqual(together.slice(row * 32, (row + 1) * 32));
          }
        }),
        { numRuns: 40 },
      );
    } finally {
      await one.close();
    }
  });

  it('reports how far it is, and stops when the report throws', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => 'a '.repeat(index % 30));
    const seen: number[] = [];
    await encoder.encode(texts, ({ done, of }) => void seen.push(done / of));
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    let calls = 0;
    const stop = (): void => {
      calls += 1;
      throw new Error('cancelled');
    };
    await expect(encoder.encode(texts, stop)).rejects.toThrow('cancelled');
    expect(calls).toBeLessThanOrEqual(2);
    expect((await encoder.encode(['still works'])).length).toBe(32);
  });

  it('gives no vectors for no texts', async () => {
    expect(await encoder.encode([])).toEqual(new Float32Array(0));
  });

  it('says that a model cannot be loaded', async () => {
    const path = join(dir, 'broken.onnx');
    await writeFile(path, 'no model');
    const files = await checkEncoder(join(dir, 'encoder'));
    const broken = openEncoder({ ...files, modelPath: path });
    await expect(broken.encode(['x'])).rejects.toMatchObject({ code: 'STK-ENCODER-SESSION' });
    await broken.close();
  });

  it('says that it was closed in the middle of a text list', async () => {
    const closing = openEncoder(await checkEncoder(join(dir, 'encoder')), { threads: 1 });
    const texts = Array.from({ length: 400 }, (_, index) => 'ab '.repeat(index % 9));
    let closed: Promise<void> | undefined;
    const encoding = closing.encode(texts, () => {
      closed ??= closing.close();
    });
    await expect(encoding).rejects.toMatchObject({ code: 'STK-ENCODER-SESSION' });
    await closed;
  });

  it('serves two callers at once', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => 'ab '.repeat(index % 9));
    const [first, second] = await Promise.all([encoder.encode(texts), encoder.encode(texts)]);
    expect(first).toEqual(second);
    expect(first).toEqual(await encoder.encode(texts));
  });
});

describe('bertGraph', () => {
  const texts = ['a red scarf', 'x', '', 'one two three four five six seven'];

  it.each<CheckpointOptions>([{}, { pooling: 'cls' }, { prefix: 'bert.', seed: 2 }])(
    'computes what plain 64-bit loops compute: %j',
    async (options) => {
      const at = join(dir, JSON.stringify(options).replaceAll(/\W/g, '-'));
      await writeCheckpoint(at, options);
      await convertCheckpoint(at, `${at}-onnx`, facts);
      const checkpoint = await readCheckpoint(at);
      const tokenizer = openTokenizer(checkpoint.tokenizer, checkpoint.maxTokens);
      const own = openEncoder(await checkEncoder(`${at}-onnx`), { threads: 1 });
      const vectors = await own.encode(texts);
      await own.close();
      const expected = texts.flatMap((text) => [...plainVector(checkpoint, tokenizer.encode(text))]);
      expect(Math.max(...expected.map((value, at) => Math.abs(value - (vectors[at] ?? 0))))).toBeLessThan(
        1e-6,
      );
    },
  );

  it('names the tensor that a checkpoint lacks', async () => {
    const without = 'encoder.layer.1.output.dense.bias';
    await writeCheckpoint(join(dir, 'lacking'), { without });
    const checkpoint = await readCheckpoint(join(dir, 'lacking'));
    expect(() => bertGraph(checkpoint)).toThrow(without);
    await expect(installEncoder(dir, join(dir, 'lacking'), { ...facts, known: false })).rejects.toMatchObject(
      { code: 'STK-MODEL-TENSOR-MISSING' },
    );
  });
});

describe('readCheckpoint', () => {
  it.each([
    ['config.json', { model_type: 'roberta' }, /model_type/],
    ['1_Pooling/config.json', { pooling_mode_max_tokens: true }, /pooling_mode_max_tokens/],
    ['1_Pooling/config.json', {}, /no pooling/],
    ['sentence_bert_config.json', { max_seq_length: 0 }, /max_seq_length/],
  ])('refuses a %s that asks for %j', async (file, content, why) => {
    const at = await mkdtemp(join(dir, 'unfit-'));
    await writeCheckpoint(at);
    await writeFile(join(at, file), JSON.stringify(content));
    const refusal = readCheckpoint(at);
    await expect(refusal).rejects.toMatchObject({ code: 'STK-ENCODER-CHECKPOINT' });
    await expect(refusal).rejects.toThrow(why);
  });

  it('averages tokens and takes the whole position table where nothing else is said', async () => {
    const at = await mkdtemp(join(dir, 'plain-'));
    await writeCheckpoint(at, { pooling: 'cls' });
    await Promise.all(
      ['1_Pooling/config.json', 'sentence_bert_config.json'].map((file) => rm(join(at, file))),
    );
    expect(await readCheckpoint(at)).toMatchObject({ pooling: 'mean', maxTokens: 64 });
  });

  it('names the file that is missing', async () => {
    await expect(readCheckpoint(join(dir, 'nowhere'))).rejects.toThrow(/nowhere.config\.json/);
  });
});

describe('the cache of encoders', () => {
  it('gives the same bytes and hash for the same checkpoint', async () => {
    const first = await installEncoder(join(dir, 'a'), join(dir, 'checkpoint'), { ...facts, known: false });
    const second = await installEncoder(join(dir, 'b'), join(dir, 'checkpoint'), { ...facts, known: false });
    expect(second.hash).toBe(first.hash);
    expect(second.record).toEqual(first.record);
    expect((await findEncoder(join(dir, 'b'))).hash).toBe(encoder.hash);
  });

  it('says that there is none and what sets one up', async () => {
    const search = findEncoder(join(dir, 'empty'));
    await expect(search).rejects.toMatchObject({ code: 'STK-ENCODER-MISSING' });
    await expect(search).rejects.toThrow('stocktake setup');
  });

  it.each(['encoder.onnx', 'tokenizer.json', 'encoder.json'])('refuses a tampered %s', async (file) => {
    const cache = await mkdtemp(join(dir, 'tampered-'));
    const installed = await installEncoder(cache, join(dir, 'checkpoint'), { ...facts, known: false });
    await writeFile(join(installed.dir, file), 'tampered');
    await expect(findEncoder(cache)).rejects.toMatchObject({ code: 'STK-ENCODER-DAMAGED' });
    await installEncoder(cache, join(dir, 'checkpoint'), { ...facts, known: false });
    expect((await findEncoder(cache)).hash).toBe(encoder.hash);
  });

  it('installs no other model under the known name, and keeps the encoder that was in use', async () => {
    const cache = await mkdtemp(join(dir, 'known-'));
    await installEncoder(cache, join(dir, 'checkpoint'), { ...facts, known: false });
    await writeCheckpoint(join(dir, 'other'), { seed: 3 });
    await expect(installEncoder(cache, join(dir, 'other'), { ...facts, known: true })).rejects.toMatchObject({
      code: 'STK-ENCODER-SELFTEST',
    });
    expect((await findEncoder(cache)).hash).toBe(encoder.hash);
  });
});

describe('openTokenizer', () => {
  it('leaves out the document’s own truncation and padding', async () => {
    const { tokenizer } = await readCheckpoint(join(dir, 'checkpoint'));
    expect(openTokenizer(tokenizer, 40).encode('abc def g').length).toBe(9);
  });

  it('cuts a long text and still ends it with [SEP]', async () => {
    const { tokenizer } = await readCheckpoint(join(dir, 'checkpoint'));
    const ids = openTokenizer(tokenizer, 6).encode('a'.repeat(50));
    expect([ids.length, ids[0], ids[5]]).toEqual([6, 2, 3]);
    expect(openTokenizer(tokenizer, 6).encode(' \u0000\n').length).toBe(2);
    expect(openTokenizer(tokenizer, 6).encode('b '.repeat(2_000_000)).length).toBe(6);
  });

  it('refuses what is no tokenizer', () => {
    expect(() => openTokenizer(Buffer.from('{"version":'), 9)).toThrow(/tokenizer cannot be used/);
    expect(() => openTokenizer(Buffer.from('{}'), 9)).toThrow(/tokenizer cannot be used/);
  });
});
