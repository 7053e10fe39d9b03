import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, PlatformError, systemErrorCode } from '../runtime/errors.ts';
import { createManifests, type Manifests } from './manifests.ts';
import { createExclusively, createObjects, type Objects } from './objects.ts';
import { createRuns, type Runs } from './runs.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';

/** The store's layout version; a newer one is refused, an older one upgraded when there is one. */
export const storeFormat = 1;

/** One store folder: all state of a project but Temporal's own. */
export interface Store {
  /** Absolute path. */
  readonly dir: string;
  readonly objects: Objects;
  readonly manifests: Manifests;
  readonly snapshots: Snapshots;
  readonly runs: Runs;
}

/**
 * Opens a store folder, making it when absent.
 *
 * @throws ConfigError STK-STORE-FORMAT when a newer Stocktake wrote it
 * @throws PlatformError STK-STORE-UNWRITABLE
 */
export async function openStore(dir: string): Promise<Store> {
  const path = join(dir, 'format.json');
  try {
    await mkdir(dir, { recursive: true });
    await createExclusively(path, `${JSON.stringify({ format: storeFormat })}\n`);
  } catch (cause) {
    throw new PlatformError(
      `Cannot write to the store folder ${dir} (${systemErrorCode(cause) ?? 'unknown reason'}); choose another with --store, or free it`,
      { code: 'STK-STORE-UNWRITABLE', details: { dir }, cause },
    );
  }
  const found = JSON.parse(await readFile(path, 'utf8')) as { format?: unknown };
  if (found.format !== storeFormat) {
    throw new ConfigError(
      `The store ${dir} has format ${String(found.format)}, this Stocktake reads ${storeFormat}; use the Stocktake that wrote it, or another --store`,
      { code: 'STK-STORE-FORMAT', details: { dir, found: found.format } },
    );
  }
  const objects = createObjects(dir);
  return {
    dir,
    objects,
    manifests: createManifests(dir, objects),
    snapshots: createSnapshots(dir),
    runs: createRuns(dir),
  };
}
