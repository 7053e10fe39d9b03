import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { idempotencyKey } from '../store/manifests.ts';
import { openStore, type Store } from '../store/store.ts';
import { assembleDatasets, overlay } from './assemble.ts';
import { publishSnapshot } from './publish.ts';

let dir: string;
let store: Store;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-assemble-'));
  store = await openStore(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const context = stageContext({ threads: 1, memoryMb: 256 });

async function slice(
  name: string,
  content: string,
  facts: Record<string, unknown> = {},
): Promise<DatasetSlice> {
  const key = idempotencyKey({ stage: 'normalize', version: 1, config: content, inputs: [], scope: name });
  const [stored] = await store.manifests.commit([
    {
      format: 1,
      stage: 'normalize',
      key,
      version: 1,
      scope: name,
      files: {},
      ledger: [],
      facts,
      parents: [],
    },
  ]);
  if (!stored) throw new Error('nothing committed');
  return { slice: name, manifest: stored.ref, files: [], rows: 1, bytes: 1 };
}

function output(datasets: StageOutput['datasets'], ledger: LedgerEntry[] = []): StageOutput {
  return { format: 1, stage: 'normalize', parts: 1, reused: 0, datasets, ledger, problems: [] };
}

async function publish(datasets: StageOutput['datasets'], dataDate: string) {
  const base = await store.snapshots.current();
  const assembled = await assembleDatasets(store, base, [output(datasets)]);
  const publishedBy = { workflowId: 'w', record: 'r' };
  return publishSnapshot(store, context, {
    base: base?.number ?? 0,
    dataDate,
    datasets: assembled,
    publishedBy,
    allowOlder: false,
  });
}

describe('the datasets of a run', () => {
  it('are what was published, overlaid slice by slice with what the run made', async () => {
    const [a, b, a2] = [
      await slice('2026-01-01', 'a'),
      await slice('2026-01-02', 'b'),
      await slice('2026-01-01', 'a2'),
    ];
    expect(overlay([a, b], [a2])).toEqual([a2, b]);
    await publish({ 'raw.x': [a] }, '2026-01-01');
    await publish({ 'raw.x': [b] }, '2026-01-02');
    const now = await assembleDatasets(store, await store.snapshots.current(), [output({ 'raw.x': [a2] })]);
    expect(now['raw.x']).toEqual([a2, b]);
  });

  it('keep the published slice where the new one was refused, and leave out a refused one that is new', async () => {
    const good = await slice('2026-01-01', 'good');
    const refused = await slice('2026-01-01', 'bad', { refused: { code: 'STK-CONTRACT-COLUMNS' } });
    const refusedToo = await slice('2026-01-02', 'bad', { refused: { code: 'STK-CONTRACT-COLUMNS' } });
    await publish({ 'clean.x.events': [good] }, '2026-01-01');
    const now = await assembleDatasets(store, await store.snapshots.current(), [
      output({ 'clean.x.events': [refused, refusedToo] }),
    ]);
    expect(now['clean.x.events']).toEqual([good]);
  });

  it('let a slice leave quarantine once it was made again without rejected rows', async () => {
    const bad = await slice('2026-01-01', 'bad');
    await publish({ 'quarantine.x': [bad] }, '2026-01-01');
    const entry: LedgerEntry = {
      stage: 'normalize',
      source: 'x',
      entity: 'events',
      slice: '2026-01-01',
      rowsIn: 1,
      rowsOut: 1,
      duplicates: 0,
      merged: 0,
      rejected: 0,
      skipped: 0,
    };
    const now = await assembleDatasets(store, await store.snapshots.current(), [output({}, [entry])]);
    expect(now['quarantine.x']).toEqual([]);
  });

  it('let a slice leave the repairs once it was made again without any; a refused one keeps what is published', async () => {
    const [repaired, made] = [await slice('2026-01-01', 'old'), await slice('2026-01-01', 'new')];
    await publish({ 'repairs.x': [repaired], 'clean.x.events': [repaired] }, '2026-01-01');
    const entry: LedgerEntry = {
      ...{ stage: 'normalize', source: 'x', entity: 'events', slice: '2026-01-01' },
      ...{ rowsIn: 1, rowsOut: 1, duplicates: 0, merged: 0, rejected: 0, skipped: 0 },
    };
    const now = async (clean: DatasetSlice[]) =>
      assembleDatasets(store, await store.snapshots.current(), [
        output({ 'clean.x.events': clean }, [entry]),
      ]);
    expect((await now([made]))['repairs.x']).toEqual([]);
    expect((await now([]))['repairs.x']).toEqual([repaired]);
  });

  it('publish nothing new when they are what the current snapshot says', async () => {
    const a = await slice('2026-01-01', 'a');
    expect((await publish({ 'raw.x': [a] }, '2026-01-01')).outcome).toBe('published');
    expect((await publish({ 'raw.x': [a] }, '2026-01-01')).outcome).toBe('unchanged');
  });
});
