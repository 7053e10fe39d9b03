import { Worker } from 'node:worker_threads';
import { openStream } from '../../domain/math/random.ts';
import { type Lane, openLane } from './http-lane.ts';
import type { Pace } from './pacer.ts';

/** A steady load. */
export interface Load {
  readonly address: string;
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Requests are of `user-0` … `user-<users - 1>` and a twentieth of unknown ones. */
  readonly users: number;
  readonly seed: number;
}

/** One request. Milliseconds. */
export interface Shot {
  /** From the moment it was due to the whole answer. */
  readonly dueMs: number;
  /** From the moment it was sent. The difference is the generator's own lateness, or its wait for a free connection. */
  readonly sentMs: number;
  /** Whole second of the run in which it was due. */
  readonly second: number;
  readonly status: number;
  readonly model: string;
}

/** What a run of the generator sends to its parent. */
export interface Loaded {
  readonly shots: readonly Shot[];
  /** Processor time of the generator, all threads, in seconds. */
  readonly cpuSeconds: number;
}

const connections = 64;

/**
 * Main of the load generator, a process of its own: whoever promotes and rolls back must not stall it. Sends what is due whatever
 * comes back; a request that finds no free connection waits, and that wait counts.
 */
async function main(load: Load): Promise<void> {
  const { hostname, port } = new URL(load.address);
  const lanes = await Promise.all(
    Array.from({ length: connections }, () => openLane(hostname, Number(port))),
  );
  const shots = await fire(lanes, load);
  for (const lane of lanes) lane.close();
  const { user, system } = process.cpuUsage();
  const loaded: Loaded = { shots, cpuSeconds: (user + system) / 1e6 };
  process.send?.(loaded, () => process.disconnect());
}

function fire(lanes: readonly Lane[], { rate, seconds, users, seed }: Load): Promise<Shot[]> {
  const random = openStream(seed, 'bench', 'load');
  const total = rate * seconds;
  const free = [...lanes];
  const shots: Shot[] = [];
  const startNs = process.hrtime.bigint() + 100_000_000n;
  const nowMs = (): number => Number(process.hrtime.bigint() - startNs) / 1e6;
  const pacer = pace({ startNs, everyNs: 1e9 / rate, ticks: total });
  let begun = 0;
  return new Promise((resolve) => {
    const sendDue = (): void => {
      while (begun < total && (begun * 1000) / rate <= nowMs()) {
        const lane = free.pop();
        if (!lane) return;
        shoot(lane, begun++);
      }
    };
    const shoot = (lane: Lane, number: number): void => {
      const due = (number * 1000) / rate;
      const sent = nowMs();
      lane.send(`/api/recommend/user-${Math.floor(random.float() * users * 1.05)}`, (reply) => {
        const now = nowMs();
        shots.push({ dueMs: now - due, sentMs: now - sent, second: Math.floor(number / rate), ...reply });
        free.push(lane);
        if (shots.length === total) resolve(shots);
        else sendDue();
      });
    };
    pacer.on('message', sendDue);
  });
}

function pace(workerData: Pace): Worker {
  return new Worker(new URL('./pacer.ts', import.meta.url), { workerData });
}

await main(JSON.parse(process.argv[2] ?? '{}') as Load);
