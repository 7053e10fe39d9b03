import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetEntry, Manifest } from '../../schemas/artifact.ts';
import { sha256 } from '../runtime/hashing.ts';
import { putDataset } from './datasets.ts';
import { idempotencyKey } from './manifests.ts';
import { sweepStore } from './retention.ts';
import type { Publication } from './snapshots.ts';
import { openStore, type Store } from './store.ts';

let dir: string;
let store: Store;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-store-'));
  store = await openStore(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function stagedText(text: string) {
  const path = join(await store.objects.staging(), 'rows.txt');
  await writeFile(path, text);
  return { path, rows: 1, schemaHash: '' };
}

function manifest(scope: string, files: Manifest['files'] = {}): Manifest {
  const key = idempotencyKey({ stage: 'collect', version: 1, config: {}, inputs: [], scope });
  return { format: 1, stage: 'collect', key, version: 1, scope, files, ledger: [], facts: {}, parents: [] };
}

async function datasetOf(text: string): Promise<DatasetEntry> {
  const [ref] = await store.objects.take([await stagedText(text)]);
  if (!ref) throw new Error('nothing taken');
  const [stored] = await store.manifests.commit([manifest(text, { rows: [ref] })]);
  if (!stored) throw new Error('nothing committed');
  return putDataset(store.objects, 'raw.a', [
    { slice: 'all', manifest: stored.ref, files: [ref], rows: 1, bytes: ref.bytes },
  ]);
}

function publication(base: number, dataDate: string, datasets: Record<string, DatasetEntry>): Publication {
  return { base, dataDate, datasets, publishedBy: { workflowId: 'w', record: 'r' }, allowOlder: false };
}

describe('objects', () => {
  it('stores equal content once, under its hash', async () => {
    const [a, b] = await store.objects.take([await stagedText('same'), await stagedText('same')]);
    expect(a?.sha256).toBe(sha256('same'));
    expect(b?.uri).toBe(a?.uri);
    expect(await readFile(join(dir, a?.uri ?? ''), 'utf8')).toBe('same');
  });

  it('refuses to open a file of which one byte was flipped', async () => {
    const [ref] = await store.objects.take([await stagedText('precious')]);
    if (!ref) throw new Error('nothing taken');
    await writeFile(join(dir, ref.uri), 'precioux');
    await expect(store.objects.open(ref)).rejects.toMatchObject({ code: 'STK-ARTIFACT-CHECKSUM' });
  });

  it('says which file is missing and what to do', async () => {
    const [ref] = await store.objects.take([await stagedText('gone')]);
    if (!ref) throw new Error('nothing taken');
    await rm(join(dir, ref.uri));
    await expect(store.objects.open(ref)).rejects.toThrow(/restore it from a backup/);
  });

  it('gives a received file the same reference whether it is new or known', async () => {
    const path = join(dir, 'feed.csv');
    await writeFile(path, 'bytes');
    const planned = { path: 'feed.csv', sha256: sha256('bytes'), bytes: 5 };
    expect(await store.objects.receive(path, planned)).toEqual(await store.objects.receive(path, planned));
  });

  it('refuses a received file that changed after it was planned', async () => {
    const path = join(dir, 'feed.csv');
    await writeFile(path, 'new bytes');
    await expect(
      store.objects.receive(path, { sha256: sha256('old bytes'), bytes: 9 }),
    ).rejects.toMatchObject({
      code: 'STK-COLLECT-CHANGED',
    });
  });
});

describe('manifests', () => {
  it('lets the first committer win and gives the later one its manifest', async () => {
    const [first] = await store.manifests.commit([{ ...manifest('s'), facts: { by: 'first' } }]);
    const [second] = await store.manifests.commit([{ ...manifest('s'), facts: { by: 'second' } }]);
    expect(second).toEqual(first);
  });

  it('does not find a manifest one of whose files is gone', async () => {
    const [ref] = await store.objects.take([await stagedText('x')]);
    if (!ref) throw new Error('nothing taken');
    const made = manifest('s', { rows: [ref] });
    await store.manifests.commit([made]);
    expect(await store.manifests.find('collect', made.key)).toBeDefined();
    await rm(join(dir, ref.uri));
    expect(await store.manifests.find('collect', made.key)).toBeUndefined();
  });

  it('still reads a manifest by its hash after a forced run has replaced it, until the sweep finds it unneeded', async () => {
    const [first] = await store.manifests.commit([{ ...manifest('s'), facts: { by: 'first' } }]);
    const [forced] = await store.manifests.commit([{ ...manifest('s'), facts: { by: 'forced' } }], true);
    if (!first || !forced) throw new Error('nothing committed');
    expect(await store.manifests.read(first.ref)).toEqual(first.manifest);
    expect(await store.manifests.read(forced.ref)).toEqual(forced.manifest);
    expect((await store.manifests.find('collect', first.ref.key))?.ref).toEqual(forced.ref);
    const later = new Date(Date.now() + 40 * 24 * 3_600_000);
    expect(await sweepStore(store, { snapshots: 1, days: 45 }, later)).toMatchObject({ manifests: 2 });
  });

  it('refuses a ledger that loses a row', async () => {
    const entry = {
      stage: 'collect',
      source: 'a',
      entity: 'raw',
      slice: 's',
      rowsIn: 3,
      rowsOut: 1,
      duplicates: 1,
      merged: 0,
      rejected: 0,
      skipped: 0,
    };
    await expect(store.manifests.commit([{ ...manifest('s'), ledger: [entry] }])).rejects.toMatchObject({
      code: 'STK-LEDGER-UNBALANCED',
    });
  });
});

describe('snapshots', () => {
  it('counts up, carries other datasets over and reads back earlier states', async () => {
    const [a, b] = [await datasetOf('a'), await datasetOf('b')];
    await store.snapshots.publish(publication(0, '2026-01-01', { 'raw.a': a }));
    const second = await store.snapshots.publish(publication(1, '2026-01-02', { 'raw.b': b }));
    expect(second.snapshot.number).toBe(2);
    expect(Object.keys(second.snapshot.datasets)).toEqual(['raw.a', 'raw.b']);
    expect(Object.keys((await store.snapshots.read(1)).datasets)).toEqual(['raw.a']);
  });

  it('lets exactly one of many concurrent publishers of one number win', async () => {
    const entries = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(datasetOf));
    const outcomes = await Promise.allSettled(
      entries.map((entry) => store.snapshots.publish(publication(0, '2026-01-01', { 'raw.a': entry }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ code: 'STK-PUBLISH-CONFLICT' });
    }
    expect(await store.snapshots.numbers()).toEqual([1]);
  });

  it('refuses a stale worker whose alias was moved meanwhile, and carries an alias nobody asks to move', async () => {
    const move = (base: number, aliases: Record<string, string>) =>
      store.snapshots.publish({ ...publication(base, '2026-01-01', {}), aliases });
    await move(0, { champion: 'v1' });
    await move(1, { champion: 'v2' });
    await expect(move(1, { champion: 'v3' })).rejects.toMatchObject({ code: 'STK-PUBLISH-CONFLICT' });
    const a = await datasetOf('a');
    const { snapshot } = await store.snapshots.publish(publication(1, '2026-01-02', { 'raw.a': a }));
    expect(snapshot.aliases).toEqual({ champion: 'v2' });
  });

  it('refuses a stale worker whose dataset was changed meanwhile, and lets an unrelated change pass', async () => {
    const [a, b, c] = [await datasetOf('a'), await datasetOf('b'), await datasetOf('c')];
    await store.snapshots.publish(publication(0, '2026-01-01', { 'raw.a': a }));
    await store.snapshots.publish(publication(1, '2026-01-01', { 'raw.a': b }));
    await expect(store.snapshots.publish(publication(1, '2026-01-01', { 'raw.a': c }))).rejects.toMatchObject(
      {
        code: 'STK-PUBLISH-CONFLICT',
      },
    );
    const other = await store.snapshots.publish(publication(1, '2026-01-01', { 'raw.c': c }));
    expect(other.snapshot.number).toBe(3);
  });

  it('never goes back in data date unless told to', async () => {
    const [a, b] = [await datasetOf('a'), await datasetOf('b')];
    await store.snapshots.publish(publication(0, '2026-01-02', { 'raw.a': a }));
    const older = publication(1, '2026-01-01', { 'raw.a': b });
    await expect(store.snapshots.publish(older)).rejects.toMatchObject({ code: 'STK-PUBLISH-OLDER' });
    expect((await store.snapshots.publish({ ...older, allowOlder: true })).snapshot.dataDate).toBe(
      '2026-01-01',
    );
  });

  it('publishes nothing when the current snapshot already says the same', async () => {
    const a = await datasetOf('a');
    await store.snapshots.publish(publication(0, '2026-01-01', { 'raw.a': a }));
    const again = await store.snapshots.publish(publication(1, '2026-01-01', { 'raw.a': a }));
    expect(again.outcome).toBe('unchanged');
    expect(await store.snapshots.numbers()).toEqual([1]);
  });

  it.each([
    ['emptied', ''],
    ['cut', '{"format":1,"number":2'],
    ['edited', undefined],
  ])('passes over a snapshot document that was %s', async (_, text) => {
    const [a, b] = [await datasetOf('a'), await datasetOf('b')];
    await store.snapshots.publish(publication(0, '2026-01-01', { 'raw.a': a }));
    await store.snapshots.publish(publication(1, '2026-01-02', { 'raw.a': b }));
    const path = join(dir, 'snapshots', '2.json');
    await writeFile(path, text ?? (await readFile(path, 'utf8')).replace('2026-01-02', '2026-01-03'));
    expect((await store.snapshots.current())?.number).toBe(1);
    await expect(store.snapshots.read(2)).rejects.toMatchObject({ code: 'STK-SNAPSHOT-DAMAGED' });
    expect(
      (await store.snapshots.publish(publication(1, '2026-01-03', { 'raw.a': b }))).snapshot.number,
    ).toBe(3);
  });
});

describe('retention', () => {
  const later = new Date(Date.now() + 40 * 24 * 3_600_000);

  it('removes what no kept snapshot needs and nothing else', async () => {
    const entries = [await datasetOf('a'), await datasetOf('b'), await datasetOf('c')];
    for (const [index, entry] of entries.entries()) {
      await store.snapshots.publish(publication(index, `2026-01-0${index + 1}`, { 'raw.a': entry }));
    }
    const swept = await sweepStore(store, { snapshots: 1, days: 45 }, later);
    expect(swept).toMatchObject({ snapshots: 1, manifests: 1, objects: 2 });
    expect(await store.snapshots.numbers()).toEqual([2, 3]);
    for (const entry of entries.slice(1)) expect(await store.objects.has(entry.index)).toBe(true);
    expect(await store.objects.has(entries[0]?.index as never)).toBe(false);
  });

  it('leaves young files alone: a run may be about to name them', async () => {
    const [ref] = await store.objects.take([await stagedText('young')]);
    await sweepStore(store, { snapshots: 1, days: 45 }, new Date());
    expect(await store.objects.has(ref as never)).toBe(true);
  });

  it('removes staging folders of processes that are gone', async () => {
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(dir, 'staging', '999999999-left'), { recursive: true });
    expect((await sweepStore(store, { snapshots: 1, days: 45 }, new Date())).staging).toBe(1);
  });
});

describe('store folder', () => {
  it('refuses a store that a newer Stocktake wrote', async () => {
    await writeFile(join(dir, 'format.json'), '{"format": 99}');
    await expect(openStore(dir)).rejects.toMatchObject({ code: 'STK-STORE-FORMAT' });
  });

  it('says so when it cannot write', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(openStore(join(dir, 'file', 'below'))).rejects.toMatchObject({
      code: 'STK-STORE-UNWRITABLE',
    });
  });
});
