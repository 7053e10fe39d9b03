import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';

/** What a piece of de-duplication works with: an engine, a private folder and a way to report. */
export interface Scratch {
  readonly warehouse: Warehouse;
  /** Attempt-private folder of the store; whatever is not taken into the store goes away with it. */
  readonly dir: string;
}

/**
 * Runs work with its own DuckDB and staging folder, both gone afterwards, also on failure.
 */
export async function withScratch<Result>(
  store: Store,
  context: StageContext,
  work: (scratch: Scratch) => Promise<Result>,
): Promise<Result> {
  const dir = await store.objects.staging();
  try {
    const warehouse = await openWarehouse({
      threads: context.threads,
      memoryMb: context.memoryMb,
      tempDir: join(dir, 'spill'),
      signal: context.signal,
    });
    try {
      return await work({ warehouse, dir });
    } finally {
      warehouse.close();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Reports progress at once and again every second until the work ends; refuses to start when the run is cancelled. */
export async function withHeartbeat<Result>(
  context: StageContext,
  step: string,
  work: (progress: (fields: Readonly<Record<string, unknown>>) => void) => Promise<Result>,
): Promise<Result> {
  let last: Readonly<Record<string, unknown>> = { step };
  const progress = (fields: Readonly<Record<string, unknown>>): void => {
    context.signal.throwIfAborted();
    last = { step, ...fields };
    context.heartbeat(last);
  };
  progress({});
  const timer = setInterval(() => context.heartbeat(last), 1000);
  try {
    return await work(progress);
  } finally {
    clearInterval(timer);
  }
}
