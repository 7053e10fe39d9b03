import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../domain/plan/dates.ts';
import { openStore } from '../../domain/store/store.ts';
import type { NightResult } from '../../schemas/night.ts';
import {
  makeShopProject,
  reach,
  smallShop,
  startNight,
  startReader,
  startWorkerProcess,
  type TestProject,
  whyNoServer,
} from '../harness.ts';

const skip = await whyNoServer();
const date = addDays(smallShop.firstDate, smallShop.days - 1);

/** Every activity of a night; the places kills fall in. */
const activities = [
  'planRun',
  'collectSource',
  'normalizeSource',
  'dedupeEvents',
  'mergeRecords',
  'matchItems',
  'unifyRecords',
  'takeInventory',
  'embedTexts',
  'assignLabels',
  'makeProfiles',
  'trainRecommender',
  'deployModel',
  'writeReport',
  'publishSnapshot',
  'closeRun',
] as const;

describe.skipIf(skip)(`kill -9 on a real server ${skip}`, () => {
  let golden: string;

  beforeAll(async () => {
    golden = await withShop(undisturbedHash);
  }, 120_000);

  it.concurrent.each([['mid'], ['after-effect']])(
    'kills the worker at %s of every activity: the run completes, publishes once, and publishes the same bytes',
    async (place) => {
      const faults = activities.map((activity) => `${activity}:${place}:kill`).join(',');
      const { outcome, deaths, torn } = await withShop((project) => disturbedNight(project, faults));
      expect(deaths).toBeGreaterThanOrEqual(activities.length);
      expect(outcome).toEqual({ snapshotHash: golden, published: [1] });
      expect(torn).toBe('');
    },
    240_000,
  );

  it.concurrent('kills the Temporal server in the middle of a run: it comes back and the run completes with the same bytes', async () => {
    const { outcome } = await withShop((project) => disturbedNight(project, '', killServer));
    expect(outcome).toEqual({ snapshotHash: golden, published: [1] });
  }, 120_000);
});

/** Lends a shop of its own, always with the same input. */
async function withShop<Result>(work: (project: TestProject) => Promise<Result>): Promise<Result> {
  const project = await makeShopProject();
  try {
    return await work(project);
  } finally {
    await project.remove();
  }
}

/** Waits for the first finished steps and kills the server under the others. */
async function killServer(storeDir: string): Promise<void> {
  const store = await openStore(storeDir);
  while (((await store.runs.list())[0]?.steps.length ?? 0) < 2) await setTimeout(20);
  const state = await readFile(join(storeDir, 'server', 'server.json'), 'utf8');
  process.kill((JSON.parse(state) as { pid: number }).pid, 'SIGKILL');
}

async function undisturbedHash(project: TestProject): Promise<string> {
  const temporal = await reach(project);
  const worker = startWorkerProcess(project);
  try {
    const result = (await (await startNight(temporal, date)).result()) as NightResult;
    return result.snapshotHash;
  } finally {
    await worker.stop();
    await temporal.release();
  }
}

/** Runs the night with faults; returns what was published, how often the worker died, what readers saw. */
async function disturbedNight(
  project: TestProject,
  failpoints: string,
  meanwhile?: (storeDir: string) => Promise<unknown>,
): Promise<{ outcome: { snapshotHash: string; published: number[] }; deaths: number; torn: string }> {
  const store = await openStore(project.storeDir);
  const temporal = await reach(project);
  const reader = await startReader(project);
  const worker = startWorkerProcess(project, { STOCKTAKE_FAILPOINT: failpoints });
  try {
    const handle = await startNight(temporal, date);
    await meanwhile?.(project.storeDir);
    const result = (await handle.result()) as NightResult;
    const torn = await reader.stop().then(
      () => '',
      (error) => String(error),
    );
    expect(reader.seen().map(({ number }) => number)).toEqual(await store.snapshots.numbers());
    return {
      outcome: { snapshotHash: result.snapshotHash, published: await store.snapshots.numbers() },
      deaths: worker.deaths(),
      torn,
    };
  } finally {
    await worker.stop();
    await temporal.release();
  }
}
