import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../cli/read-table.ts';
import { readTruth } from '../../domain/demo/shop.ts';
import { addDays } from '../../domain/plan/dates.ts';
import { openStore } from '../../domain/store/store.ts';
import type { Temporal } from '../../workers/connect.ts';
import type { WorkerProcess } from '../harness.ts';
import {
  makeShopProject,
  reach,
  smallShop,
  startWorkerProcess,
  stocktake,
  type TestProject,
  whyNoServer,
} from '../harness.ts';

const skip = await whyNoServer();
const date = addDays(smallShop.firstDate, smallShop.days - 1);

/** What an on-call engineer does at night, through the commands, on one server that stays up. */
describe.skipIf(skip)(`operating a project ${skip}`, () => {
  let project: TestProject;
  let temporal: Temporal;
  let worker: WorkerProcess;
  const run = (...args: string[]) => stocktake(args, { cwd: project.dir });

  beforeAll(async () => {
    project = await makeShopProject();
    temporal = await reach(project);
    worker = startWorkerProcess(project);
  }, 60_000);
  afterAll(async () => {
    await worker?.stop();
    await temporal?.release();
    await project?.remove();
  });

  it('raises the retention of its own server to 30 days and registers the search attributes', async () => {
    const { workflowService, operatorService } = temporal.client.connection as never as {
      workflowService: Temporal['client']['workflowService'];
      operatorService: { listSearchAttributes(request: object): Promise<{ customAttributes: object }> };
    };
    const { config } = await workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(['StocktakePartition', 'StocktakeStage', 'StocktakeTrigger']),
    );
  });

  it('runs a night and publishes; a second run of it reuses everything and publishes nothing', async () => {
    const first = await run('run', '--date', date, '--json');
    expect(first.stderr).toContain(`Inventory ${date} started`);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ outcome: 'published', snapshot: 1 });
    const second = JSON.parse((await run('run', '--date', date, '--json')).stdout) as {
      outcome: string;
      steps: number;
      reused: number;
    };
    expect(second).toMatchObject({ outcome: 'unchanged', snapshot: 1 });
    expect(second.steps - second.reused).toBeLessThanOrEqual(2);
  }, 60_000);

  it('finds exactly the references to unknown items and users that the shop planted', async () => {
    const store = await openStore(project.storeDir);
    const checks = await readTable(
      store,
      await store.snapshots.current(),
      'inventory.checks',
      (relation) => `
        select "column", evaluated, unexpected
        from ${relation}
        where source = 'clicks' and type = 'relationships'
        order by "column"`,
    );
    const truth = await readTruth(project.input);
    const planted = (kind: string): number =>
      (truth?.days ?? [])
        .flatMap(({ files }) => files)
        .filter(({ file }) => file.startsWith('clicks/'))
        .flatMap(({ dirt }) => dirt)
        .filter((mark) => mark.kind === kind).length;
    expect(planted('unknown-sku')).toBeGreaterThan(0);
    expect(checks.map((row) => [row.column, Number(row.unexpected)])).toEqual([
      ['item_id', planted('unknown-sku')],
      ['user_id', planted('unknown-user')],
    ]);
  });

  it('shows the stage table and the activity names as the step table has them', async () => {
    const handle = temporal.client.workflow.getHandle(`inventory/${date}`);
    const rows = await handle.query<{ step: string; state: string }[]>('progress');
    expect(rows.every(({ state }) => state !== 'failed')).toBe(true);
    expect(await activityIds(`inventory/${date}`)).toEqual([...rows.map(({ step }) => step), 'close']);
  });

  /** Ids of a run's activities in order, those of its children where they were started. */
  async function activityIds(workflowId: string): Promise<string[]> {
    const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
    const ids: string[] = [];
    for (const event of events ?? []) {
      const activity = event.activityTaskScheduledEventAttributes?.activityId;
      const child = event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId;
      if (activity) ids.push(activity);
      if (child) ids.push(...(await activityIds(child)));
    }
    return ids;
  }

  it('lists and shows runs from the store, by last, prefix and date', async () => {
    const listed = JSON.parse((await run('runs', 'list', '--json')).stdout) as {
      run: string;
      status: string;
    }[];
    expect(listed[0]).toMatchObject({ status: 'completed' });
    const id = listed[0]?.run ?? '';
    const shown = await Promise.all(['last', id.slice(0, 30), date].map((name) => run('runs', 'show', name)));
    for (const { code, stdout } of shown) {
      expect(code).toBe(0);
      expect(stdout).toContain(id);
      expect(stdout).toMatch(/cost: .* rows in, .* memory, .* written/);
    }
    const unknown = await run('runs', 'show', 'nobody');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('STK-RUN-UNKNOWN');
  }, 60_000);

  it('replays a run on its pinned inputs: every hash is equal, also when the source files have changed since', async () => {
    const users = join(project.input, 'users', `${date}.csv`);
    const kept = await readFile(users);
    await writeFile(users, `${String(kept)}u-9999,2026-01-01,DE,Bonn,1990,x@example.org,1,no\n`);
    try {
      const replayed = await run('replay', 'last', '--json');
      expect(replayed.stderr).not.toContain('STK-');
      expect(JSON.parse(replayed.stdout)).toMatchObject({ outcome: 'replayed', difference: '' });
      expect(replayed.code).toBe(0);
    } finally {
      await writeFile(users, kept);
    }
  }, 90_000);

  it('names the first step that differs when a replay gives other bytes', async () => {
    const store = await openStore(project.storeDir);
    const last = await store.runs.resolve('last');
    const stepsDir = join(project.storeDir, 'runs', last.opening.record, 'steps');
    const name = (await readdir(stepsDir)).find((file) => file.startsWith('normalize.orders')) ?? '';
    const page = JSON.parse(await readFile(join(stepsDir, name), 'utf8'));
    const output = (await store.objects.readJson(page.result.output)) as {
      datasets: Record<string, { manifest: { sha256: string } }[]>;
    };
    const slice = output.datasets['clean.orders.events']?.[0];
    if (slice) slice.manifest.sha256 = '0'.repeat(64);
    await writeFile(
      join(stepsDir, name),
      JSON.stringify({ ...page, result: { ...page.result, output: await store.objects.putJson(output) } }),
    );
    const replayed = await run('replay', 'last');
    expect(replayed.code).toBe(1);
    expect(replayed.stdout).toContain('step normalize/orders/1: clean.orders.events');
    await writeFile(join(stepsDir, name), JSON.stringify(page));
  }, 90_000);

  it('cancels an open run, and lets it go on afterwards from where it was', async () => {
    const { code } = await resumeAfter('hang', 'takeInventory:mid:hang', async () => {
      await waitForStep(`inventory/${date}`, 'inventory');
      const cancelled = await run('runs', 'cancel', `inventory/${date}`);
      expect(cancelled.stderr).toContain('Cancelled');
      expect(cancelled.code).toBe(0);
    });
    expect(code).toBe(0);
  }, 120_000);

  it('lets a failed run go on from the failed step, and says what is wrong until then', async () => {
    const broken = join(project.input, 'catalog', `${date}.csv`);
    const kept = await readFile(broken, 'utf8');
    await writeFile(broken, kept.replace('title', 'name_of_it'));
    const failed = await run('run', '--date', date);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('STK-CONTRACT-COLUMNS');
    expect(failed.stderr).toContain('stocktake runs resume');
    const shown = await run('runs', 'show', 'last');
    expect(shown.stdout).toContain('failed at normalize/catalog/1');
    await writeFile(broken, kept);
    const dry = await run('runs', 'resume', 'last', '--dry-run');
    expect(dry.stderr).toContain('goes on from normalize/catalog/1');
    const resumed = await run('runs', 'resume', 'last', '--from-stage', 'plan');
    expect(resumed.code).toBe(0);
  }, 120_000);

  it('reconciles the schedules: new, then as configured, then the difference', async () => {
    expect((await run('schedule', 'apply')).stdout).toContain('+ nightly-inventory: new');
    expect((await run('schedule', 'apply')).stdout).toContain('= nightly-inventory: as configured');
    const config = await readFile(project.configPath, 'utf8');
    await writeFile(
      project.configPath,
      config.replace('...base,', "...base, schedule: { cron: '15 4 * * *' },"),
    );
    expect((await run('schedule', 'apply')).stdout).toContain('cron: 30 2 * * * → 15 4 * * *');
    expect((await run('schedule', 'apply')).stdout).toContain('= nightly-inventory: as configured');
    await writeFile(project.configPath, config);
    const shown = JSON.parse((await run('schedule', 'show', '--json')).stdout) as {
      schedule: string;
      next: string;
    }[];
    expect(shown[0]).toMatchObject({ schedule: 'nightly-inventory', state: 'active' });
    expect((await run('schedule', 'pause')).code).toBe(0);
    expect((await run('schedule', 'show')).stdout).toContain('paused');
  }, 90_000);

  /** Runs a night in a worker with a fault, does something meanwhile, then resumes it in a healthy one. */
  async function resumeAfter(_: string, failpoint: string, meanwhile: () => Promise<void>) {
    await worker.stop();
    const faulty = startWorkerProcess(project, { STOCKTAKE_FAILPOINT: failpoint });
    try {
      await waitForPoller();
      expect((await run('run', '--date', date, '--no-wait', '--force')).code).toBe(0);
      await meanwhile();
    } finally {
      await faulty.stop();
      worker = startWorkerProcess(project);
    }
    return run('runs', 'resume', `inventory/${date}`);
  }

  async function waitForPoller(): Promise<void> {
    const { hasPoller } = await import('../../workers/namespace.ts');
    while (!(await hasPoller(temporal.client, 'default', 'stocktake-orchestrator'))) await pause();
  }

  async function waitForStep(workflowId: string, step: string): Promise<void> {
    const handle = temporal.client.workflow.getHandle(workflowId);
    for (;;) {
      const rows = await handle.query<{ step: string; state: string }[]>('progress').catch(() => []);
      if (rows.some((row) => row.step === step && row.state === 'running')) return;
      await pause();
    }
  }
});

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
