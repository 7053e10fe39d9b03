import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { demoShop, type ShopOptions, writeShop } from '../domain/demo/shop.ts';
import { silentLogger } from '../domain/runtime/logger.ts';
import { cacheDirOf } from '../domain/setup/cache-dir.ts';
import { findTemporal } from '../domain/setup/temporal-binary.ts';
import { openStore } from '../domain/store/store.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { Retries } from '../schemas/config.ts';
import type { NightInput } from '../schemas/night.ts';
import { reachTemporal, type Temporal } from '../workers/connect.ts';
import { loadProject, type Project } from '../workers/load-config.ts';

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Retry and heartbeat times of seconds, so that fault tests take seconds. */
export const fastRetries: Retries = {
  io: { startToCloseSeconds: 120, heartbeatSeconds: 3, initialSeconds: 0.2, maximumSeconds: 1, attempts: 12 },
  bulk: {
    startToCloseSeconds: 120,
    heartbeatSeconds: 3,
    initialSeconds: 0.2,
    maximumSeconds: 1,
    attempts: 12,
  },
  compute: {
    startToCloseSeconds: 120,
    heartbeatSeconds: 3,
    initialSeconds: 0.2,
    maximumSeconds: 1,
    attempts: 12,
  },
  publish: {
    startToCloseSeconds: 60,
    heartbeatSeconds: 3,
    initialSeconds: 0.2,
    maximumSeconds: 1,
    attempts: 12,
  },
};

/** A shop small enough to run a whole night in two seconds, with all of its dirt. */
export const smallShop: ShopOptions = { ...demoShop, days: 3, users: 40, items: 60, eventsPerDay: 150 };

/** Why tests on a real server cannot run here; empty when they can. */
export async function whyNoServer(): Promise<string> {
  const cacheDir = cacheDirOf(process.env, process.platform, homedir());
  try {
    await findTemporal({ env: process.env, cacheDir, fetch: false });
    return '';
  } catch (error) {
    return `no Temporal server here: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

/** A project in a folder of its own: configuration, input, store. */
export interface TestProject extends Project {
  readonly dir: string;
  remove(): Promise<void>;
}

/** Makes a project whose configuration extends the demo's (or the source text given). */
export async function makeProject(source?: string): Promise<TestProject> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-e2e-'));
  const configPath = join(dir, 'temporal.config.ts');
  await mkdir(join(dir, 'shop'));
  await writeFile(configPath, source ?? demoConfig());
  const project = await loadProject({ config: configPath }, dir);
  return { ...project, dir, remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The demo configuration with input and store in the test's folder and times of seconds. */
export function demoConfig(changes = ''): string {
  return `import base from ${JSON.stringify(join(root, 'temporal.config.ts'))};
export default {
  ...base,
  input: 'shop',
  store: 'store',
  temporal: { retries: ${JSON.stringify(fastRetries)} },
  recommend: { minEvents: 50, trials: 2 },
  deploy: { minUsers: 5 },
  ${changes}
};
`;
}

/** A project on the small demo shop. */
export async function makeShopProject(options: ShopOptions = smallShop): Promise<TestProject> {
  const project = await makeProject();
  await writeShop(project.input, options);
  return project;
}

/** A project with the same input and the same published data; its server has no history. */
export async function copyOf(project: TestProject): Promise<TestProject> {
  const copy = await makeProject();
  const server = join(project.storeDir, 'server');
  await cp(project.input, copy.input, { recursive: true });
  await cp(project.storeDir, copy.storeDir, { recursive: true, filter: (path) => path !== server });
  return copy;
}

/** Starts the night of a date as a workflow, with times of seconds. */
export function startNight(temporal: Temporal, dataDate: string): Promise<WorkflowHandle> {
  const input: NightInput = {
    dataDate,
    trigger: 'manual',
    taskQueuePrefix: 'stocktake',
    retries: fastRetries,
    timezone: 'Europe/Berlin',
    offsetDays: 1,
    force: false,
    allowOlder: false,
  };
  return temporal.client.workflow.start('nightlyInventory', {
    workflowId: `inventory/${dataDate}`,
    taskQueue: 'stocktake-orchestrator',
    args: [input],
  });
}

/** Reaches (starting or sharing) the project's own Temporal server. */
export function reach(project: Project): Promise<Temporal> {
  return reachTemporal(project.storeDir, { log: silentLogger, env: process.env });
}

/** A worker process that is started again whenever it dies, until stopped. */
export interface WorkerProcess {
  /** How often it has died by itself. */
  deaths(): number;
  pid(): number | undefined;
  stop(): Promise<void>;
}

/** Starts `workers/main.ts` for a project; with `STOCKTAKE_FAILPOINT` in `env` it may kill itself. */
export function startWorkerProcess(project: TestProject, env: Record<string, string> = {}): WorkerProcess {
  let child: ChildProcess | undefined;
  let stopped = false;
  let deaths = 0;
  const launch = (): void => {
    child = spawn(
      process.execPath,
      [join(root, 'workers/main.ts'), '--config', project.configPath, '--log', 'file', '--grace', '1'],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    child.once('exit', () => {
      if (stopped) return;
      deaths += 1;
      launch();
    });
  };
  launch();
  return {
    deaths: () => deaths,
    pid: () => child?.pid,
    async stop() {
      stopped = true;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Polls the current snapshot as a reader would and remembers every state it saw. */
export interface Reader {
  seen(): readonly Snapshot[];
  stop(): Promise<void>;
}

/** Reads the current snapshot and every dataset index it names, over and over; a torn state throws in `stop`. */
export async function startReader(project: Project): Promise<Reader> {
  const store = await openStore(project.storeDir);
  const seen: Snapshot[] = [];
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      const snapshot = await store.snapshots.current();
      if (snapshot) {
        for (const entry of Object.values(snapshot.datasets)) await store.objects.open(entry.index);
        if (seen.at(-1)?.contentHash !== snapshot.contentHash) seen.push(snapshot);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    seen: () => seen,
    async stop() {
      stopped = true;
      await loop;
    },
  };
}

/** Runs the `stocktake` command in a folder and returns what it did. */
export async function stocktake(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    texts.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    texts.stderr += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

/** Real data beside the repository; tests on it skip with a reason where it is absent. */
export function sharedData(folder: string): { readonly path: string; readonly missing: boolean } {
  const path = join(root, '..', 'shared', 'data', folder);
  return { path, missing: !existsSync(path) };
}
