import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactRef } from '../../schemas/artifact.ts';
import { silentLogger } from '../runtime/logger.ts';
import { openStore, type Store } from '../store/store.ts';
import { createHotSwitch, type HotSwitch, type ServingTarget } from './hot-switch.ts';
import { coOccurrenceModel } from './model-fixture.ts';

let dir: string;
let store: Store;
let ms: number;
let logged: { message: string; fields: Readonly<Record<string, unknown>> }[];
const files = new Map<string, ArtifactRef>();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-switch-'));
  store = await openStore(dir);
  ms = 0;
  logged = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Publishes a champion whose model is a JSON object of baskets. */
async function publish(version: string, baskets: Record<string, string[]>): Promise<void> {
  files.set(version, await store.objects.putJson(baskets));
  await move(version);
}

async function move(version: string): Promise<void> {
  await store.snapshots.publish({
    base: (await store.snapshots.current())?.number ?? 0,
    dataDate: '2026-01-01',
    datasets: {},
    aliases: { champion: version },
    publishedBy: { workflowId: 'w', record: 'r' },
    allowOlder: false,
  });
}

async function target(): Promise<ServingTarget | undefined> {
  const version = (await store.snapshots.current())?.aliases.champion;
  const ref = version === undefined ? undefined : files.get(version);
  if (version === undefined || !ref) return undefined;
  return {
    version,
    key: ref.sha256,
    load: async () => {
      await store.objects.open(ref);
      const baskets = (await store.objects.readJson(ref)) as Record<string, string[]>;
      return coOccurrenceModel(baskets, { version });
    },
  };
}

function open(): HotSwitch {
  const log = {
    ...silentLogger,
    info: (message: string, fields = {}) => void logged.push({ message, fields }),
    error: (message: string, fields = {}) => void logged.push({ message, fields }),
  };
  return createHotSwitch({ target, log, clock: () => ms, retryMs: 1000 });
}

const small = { ann: ['a', 'b'], bob: ['b', 'c'] };
const large = { ann: ['a', 'b'], bob: ['b', 'c', 'd'] };

describe('the hot switch', () => {
  it('serves nothing until there is a champion, then takes it up without a restart', async () => {
    const hot = open();
    expect(await hot.check()).toBe('no-champion');
    expect(hot.current()).toBeUndefined();
    await publish('v1', small);
    expect(await hot.check()).toBe('switched');
    expect(hot.current()?.version).toBe('v1');
    expect(await hot.check()).toBe('unchanged');
  });

  it('follows a promotion and a rollback', async () => {
    const hot = open();
    await publish('v1', small);
    await hot.check();
    await publish('v2', large);
    expect(await hot.check()).toBe('switched');
    expect(hot.current()?.items).toBe(4);
    await move('v1');
    await hot.check();
    expect(hot.current()?.version).toBe('v1');
  });

  it('leaves a request that began on the old model on the old model', async () => {
    const hot = open();
    await publish('v1', small);
    await hot.check();
    const begun = hot.current();
    await publish('v2', large);
    await hot.check();
    expect(begun?.recommend([1], 9, { categories: [], without: [], withheld: new Set() })).toHaveLength(2);
    expect(hot.current()?.version).toBe('v2');
  });

  it('stays on the old model when a byte of the new one was flipped, and logs the code', async () => {
    const hot = open();
    await publish('v1', small);
    await hot.check();
    await publish('v2', large);
    await writeFile(join(dir, files.get('v2')?.uri ?? ''), '{"ann":["x"]}');
    expect(await hot.check()).toBe('failed');
    expect(hot.current()?.version).toBe('v1');
    expect(logged.at(-1)).toMatchObject({
      message: 'model not switched',
      fields: { version: 'v2', serving: 'v1', code: 'STK-ARTIFACT-CHECKSUM' },
    });
  });

  it('stays on the old model when the new one fails its smoke request', async () => {
    const hot = open();
    await publish('v1', small);
    await hot.check();
    await publish('v2', {});
    expect(await hot.check()).toBe('failed');
    expect(hot.current()?.version).toBe('v1');
    expect(logged.at(-1)?.fields.code).toBe('STK-SERVE-SMOKE');
  });

  it('tries a failed model again only after a while', async () => {
    const hot = open();
    await publish('v1', {});
    await hot.check();
    await hot.check();
    expect(logged).toHaveLength(1);
    ms = 1000;
    await hot.check();
    expect(logged).toHaveLength(2);
  });

  it('looks once where two look at the same time', async () => {
    const hot = open();
    await publish('v1', small);
    expect(await Promise.all([hot.check(), hot.check()])).toEqual(['switched', 'switched']);
    expect(logged).toHaveLength(1);
    await hot.close();
  });
});
