import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { promoteTo, rollbackTo } from '../../domain/deploy/alias.ts';
import { openStream } from '../../domain/math/random.ts';
import { openStore, type Store } from '../../domain/store/store.ts';
import { type Shop, trainAndPublish } from '../../workers/serve-fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One request: when it was due, when it was answered, and how. Milliseconds. */
interface Shot {
  readonly ms: number;
  readonly sentMs: number;
  /** Whole second of the run in which it was due. */
  readonly second: number;
  readonly status: number;
  readonly model: string;
}

/**
 * `node scripts/bench/serve.ts [--items N] [--users N] [--rate N] [--seconds N] [--json]`: steady load on `stocktake serve` in a
 * process of its own, every request scored live, with two champion switches on the way.
 *
 * Latency counts from the moment a request was due (nothing is hidden by waiting for slow answers). Only a quiet machine gives a
 * figure worth quoting: the load average is printed with it.
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
  let server: ChildProcess | undefined;
  try {
    const store = await openStore(join(dir, 'store'));
    await trainAndPublish(store, '2026-01-01', makeShop(items, users, 1));
    await trainAndPublish(store, '2026-01-02', makeShop(items, users, 2));
    server = await startServer(dir);
    const address = await firstLine(server);
    await load(address, { rate: 200, seconds: 3, users, seed: 7 });
    const before = loadavg()[0] ?? 0;
    const switching = switchTwice(store, seconds);
    const cpuBefore = await cpuSeconds(server);
    const shots = await load(address, { rate, seconds, users, seed: 11 });
    await switching;
    const cpuUs = (((await cpuSeconds(server)) - cpuBefore) / shots.length) * 1e6;
    const figures = { items, users, rate, seconds, loadAverage: before, cpuUs, ...summary(shots) };
    process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : printed(figures));
    if (figures.failed > 0 || figures.models.length < 2) process.exitCode = 1;
  } finally {
    if (server) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    await rm(dir, { recursive: true, force: true });
  }
}

/** Histories of 5 to 35 items; what follows what is local, so that neighbours exist, and popularity has a long tail. */
function makeShop(items: number, users: number, seed: number): Shop {
  const random = openStream(seed, 'bench', 'serve');
  const itemIds = Array.from({ length: items }, (_, index) => `item-${String(index).padStart(7, '0')}`);
  const histories: Record<string, string[]> = {};
  for (let user = 0; user < users; user++) {
    const length = 5 + Math.floor(random.float() * 31);
    let at = Math.floor(random.float() ** 2 * items);
    histories[`user-${user}`] = Array.from({ length }, () => {
      at =
        random.float() < 0.8
          ? (at + Math.floor(random.float() * 40)) % items
          : Math.floor(random.float() ** 2 * items);
      return itemIds[at] ?? '';
    });
  }
  return { itemIds, histories };
}

async function startServer(dir: string): Promise<ChildProcess> {
  await writeFile(
    join(dir, 'temporal.config.ts'),
    "export default { project: 'bench', store: 'store', sources: { a: { path: 'a.csv', entities: { items: { columns: { item_id: 'id' } } } } } };\n",
  );
  const port = 20_000 + (process.pid % 10_000);
  return spawn(process.execPath, [join(root, 'cli/main.ts'), 'serve', '--port', String(port), '--quiet'], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the server has no stdout');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the server ended before it answered');
}

/** Processor time the server has used, all threads; proc_pid_stat(5), fields 14 and 15, 100 ticks a second. 0 elsewhere than on Linux. */
async function cpuSeconds({ pid }: ChildProcess): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

async function switchTwice(store: Store, seconds: number): Promise<void> {
  const third = (seconds * 1000) / 3;
  await new Promise((resolve) => setTimeout(resolve, third));
  await rollbackTo(store);
  await new Promise((resolve) => setTimeout(resolve, third));
  await promoteTo(store, 'v2', '');
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
  readonly users: number;
  readonly seed: number;
}

/** Sends at a steady rate whatever comes back, over kept-alive connections. */
async function load(address: string, { rate, seconds, users, seed }: Load): Promise<Shot[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const random = openStream(seed, 'bench', 'load');
  const total = rate * seconds;
  const started = performance.now();
  const shots: Promise<Shot>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1000));
      while (shots.length < due) {
        const user = Math.floor(random.float() * users * 1.05);
        const second = Math.floor(shots.length / rate);
        const dueAt = started + (shots.length * 1000) / rate;
        shots.push(shoot(agent, `${address}/api/recommend/user-${user}`, dueAt, second));
      }
      if (shots.length < total) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  const done = await Promise.all(shots);
  agent.destroy();
  return done;
}

function shoot(agent: Agent, url: string, due: number, second: number): Promise<Shot> {
  const sent = performance.now();
  return new Promise((resolve) => {
    const end = (status: number, model: string): void => {
      const now = performance.now();
      resolve({ ms: now - due, sentMs: now - sent, second, status, model });
    };
    get(url, { agent }, (response) => {
      response.resume();
      response.once('end', () =>
        end(response.statusCode ?? 0, String(response.headers['x-stocktake-model'])),
      );
    }).once('error', () => end(0, ''));
  });
}

function summary(shots: readonly Shot[]) {
  const due = shots.map(({ ms }) => ms).sort((a, b) => a - b);
  const sent = shots.map(({ sentMs }) => sentMs).sort((a, b) => a - b);
  return {
    requests: shots.length,
    failed: shots.filter(({ status }) => status !== 200).length,
    models: [...new Set(shots.map(({ model }) => model))].sort(),
    p50: at(due, 0.5),
    p99: at(due, 0.99),
    p999: at(due, 0.999),
    max: at(due, 1),
    sentP50: at(sent, 0.5),
    sentP99: at(sent, 0.99),
    sentP999: at(sent, 0.999),
    p99BySecond: bySecond(shots),
  };
}

/** p99 of each second: shows whether slow answers are spread out or belong to a switch. */
function bySecond(shots: readonly Shot[]): number[] {
  const seconds = Map.groupBy(shots, ({ second }) => second);
  return [...seconds.values()].map((list) =>
    at(
      list.map(({ ms }) => ms).sort((a, b) => a - b),
      0.99,
    ),
  );
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function printed(
  figures: ReturnType<typeof summary> & { rate: number; items: number; loadAverage: number; cpuUs: number },
): string {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  return [
    `${figures.requests} requests at ${figures.rate}/s on ${figures.items} items, models ${figures.models.join(' and ')}, ${figures.failed} failed`,
    `from due:  p50 ${ms(figures.p50)}  p99 ${ms(figures.p99)}  p99.9 ${ms(figures.p999)}  max ${ms(figures.max)}`,
    `from sent: p50 ${ms(figures.sentP50)}  p99 ${ms(figures.sentP99)}  p99.9 ${ms(figures.sentP999)}`,
    `p99 by second: ${figures.p99BySecond.map((value) => value.toFixed(1)).join(' ')}`,
    `server: ${figures.cpuUs.toFixed(0)} us of processor time per request, two switches included; load average before: ${figures.loadAverage.toFixed(2)}`,
    '',
  ].join('\n');
}

await main();
