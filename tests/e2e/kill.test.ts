import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../domain/plan/dates.ts';
import { openStore } from '../../domain/store/store.ts';
import type { NightInput, NightResult } from '../../schemas/night.ts';
import type { Temporal } from '../../workers/connect.ts';
import {
  fastRetries,
  makeShopProject,
  reach,
  smallShop,
  startReader,
  startWorkerProcess,
  type TestProject,
  whyNoServer,
} from '../harness.ts';

const skip = await whyNoServer();
const date = addDays(smallShop.firstDate, smallShop.days - 1);

/** Every activity that works a step of the road; the places kills fall in. */
const activities = [
  'collectSource',
  'normalizeSource',
  'dedupeEvents',
  'mergeRecords',
  'matchItems',
  'unifyRecords',
  'takeInventory',
  'writeReport',
  'publishSnapshot',
] as const;

function startNight(temporal: Temporal, force = false): Promise<WorkflowHandle> {
  const input: NightInput = {
    dataDate: date,
    trigger: 'manual',
    taskQueuePrefix: 'stocktake',
    retries: fastRetries,
    timezone: 'Europe/Berlin',
    offsetDays: 1,
    force,
    allowOlder: false,
  };
  return temporal.client.workflow.start('nightlyInventory', {
    workflowId: `inventory/${date}`,
    taskQueue: 'stocktake-orchestrator',
    args: [input],
  });
}

describe.skipIf(skip)(`kill -9 on a real server ${skip}`, () => {
  let project: TestProject;
  let golden: string;

  beforeAll(async () => {
    project = await makeShopProject();
    golden = await undisturbedHash(project);
  }, 120_000);
  afterAll(() => project?.remove());

  it.each([['mid'], ['after-effect']])(
    'kills the worker at %s of every activity: the run completes, publishes once, and publishes the same bytes',
    async (place) => {
      const { outcome, deaths, torn } = await disturbedNight(
        project,
        activities.map((activity) => `${activity}:${place}:kill`).join(','),
      );
      expect(deaths).toBeGreaterThanOrEqual(activities.length);
      expect(outcome).toEqual({ snapshotHash: golden, published: [1] });
      expect(torn).toBe('');
    },
    240_000,
  );

  it('kills the Temporal server in the middle of a run: it comes back and the run completes with the same bytes', async () => {
    const { outcome } = await disturbedNight(
      project,
      'normalizeSource:mid:throw',
      async (temporal, store) => {
        const { readFile } = await import('node:fs/promises');
        const { pid } = JSON.parse(await readFile(join(store, 'server', 'server.json'), 'utf8')) as {
          pid: number;
        };
        process.kill(pid, 'SIGKILL');
        return temporal;
      },
    );
    expect(outcome).toEqual({ snapshotHash: golden, published: [1] });
  }, 120_000);
});

async function undisturbedHash(project: TestProject): Promise<string> {
  const temporal = await reach(project);
  const worker = startWorkerProcess(project);
  try {
    const result = (await (await startNight(temporal)).result()) as NightResult;
    return result.snapshotHash;
  } finally {
    await worker.stop();
    await temporal.release();
  }
}

/** Runs the night in an empty store with faults; returns what was published, how often the worker died, what readers saw. */
async function disturbedNight(
  project: TestProject,
  failpoints: string,
  meanwhile?: (temporal: Temporal, storeDir: string) => Promise<unknown>,
): Promise<{ outcome: { snapshotHash: string; published: number[] }; deaths: number; torn: string }> {
  await rm(project.storeDir, { recursive: true, force: true, maxRetries: 5 });
  const store = await openStore(project.storeDir);
  const temporal = await reach(project);
  const reader = await startReader(project);
  const worker = startWorkerProcess(project, { STOCKTAKE_FAILPOINT: failpoints });
  try {
    const handle = await startNight(temporal);
    await meanwhile?.(temporal, project.storeDir);
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
