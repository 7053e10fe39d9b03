import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { openWarehouse, type Warehouse } from './warehouse.ts';

/** What a stage works in: an engine of its own and a private folder. */
export interface Workspace {
  readonly warehouse: Warehouse;
  /** Attempt-private folder of the store; whatever is not taken into the store goes away with it. */
  readonly dir: string;
}

/**
 * Runs work with its own DuckDB and staging folder; both are gone afterwards, also on failure.
 *
 * `onRunning` is called every second while a statement runs.
 */
export async function withWorkspace<Result>(
  store: Store,
  context: StageContext,
  work: (workspace: Workspace) => Promise<Result>,
  onRunning?: () => void,
): Promise<Result> {
  const dir = await store.objects.staging();
  try {
    const warehouse = await openWarehouse({
      threads: context.threads,
      memoryMb: context.memoryMb,
      tempDir: join(dir, 'spill'),
      signal: context.signal,
      ...(onRunning ? { onRunning } : {}),
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
