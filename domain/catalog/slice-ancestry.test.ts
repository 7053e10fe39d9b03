import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putDataset } from '../store/datasets.ts';
import { openStore, type Store } from '../store/store.ts';
import { createSliceAncestry } from './slice-ancestry.ts';

const hash = (letter: string): string => letter.repeat(64);
const slice = (name: string, letter: string) => ({
  slice: name,
  manifest: { stage: 'normalize', key: hash('0'), sha256: hash(letter) },
  files: [],
  rows: 1,
  bytes: 1,
});

describe('the ancestry of slices', () => {
  let dir: string;
  let store: Store;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stocktake-ancestry-'));
    store = await openStore(dir);
    const nights = [
      { 'clean.orders.events': [slice('2026-10-01', 'a')], 'clean.orders.items': [slice('2026-10-01', 'a')] },
      {
        'clean.orders.events': [slice('2026-10-01', 'b'), slice('2026-10-02', 'c')],
        'clean.orders.items': [],
      },
    ];
    for (const [base, datasets] of nights.entries()) {
      const entries = Object.entries(datasets).map(async ([name, slices]) => [
        name,
        await putDataset(store.objects, name, slices),
      ]);
      await store.snapshots.publish({
        base,
        dataDate: `2026-10-0${base + 1}`,
        datasets: Object.fromEntries(await Promise.all(entries)),
        publishedBy: { workflowId: 'night', record: '' },
        allowOlder: false,
      });
    }
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const found = async (...letters: string[]): Promise<string[]> =>
    (await createSliceAncestry(store).find(letters.map(hash))).map(
      ({ dataset, slice: { slice: name, manifest } }) => `${dataset} ${name} ${manifest.sha256[0]}`,
    );

  it('finds what the newest snapshot has', async () => {
    expect(await found('c')).toEqual(['clean.orders.events 2026-10-02 c']);
  });

  it('finds what an older snapshot had before it was made again, every dataset that shares the manifest', async () => {
    expect((await found('a')).sort()).toEqual([
      'clean.orders.events 2026-10-01 a',
      'clean.orders.items 2026-10-01 a',
    ]);
  });

  it('finds nothing under a hash nobody published, and still what comes with it', async () => {
    expect(await found('e', 'b')).toEqual(['clean.orders.events 2026-10-01 b']);
  });
});
