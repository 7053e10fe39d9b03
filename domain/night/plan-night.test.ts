import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../schemas/config.ts';
import { parseConfig } from '../../schemas/config-parse.ts';
import type { PlanRequest } from '../../schemas/night.ts';
import type { SourcePlan } from '../../schemas/plan.ts';
import { sha256 } from '../runtime/hashing.ts';
import { putDataset } from '../store/datasets.ts';
import { idempotencyKey } from '../store/manifests.ts';
import { openStore, type Store } from '../store/store.ts';
import { type PlanningDeps, planNight, shapeOf } from './plan-night.ts';

let dir: string;
let store: Store;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-plan-'));
  store = await openStore(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function config(required: boolean): Config {
  const parsed = parseConfig({
    project: 'p',
    sources: {
      orders: {
        path: 'o/{date}.csv',
        required,
        entities: { events: { columns: { item_id: 'i', kind: 'k', time: 't' } } },
      },
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}

function deps(files: Record<string, string>, required = false): PlanningDeps {
  return {
    config: config(required),
    input: '/input',
    codeVersion: '0',
    engines: {},
    threads: 2,
    listSource: async ({ name, from = '', to }): Promise<SourcePlan> => {
      const slices = Object.entries(files)
        .filter(([date]) => date >= from && date <= to)
        .map(([slice, text]) => ({
          slice,
          files: [{ path: `o/${slice}.csv`, bytes: text.length, sha256: sha256(text) }],
        }));
      return {
        source: name,
        slices,
        repeats: [],
        missing: slices.length === 0 ? 'no file o/{date}.csv' : '',
      };
    },
  };
}

const night: PlanRequest = {
  workflow: 'nightlyInventory',
  trigger: 'manual',
  from: '2026-01-02',
  to: '2026-01-02',
  force: false,
  allowOlder: false,
};
const range: PlanRequest = {
  ...night,
  workflow: 'backfillInventory',
  from: '2026-01-01',
  to: '2026-01-03',
  reprocess: 'missing',
};

async function publishRaw(
  slices: Record<string, { text: string; clean: boolean; decided?: string }>,
  dataDate: string,
): Promise<void> {
  const made = await Promise.all(
    Object.entries(slices).map(async ([slice, { text }]) => {
      const key = idempotencyKey({ stage: 'collect', version: 1, config: {}, inputs: [text], scope: slice });
      const [stored] = await store.manifests.commit([
        {
          format: 1,
          stage: 'collect',
          key,
          version: 1,
          scope: slice,
          files: {},
          ledger: [],
          facts: {},
          parents: [sha256(text)],
        },
      ]);
      if (!stored) throw new Error('nothing committed');
      return { slice, manifest: stored.ref, files: [], rows: 1, bytes: 1 };
    }),
  );
  const judged = await Promise.all(
    made.map(async (raw) => {
      const decided = slices[raw.slice]?.decided;
      const key = idempotencyKey({
        stage: 'normalize',
        version: 1,
        config: { decided },
        inputs: [raw.manifest.sha256],
        scope: raw.slice,
      });
      const [stored] = await store.manifests.commit([
        {
          format: 1,
          stage: 'normalize',
          key,
          version: 1,
          scope: raw.slice,
          files: {},
          ledger: [],
          facts: decided === undefined ? {} : { decided },
          parents: [raw.manifest.sha256],
        },
      ]);
      if (!stored) throw new Error('nothing committed');
      return { ...raw, manifest: stored.ref };
    }),
  );
  const isClean = ({ slice }: { slice: string }): boolean => slices[slice]?.clean === true;
  await store.snapshots.publish({
    base: 0,
    dataDate,
    datasets: {
      'raw.orders': await putDataset(store.objects, 'raw.orders', made),
      'clean.orders.events': await putDataset(store.objects, 'clean.orders.events', judged.filter(isClean)),
      'quarantine.orders': await putDataset(
        store.objects,
        'quarantine.orders',
        judged.filter((slice) => !isClean(slice)),
      ),
    },
    publishedBy: { workflowId: 'w', record: 'r' },
    allowOlder: false,
  });
}

describe('planning', () => {
  it('freezes files up to the data date and gives equal inputs equal plans', async () => {
    const files = { '2026-01-01': 'a', '2026-01-02': 'b', '2026-01-03': 'c' };
    const [first, second] = [
      await planNight(store, deps(files), night),
      await planNight(store, deps(files), night),
    ];
    expect(first.plan.sources[0]?.slices.map(({ slice }) => slice)).toEqual(['2026-01-01', '2026-01-02']);
    expect(second.plan).toEqual(first.plan);
    expect(shapeOf(first.plan)).toMatchObject({
      entities: ['events'],
      sources: [{ source: 'orders', slices: 2, batches: 1 }],
    });
  });

  it('ends a night whose required source has no file', async () => {
    await expect(planNight(store, deps({}, true), night)).rejects.toMatchObject({
      code: 'STK-SOURCE-MISSING',
    });
  });

  it('refuses a date before the published one unless told to go back', async () => {
    await publishRaw({ '2026-01-05': { text: 'x', clean: true } }, '2026-01-05');
    await expect(planNight(store, deps({ '2026-01-01': 'a' }), night)).rejects.toMatchObject({
      code: 'STK-PLAN-OLDER',
    });
    const back = await planNight(store, deps({ '2026-01-01': 'a' }), { ...night, allowOlder: true });
    expect(back.plan.baseSnapshot).toBe(1);
  });

  it('drops dates of a range that are published, and keeps new, replaced and, when asked, refused ones', async () => {
    await publishRaw(
      {
        '2026-01-01': { text: 'a', clean: true },
        '2026-01-02': { text: 'b', clean: true },
        '2026-01-03': { text: 'c', clean: false },
      },
      '2026-01-03',
    );
    const files = { '2026-01-01': 'a', '2026-01-02': 'other', '2026-01-03': 'c' };
    const missing = await planNight(store, deps(files), range);
    expect(missing.dates.map(({ date, state }) => [date, state])).toEqual([
      ['2026-01-01', 'done'],
      ['2026-01-02', 'changed'],
      ['2026-01-03', 'failed'],
    ]);
    const kept = (planned: typeof missing): string[] =>
      (planned.plan.sources[0]?.slices ?? []).map(({ slice }) => slice);
    expect(kept(missing)).toEqual(['2026-01-02']);
    expect(kept(await planNight(store, deps(files), { ...range, reprocess: 'failed' }))).toEqual([
      '2026-01-02',
      '2026-01-03',
    ]);
    expect(
      kept(await planNight(store, deps(files), { ...range, reprocess: 'all', newestFirst: true })),
    ).toEqual(['2026-01-03', '2026-01-02', '2026-01-01']);
  });

  it('makes dates again that people decided about since, took a decision back or decided otherwise', async () => {
    const day = (at: number): string => `2026-01-0${at}`;
    await publishRaw(
      {
        [day(1)]: { text: 'a', clean: true },
        [day(2)]: { text: 'b', clean: true, decided: 'x' },
        [day(3)]: { text: 'c', clean: false, decided: 'x' },
        [day(4)]: { text: 'd', clean: true, decided: 'x' },
        [day(5)]: { text: 'e', clean: false, decided: 'x' },
      },
      day(5),
    );
    const files = { [day(1)]: 'a', [day(2)]: 'b', [day(3)]: 'c', [day(4)]: 'd', [day(5)]: 'e' };
    const now = new Map([
      [day(1), 'x'],
      [day(3), 'y'],
      [day(4), 'x'],
      [day(5), 'x'],
    ]);
    const planned = await planNight(
      store,
      { ...deps(files), decidedOf: () => now },
      { ...range, to: day(5) },
    );
    expect(planned.dates.map(({ state }) => state)).toEqual(['stale', 'stale', 'stale', 'done', 'failed']);
    expect(planned.dates[0]?.why).toContain('orders has rows that people decided about');
    expect(planned.plan.sources[0]?.slices.map(({ slice }) => slice)).toEqual([day(1), day(2), day(3)]);
  });

  it('says that there is nothing to do when every date is published', async () => {
    await publishRaw({ '2026-01-01': { text: 'a', clean: true } }, '2026-01-01');
    const planned = await planNight(store, deps({ '2026-01-01': 'a' }), range);
    expect(planned.nothingToDo).toContain('all 1 dates');
  });
});
