import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** How long a process's event loop stood still at most, and the 99th percentile of its turns, in milliseconds. */
export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds between two looks; every delay measured holds one. */
const resolution = 1;

/**
 * Preloaded into the server (`node --import`): the signal SIGUSR2 starts the measurement anew, the end of the process writes it to
 * the file named by STOCKTAKE_BENCH_LOOP_DELAY.
 */
function measureLoopDelay(file: string): void {
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  process.on('SIGUSR2', () => delays.reset());
  process.once('exit', () => {
    const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
    const found: LoopDelay = { p99: ms(delays.percentile(99)), max: ms(delays.max) };
    writeFileSync(file, JSON.stringify(found));
  });
}

const file = process.env.STOCKTAKE_BENCH_LOOP_DELAY;
if (isMainThread && file) measureLoopDelay(file);
