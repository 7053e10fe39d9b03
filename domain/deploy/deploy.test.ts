import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepStore } from '../store/retention.ts';
import { openStore, type Store } from '../store/store.ts';
import { promoteTo, rollbackTo } from './alias.ts';
import { judged, night, putModel } from './deploy-fixture.ts';
import { readRegistry } from './registry.ts';

let dir: string;
let store: Store;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-deploy-'));
  store = await openStore(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const champion = async () => (await store.snapshots.current())?.aliases.champion;
const states = async () =>
  (await readRegistry(store, await store.snapshots.current())).versions.map(
    ({ document, state }) => `${document.version} ${state}`,
  );

describe('the deploy stage', () => {
  it('lets the first model serve and registers it with its files, metrics and origin', async () => {
    const { verdict } = await night(store, '2026-01-01', 'model a');
    expect(verdict).toMatchObject({ version: 'v1', champion: '', decision: 'promoted', ground: 'first' });
    expect(await champion()).toBe('v1');
    const [version] = (await readRegistry(store, await store.snapshots.current())).versions;
    expect(version?.document).toMatchObject({ dataDate: '2026-01-01', metrics: { 'ndcg@10': 0.05 } });
    const [model] = version?.document.files.model ?? [];
    expect(model && (await readFile(await store.objects.open(model), 'utf8'))).toBe('model a');
  });

  it('keeps the champion when the candidate is worse, and writes the verdict all the same', async () => {
    await night(store, '2026-01-01', 'model a');
    const { verdict } = await night(store, '2026-01-02', 'poisoned', judged(-0.03, -0.04, -0.02));
    expect(verdict).toMatchObject({ version: 'v2', champion: 'v1', decision: 'rejected', ground: 'worse' });
    expect(await champion()).toBe('v1');
    expect(await states()).toEqual(['v1 champion', 'v2 rejected']);
  });

  it('keeps the champion when too few users were there to judge by', async () => {
    await night(store, '2026-01-01', 'model a');
    const few = { ...judged(0.1, 0.05, 0.2), users: 5 };
    const { verdict } = await night(store, '2026-01-02', 'model b', few);
    expect(verdict.decision).toBe('undecided');
    expect(await states()).toEqual(['v1 champion', 'v2 undecided']);
  });

  it('decides nothing when the champion could not be scored on the window', async () => {
    await night(store, '2026-01-01', 'model a');
    const { verdict } = await night(store, '2026-01-02', 'model b', {});
    expect(verdict).toMatchObject({ decision: 'undecided', ground: 'unclear' });
  });

  it('switches to a better candidate with the next snapshot', async () => {
    await night(store, '2026-01-01', 'model a');
    await night(store, '2026-01-02', 'model b', judged(0.02, 0.01, 0.03));
    expect(await states()).toEqual(['v1 retired', 'v2 champion']);
  });

  it('gives no new version to a model that is registered already', async () => {
    await night(store, '2026-01-01', 'model a');
    const { verdict, output } = await night(store, '2026-01-02', 'model a', judged(0, 0, 0));
    expect(verdict).toMatchObject({ version: 'v1', decision: 'unchanged', ground: 'same-model' });
    expect(output.reused).toBe(1);
    expect(await states()).toEqual(['v1 champion']);
    const [version] = (await readRegistry(store, await store.snapshots.current())).versions;
    expect(version?.verdicts.map(({ decision }) => decision)).toEqual(['promoted', 'unchanged']);
  });

  it('changes nothing at all when the same night runs again', async () => {
    await night(store, '2026-01-01', 'model a');
    const before = await store.snapshots.current();
    const { published } = await night(store, '2026-01-01', 'model a', judged(0, 0, 0));
    expect(published.outcome).toBe('unchanged');
    expect((await store.snapshots.current())?.contentHash).toBe(before?.contentHash);
  });

  it('does not promote again by itself what was rolled back', async () => {
    await night(store, '2026-01-01', 'model a');
    await night(store, '2026-01-02', 'model b', judged(0.02, 0.01, 0.03));
    await rollbackTo(store);
    const { verdict } = await night(store, '2026-01-03', 'model b', judged(0.02, 0.01, 0.03));
    expect(verdict.decision).toBe('unchanged');
    expect(await champion()).toBe('v1');
  });

  it('gives equal documents for equal nights in two stores', async () => {
    const other = await openStore(join(dir, 'other'));
    const [first, second] = [
      await night(store, '2026-01-01', 'model a'),
      await night(other, '2026-01-01', 'model a'),
    ];
    expect(second.output).toEqual(first.output);
    expect(second.published.snapshot.contentHash).toBe(first.published.snapshot.contentHash);
  });

  it('loses against a rollback that came between: the alias is not moved behind the operator’s back', async () => {
    await night(store, '2026-01-01', 'model a');
    await night(store, '2026-01-02', 'model b', judged(0.02, 0.01, 0.03));
    const base = await store.snapshots.current();
    await rollbackTo(store, 'v1');
    await expect(night(store, '2026-01-03', 'model c', judged(0.02, 0.01, 0.03), base)).rejects.toMatchObject(
      {
        code: 'STK-PUBLISH-CONFLICT',
      },
    );
    expect(await champion()).toBe('v1');
  });
});

describe('a hand on the alias', () => {
  beforeEach(async () => {
    await night(store, '2026-01-01', 'model a');
    await night(store, '2026-01-02', 'model b', judged(0.02, 0.01, 0.03));
    await night(store, '2026-01-03', 'model c', judged(0.02, 0.01, 0.03));
    await night(store, '2026-01-04', 'model d', judged(-0.03, -0.04, -0.02));
  });

  it('rolls back to the version that served before, and once more to the one before that', async () => {
    expect(await rollbackTo(store)).toMatchObject({ outcome: 'published', from: 'v3', to: 'v2' });
    expect(await rollbackTo(store)).toMatchObject({ from: 'v2', to: 'v1' });
    await expect(rollbackTo(store)).rejects.toMatchObject({ code: 'STK-MODEL-NO-EARLIER' });
    expect(await states()).toEqual(['v1 champion', 'v2 retired', 'v3 retired', 'v4 rejected']);
  });

  it('restores any version by name and leaves everything else of the snapshot as it was', async () => {
    const before = await store.snapshots.current();
    await rollbackTo(store, '1');
    const after = await store.snapshots.current();
    expect(after?.aliases).toEqual({ champion: 'v1' });
    expect(after?.dataDate).toBe(before?.dataDate);
    expect(after?.datasets['registry.versions']).toEqual(before?.datasets['registry.versions']);
  });

  it('does nothing when the version serves already', async () => {
    const before = await store.snapshots.numbers();
    expect((await rollbackTo(store, 'v3')).outcome).toBe('unchanged');
    expect(await store.snapshots.numbers()).toEqual(before);
  });

  it('promotes a rejected version only with a reason, and keeps the reason', async () => {
    await expect(promoteTo(store, 'v4', '')).rejects.toMatchObject({ code: 'STK-MODEL-REASON' });
    await promoteTo(store, 'v4', 'the window held a sale');
    expect(await champion()).toBe('v4');
    const { versions } = await readRegistry(store, await store.snapshots.current());
    expect(versions.at(-1)?.verdicts.at(-1)).toMatchObject({
      decision: 'restored',
      ground: 'override',
      champion: 'v3',
      why: 'the window held a sale',
    });
    expect(await rollbackTo(store)).toMatchObject({ from: 'v4', to: 'v3' });
  });

  it('refuses a version that is not there, naming those that are', async () => {
    await expect(rollbackTo(store, 'v9')).rejects.toMatchObject({
      code: 'STK-MODEL-UNKNOWN',
      message: expect.stringContaining('v1, v2, v3, v4'),
    });
  });

  it('refuses a version of which one byte was flipped', async () => {
    const { versions } = await readRegistry(store, await store.snapshots.current());
    const ref = versions[0]?.document.files.model?.[0];
    await writeFile(join(dir, ref?.uri ?? ''), 'model X');
    await expect(rollbackTo(store, 'v1')).rejects.toMatchObject({ code: 'STK-ARTIFACT-CHECKSUM' });
    expect(await champion()).toBe('v3');
  });

  it('finds its files after a retention sweep long afterwards', async () => {
    const loose = await putModel(store, 'nobody needs this');
    await sweepStore(store, { snapshots: 1, days: 1 }, new Date('2099-01-01'));
    expect(await store.objects.has(loose)).toBe(false);
    expect(await rollbackTo(store, 'v1')).toMatchObject({ outcome: 'published' });
  });

  it('on an empty registry says how to get a model', async () => {
    const empty = await openStore(join(dir, 'empty'));
    await expect(promoteTo(empty, 'v1', '')).rejects.toMatchObject({ code: 'STK-MODEL-UNKNOWN' });
    await expect(rollbackTo(empty)).rejects.toMatchObject({ code: 'STK-MODEL-NO-CHAMPION' });
  });
});
