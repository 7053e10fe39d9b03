import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StageOutput } from '../../schemas/stage.ts';
import { openStore, type Store } from '../store/store.ts';
import { collectSlices } from './collect.ts';
import { listSource } from './files.ts';
import { defaultLimits, type SourceInput, sourceOf, stageContext } from './source-fixture.ts';

const data = join(import.meta.dirname, '../../../shared/data');
const why = existsSync(data) ? '' : ` (skipped: ${data} is absent)`;

let dir: string;
let store: Store;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-real-'));
  store = await openStore(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function collect(folder: string, input: SourceInput): Promise<StageOutput> {
  const source = sourceOf(input);
  const root = join(data, folder);
  const { slices } = await listSource({ input: root, name: 'shop', source, to: '9999-12-31' });
  const work = { name: 'shop', source, limits: defaultLimits(), input: root, slices };
  return collectSlices(store, stageContext(), work);
}

const rowsOf = (output: StageOutput): number => output.ledger.reduce((sum, { rowsOut }) => sum + rowsOut, 0);

describe.skipIf(why !== '')(`real data${why}`, () => {
  it('takes every invoice line of 305 days', { timeout: 120_000 }, async () => {
    const output = await collect('uci-online-retail-by-day', { path: 'by-day/{date}.csv' });
    expect([output.parts, rowsOf(output), output.problems]).toEqual([305, 541_909, []]);
  });

  it('takes every row of a grocery table', async () => {
    const output = await collect('completejourney', { path: 'csv/promotions_sample.csv' });
    expect([rowsOf(output), output.problems]).toEqual([360_535, []]);
  });

  it('takes every product of zipped JSON arrays with thousands of sparse keys', {
    timeout: 120_000,
  }, async () => {
    const path = 'data-encoder/ecommerce/vectors/data/*.json.zip';
    const output = await collect('chorus-icecat', { path });
    expect([rowsOf(output), output.problems]).toEqual([19_406, []]);
    const [slice] = output.datasets['raw.shop'] ?? [];
    const { facts } = await store.manifests.read(slice?.manifest ?? { stage: '', key: '', sha256: '' });
    expect(facts.columns).toHaveLength(2001);
  });

  it('takes reviews whose texts hold line ends and a stray byte order mark', async () => {
    const output = await collect('chinese-reviews', { path: 'online_shopping_10_cats/*.zip' });
    expect([rowsOf(output), output.problems]).toEqual([62_774, []]);
  });
});
