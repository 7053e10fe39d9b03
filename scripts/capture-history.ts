import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { addDays } from '../domain/plan/dates.ts';
import type { NightInput } from '../schemas/night.ts';
import {
  fastRetries,
  makeShopProject,
  reach,
  root,
  smallShop,
  startWorkerProcess,
} from '../tests/harness.ts';

const folder = join(root, 'tests', 'replay', 'histories');
const date = addDays(smallShop.firstDate, smallShop.days - 1);

/**
 * Records histories of real runs on the small demo shop: one that succeeds and its children, one with retries, one that is
 * cancelled.
 * They keep their SDK flags; paths and names of the machine are taken out.
 */
async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await capture('success', undefined, async (handle) => void (await handle.result()));
  await capture(
    'retry',
    'normalizeSource:mid:throw,publishSnapshot:before:throw',
    async (handle) => void (await handle.result()),
  );
  await capture('cancel', 'takeInventory:mid:hang', async (handle) => {
    await untilRunning(handle, 'inventory');
    await handle.cancel();
    await handle.result().catch(() => undefined);
  });
}

async function capture(
  name: string,
  failpoint: string | undefined,
  work: (handle: WorkflowHandle) => Promise<void>,
): Promise<void> {
  const project = await makeShopProject();
  const temporal = await reach(project);
  const worker = startWorkerProcess(project, failpoint ? { STOCKTAKE_FAILPOINT: failpoint } : {});
  try {
    const handle = await temporal.client.workflow.start('nightlyInventory', {
      workflowId: `inventory/${date}`,
      taskQueue: 'stocktake-orchestrator',
      args: [input()],
    });
    await work(handle);
    const json: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));
    await save(name, json, project.dir);
    if (name !== 'success') return;
    for (const child of ['retrain', 'retrain/deploy']) {
      const { workflowId } = handle;
      const history = await temporal.client.workflow.getHandle(`${workflowId}/${child}`).fetchHistory();
      await save(child.replace('/', '-'), JSON.parse(historyToJSON(history)), project.dir);
    }
  } finally {
    await worker.stop();
    await temporal.release();
    await project.remove();
  }
}

async function save(name: string, json: unknown, projectDir: string): Promise<void> {
  const text = withoutMachine(JSON.stringify(json, null, 1), projectDir);
  await writeFile(join(folder, `${name}.json`), `${text}\n`);
  process.stderr.write(`captured ${name}\n`);
}

function input(): NightInput {
  return {
    dataDate: date,
    trigger: 'manual',
    taskQueuePrefix: 'stocktake',
    retries: fastRetries,
    timezone: 'Europe/Berlin',
    offsetDays: 1,
    force: false,
    allowOlder: false,
  };
}

async function untilRunning(handle: WorkflowHandle, step: string): Promise<void> {
  for (;;) {
    const rows = await handle.query<{ step: string; state: string }[]>('progress').catch(() => []);
    if (rows.some((row) => row.step === step && row.state === 'running')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function withoutMachine(text: string, projectDir: string): string {
  return text
    .replaceAll(projectDir, '/project')
    .replaceAll(root.replace(/\/$/, ''), '/stocktake')
    .replaceAll(hostname(), 'host');
}

await main();
