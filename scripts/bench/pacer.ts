import { parentPort, workerData } from 'node:worker_threads';

/** When ticks are due; nanoseconds of `process.hrtime`, which all threads share. */
export interface Pace {
  readonly startNs: bigint;
  readonly everyNs: number;
  readonly ticks: number;
}

/**
 * Main of a thread that wakes its parent at a steady rate. Timers of the event loop count whole milliseconds and fire one or two
 * late, which the latency from due would be charged with; waiting on a futex is exact to some 0.1 ms and costs no processor time.
 */
function main({ startNs, everyNs, ticks }: Pace): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let tick = 0; tick < ticks; tick++) {
    const left = Number(startNs - process.hrtime.bigint()) + tick * everyNs;
    if (left > 0) Atomics.wait(never, 0, 0, left / 1e6);
    parentPort?.postMessage(tick);
  }
}

main(workerData as Pace);
