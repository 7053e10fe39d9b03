import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { stageOutputSchema } from '../../schemas/stage.ts';
import { sha256 } from '../runtime/hashing.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openStore, type Store } from '../store/store.ts';
import type { HashedText } from './catalog-texts.ts';
import { embedTexts, readEmbeddings } from './embed-texts.ts';
import type { Encoder } from './encoder.ts';
import { hashingEncoder } from './hashing-encoder-fixture.ts';

let dir: string;
let store: Store;
let asked: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-embed-'));
  store = await openStore(join(dir, 'store'));
  asked = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const dataset = 'feature.embeddings';

function watched(encoder = hashingEncoder()): Encoder {
  return {
    ...encoder,
    encode: (texts, onProgress) => {
      asked.push(...texts);
      return encoder.encode(texts, onProgress);
    },
  };
}

function hashed(...texts: string[]): HashedText[] {
  return texts.map((text) => ({ hash: sha256(text), text }));
}

function many(count: number): HashedText[] {
  return hashed(...Array.from({ length: count }, (_, index) => `text ${index}`));
}

async function embed(
  texts: Parameters<typeof embedTexts>[2]['texts'],
  previous: readonly DatasetSlice[] = [],
  given: Parameters<typeof stageContext>[0] = {},
  encoder = watched(),
): Promise<{ output: Awaited<ReturnType<typeof embedTexts>>; slices: DatasetSlice[] }> {
  const output = stageOutputSchema.parse(
    await embedTexts(store, stageContext(given), { encoder, texts, previous }),
  );
  return { output, slices: output.datasets[dataset] ?? [] };
}

it('gives every text the vector its encoder gives it', async () => {
  const texts = hashed('red shoe', 'blue shoe', '', 'red shoe');
  const { output, slices } = await embed(texts);
  expect(output.facts).toMatchObject({ encoded: 3, kept: 0, dimensions: 16 });
  const { hashes, vectors, dimensions } = await readEmbeddings(store, slices);
  expect([...hashes]).toEqual([...new Set(texts.map(({ hash }) => hash))].sort());
  for (const { hash, text } of texts) {
    const row = hashes.indexOf(hash);
    expect(vectors.slice(row * dimensions, (row + 1) * dimensions)).toEqual(
      await hashingEncoder().encode([text]),
    );
  }
});

it('encodes on a second night only what is new, and keeps the rest', async () => {
  const first = await embed(many(50));
  asked = [];
  const second = await embed([...many(50).slice(1), ...hashed('a new one')], first.slices);
  expect(asked).toEqual(['a new one']);
  expect(second.output).toMatchObject({
    parts: 2,
    reused: 1,
    facts: { encoded: 1, kept: 49 },
    why: expect.stringMatching(/^1 of 50 texts are new/),
  });
  expect((await readEmbeddings(store, second.slices)).hashes.length).toBe(51);
  const third = await embed(many(50), second.slices);
  expect(third.slices).toEqual(second.slices);
});

it('gives the same shards in whatever order texts come, from a list or a stream', async () => {
  const texts = many(3000);
  const first = await embed(texts);
  expect(first.slices.map(({ rows }) => rows)).toEqual([2048, 952]);
  store = await openStore(join(dir, 'other'));
  const stream = async function* (): AsyncGenerator<HashedText> {
    yield* [...texts].reverse();
  };
  expect((await embed(stream())).slices).toEqual(first.slices);
});

it.each(['before', 'mid', 'after-effect'] as const)(
  'goes on after a death at %s with the shards that are done',
  async (place) => {
    const texts = many(4100);
    let deaths = 0;
    const failpoint = async (at: string): Promise<void> => {
      if (at === place && deaths++ === 0) throw new Error('died');
    };
    await expect(embed(texts, [], { failpoint })).rejects.toThrow('died');
    const before = asked.length;
    expect(before).toBe({ before: 0, mid: 2048, 'after-effect': 4100 }[place]);
    const { output, slices } = await embed(texts, [], { failpoint });
    expect(asked.length).toBe(4100);
    expect(output.reused).toBe({ before: 0, mid: 1, 'after-effect': 3 }[place]);
    store = await openStore(join(dir, 'undisturbed'));
    expect((await embed(texts)).slices).toEqual(slices);
    expect(await readdir(join(dir, 'store', 'staging'))).toEqual([]);
  },
);

it('drops the shards of another encoder', async () => {
  const first = await embed(many(10));
  const second = await embed(many(10), first.slices, {}, watched(hashingEncoder('other', 8)));
  expect(second.output).toMatchObject({ parts: 1, reused: 0, facts: { encoded: 10, dimensions: 8 } });
  expect((await readEmbeddings(store, second.slices)).dimensions).toBe(8);
});

it('encodes everything again when forced, to the same bytes', async () => {
  const first = await embed(many(10));
  asked = [];
  const second = await embed(many(10), first.slices, { force: true });
  expect(asked.length).toBe(10);
  expect(second.slices).toEqual(first.slices);
});

it('tells how far it is and how long it takes, and stops when it is cancelled', async () => {
  const beats: Readonly<Record<string, unknown>>[] = [];
  await embed(many(3000), [], { heartbeat: (beat) => void beats.push(beat) });
  expect(beats.at(-1)).toMatchObject({ step: 'embed', done: 3000, of: 3000, secondsLeft: 0 });
  expect(beats.at(-1)?.textsPerSecond).toBeGreaterThan(0);
  const cancel = new AbortController();
  const cancelled = embed(many(5000), [], {
    signal: cancel.signal,
    heartbeat: ({ done }) => {
      if (done) cancel.abort(new Error('cancelled'));
    },
  });
  await expect(cancelled).rejects.toThrow('cancelled');
});

it('has nothing to do without texts, and keeps what there was', async () => {
  expect((await embed([])).output).toMatchObject({ parts: 0, why: 'there are no texts yet' });
  const first = await embed(many(3));
  expect((await embed([], first.slices)).slices).toEqual(first.slices);
  expect(await readEmbeddings(store, [])).toEqual({
    hashes: [],
    vectors: new Float32Array(0),
    dimensions: 0,
  });
});

it('refuses a damaged shard and says how to make it anew', async () => {
  const { slices } = await embed(many(3));
  await writeFile(join(store.dir, slices[0]?.files[0]?.uri ?? ''), 'damaged');
  const refused = embed(many(4), slices);
  await expect(refused).rejects.toMatchObject({ code: 'STK-ARTIFACT-CHECKSUM' });
  await expect(refused).rejects.toThrow('--force');
});
