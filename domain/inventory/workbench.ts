import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { withWorkspace } from '../warehouse/workspace.ts';

/** What the parts of an inventory work with. */
export interface Workbench {
  readonly store: Store;
  readonly warehouse: Warehouse;
  /** Attempt-private folder of the store; what is not taken into the store goes away with it. */
  readonly dir: string;
  /** Sets what heartbeats say from now on, and sends one. @throws the signal's reason when the run is cancelled */
  readonly progress: (doing: string) => void;
  /** A table expression over the verified files of slices. @throws ArtifactError STK-ARTIFACT-CHECKSUM */
  readonly relation: (slices: readonly DatasetSlice[]) => Promise<string>;
}

/**
 * Runs work with its own DuckDB and staging folder; both are gone afterwards, also on failure.
 *
 * Heartbeats go out at each step and every second while a statement runs, and nowhere else, so that a hang is found.
 */
export async function withWorkbench<Result>(
  store: Store,
  context: StageContext,
  work: (bench: Workbench) => Promise<Result>,
): Promise<Result> {
  let doing = 'open';
  const beat = (): void => context.heartbeat({ doing });
  const progress = (step: string): void => {
    context.signal.throwIfAborted();
    doing = step;
    beat();
  };
  return withWorkspace(
    store,
    context,
    (workspace) => work({ store, ...workspace, progress, relation: relationOf(store, progress) }),
    beat,
  );
}

/** Files whose hash is checked between two heartbeats. */
const filesPerBeat = 64;

/** Checks every file once, in small groups so that heartbeats go on, and remembers what was checked. */
function relationOf(store: Store, progress: Workbench['progress']): Workbench['relation'] {
  const checked = new Map<string, string>();
  return async (slices) => {
    const refs = slices.flatMap(({ files }) => files);
    const fresh = refs.filter(({ sha256 }) => !checked.has(sha256));
    for (let from = 0; from < fresh.length; from += filesPerBeat) {
      const group = fresh.slice(from, from + filesPerBeat);
      progress(`check ${from + group.length} of ${fresh.length} files`);
      const paths = await store.objects.openAll(group);
      group.forEach(({ sha256 }, index) => {
        checked.set(sha256, paths[index] ?? '');
      });
    }
    return readParquetSql([...new Set(refs.map(({ sha256 }) => checked.get(sha256) ?? ''))]);
  };
}
