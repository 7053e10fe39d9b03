import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { promoteTo, rollbackTo } from '../../domain/deploy/alias.ts';
import { openStore, type Store } from '../../domain/store/store.ts';
import { trainAndPublish } from '../../workers/serve-fixture.ts';
import type { LoopDelay } from './loop-delay.ts';
import { type Figures, printed, summary } from './serve-figures.ts';
import type { Load, Loaded } from './serve-load.ts';
import { makeShop } from './serve-shop.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * `node scripts/bench/serve.ts [--items N] [--users N] [--rate N] [--seconds N] [--json]`: steady load on `stocktake serve`, every
 * request scored live, with two champion switches on the way. Server, load generator and the hand that switches are three processes.
 *
 * Latency counts from the moment a request was due (nothing is hidden by waiting for slow answers). Only a quiet machine gives a
 * figure worth quoting: what others used of the processors and how late the generator itself was are printed with it.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      items: { type: 'string', default: '10000' },
      users: { type: 'string', default: '20000' },
      rate: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  const [items, users, rate, seconds] = [values.items, values.users, values.rate, values.seconds].map(Number);
  if (!items || !users || !rate || !seconds) throw new Error('sizes are whole numbers from 1');
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-bench-serve-'));
  try {
    const store = await openStore(join(dir, 'store'));
    await trainAndPublish(store, '2026-01-01', makeShop(items, users, 1));
    await trainAndPublish(store, '2026-01-02', makeShop(items, users, 2));
    const figures = {
      items,
      users,
      rate,
      seconds,
      ...(await measured(dir, store, { rate, seconds, users })),
    };
    process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : printed(figures));
    if (figures.failed > 0 || figures.models.length < 2) process.exitCode = 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function measured(dir: string, store: Store, load: Pick<Load, 'rate' | 'seconds' | 'users'>) {
  const server = await startServer(dir);
  const delayFile = join(dir, 'loop-delay.json');
  let figures: Omit<Figures, 'items' | 'users' | 'rate' | 'seconds' | 'loop'>;
  try {
    const address = await firstLine(server);
    await generate({ ...load, address, rate: 200, seconds: 3, seed: 7 });
    server.kill('SIGUSR2');
    const before = {
      load: loadavg()[0] ?? 0,
      busy: busySeconds(),
      server: await cpuSeconds(server),
      own: ownSeconds(),
    };
    const [loaded] = await Promise.all([
      generate({ ...load, address, seed: 11 }),
      switchTwice(store, load.seconds),
    ]);
    const serverSeconds = (await cpuSeconds(server)) - before.server;
    const ours = serverSeconds + loaded.cpuSeconds + ownSeconds() - before.own;
    figures = {
      ...summary(loaded.shots),
      serverUs: (serverSeconds / loaded.shots.length) * 1e6,
      generatorUs: (loaded.cpuSeconds / loaded.shots.length) * 1e6,
      processors: cpus().length,
      loadAverage: before.load,
      othersCpus: Math.max(0, busySeconds() - before.busy - ours) / load.seconds,
    };
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  return { ...figures, loop: JSON.parse(await readFile(delayFile, 'utf8')) as LoopDelay };
}

async function startServer(dir: string): Promise<ChildProcess> {
  await writeFile(
    join(dir, 'temporal.config.ts'),
    "export default { project: 'bench', store: 'store', sources: { a: { path: 'a.csv', entities: { items: { columns: { item_id: 'id' } } } } } };\n",
  );
  const port = 20_000 + (process.pid % 10_000);
  const preload = pathToFileURL(here('loop-delay.ts')).href;
  const command = [
    '--import',
    preload,
    here('../../cli/main.ts'),
    'serve',
    '--port',
    String(port),
    '--quiet',
  ];
  return spawn(process.execPath, command, {
    cwd: dir,
    env: { ...process.env, STOCKTAKE_BENCH_LOOP_DELAY: join(dir, 'loop-delay.json') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the server has no stdout');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the server ended before it answered');
}

/** Runs the load generator in a process of its own. */
async function generate(load: Load): Promise<Loaded> {
  const child = fork(here('serve-load.ts'), [JSON.stringify(load)], { serialization: 'advanced' });
  const ended = once(child, 'disconnect').then(() => {
    throw new Error('the load generator ended without a result');
  });
  const [loaded] = await Promise.race([once(child, 'message'), ended]);
  return loaded as Loaded;
}

async function switchTwice(store: Store, seconds: number): Promise<void> {
  const third = (seconds * 1000) / 3;
  await new Promise((resolve) => setTimeout(resolve, third));
  await rollbackTo(store);
  await new Promise((resolve) => setTimeout(resolve, third));
  await promoteTo(store, 'v2', '');
}

/** Processor time a process has used, all threads; proc_pid_stat(5), fields 14 and 15, 100 ticks a second. 0 elsewhere than on Linux. */
async function cpuSeconds({ pid }: ChildProcess): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Processor time the whole machine has used. */
function busySeconds(): number {
  const busy = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return busy.reduce((sum, ms) => sum + ms, 0) / 1000;
}

await main();
