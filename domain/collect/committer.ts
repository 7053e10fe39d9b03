import type { Manifest } from '../../schemas/artifact.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { StoredManifest } from '../store/manifests.ts';
import type { StagedFile } from '../store/objects.ts';
import type { Store } from '../store/store.ts';
import { schemaHashOf } from '../warehouse/parquet.ts';
import type { WrittenTable } from './sandbox.ts';
import type { StagedSlice } from './slice.ts';
import { sliceManifest } from './slice-output.ts';

/** Takes finished slices into the store, group by group. */
export interface Committer {
  /** Adds a slice; commits the group when it is full. */
  add(slice: StagedSlice): Promise<void>;
  /** Commits a group that has waited long enough. Its failure is thrown by the next `add` or by `finish`. */
  tick(): void;
  /** Commits the rest and returns all manifests by key. */
  finish(): Promise<Map<string, StoredManifest>>;
  /** Slices added so far. */
  done(): number;
}

const groupSlices = 32;
const groupMs = 2000;

/**
 * Makes a committer: files of a group are made durable together, then their manifests. The failpoint `mid` is passed once,
 * when about half of the slices are committed.
 */
export function createCommitter(
  store: Store,
  options: { readonly replace: boolean; readonly total: number; readonly context: StageContext },
): Committer {
  const made = new Map<string, StoredManifest>();
  let added = 0;
  let group: StagedSlice[] = [];
  let waitingSince = 0;
  let passedMid = false;
  let last: Promise<void> = Promise.resolve();

  const commit = async (slices: readonly StagedSlice[]): Promise<void> => {
    const manifests = await takeSlices(store, slices);
    for (const stored of await store.manifests.commit(manifests, options.replace)) {
      made.set(stored.manifest.key, stored);
    }
    if (made.size * 2 >= options.total) await passMid();
  };
  const passMid = async (): Promise<void> => {
    if (passedMid) return;
    passedMid = true;
    await options.context.failpoint('mid');
  };
  const flush = (): Promise<void> => {
    const slices = group;
    group = [];
    if (slices.length > 0) last = last.then(() => commit(slices));
    return last;
  };
  return {
    async add(slice) {
      if (group.length === 0) waitingSince = performance.now();
      group.push(slice);
      added++;
      await (group.length >= groupSlices ? flush() : undefined);
    },
    tick() {
      if (group.length === 0 || performance.now() - waitingSince < groupMs) return;
      flush().catch(() => undefined);
    },
    async finish() {
      await flush();
      await passMid();
      return made;
    },
    done: () => added,
  };
}

async function takeSlices(store: Store, slices: readonly StagedSlice[]): Promise<Manifest[]> {
  const staged = slices.flatMap(({ rows, rejects }) => [
    stagedFile(rows),
    ...(rejects ? [stagedFile(rejects)] : []),
  ]);
  const refs = (await store.objects.take(staged)).values();
  return slices.map((slice): Manifest => {
    const [rows, rejects] = [refs.next().value, slice.rejects ? refs.next().value : undefined];
    if (!rows) throw new Error('The store took fewer files than it was given');
    const columns = slice.rows.columns
      .map(([name]) => name)
      .filter((name) => name !== '_file' && name !== '_line');
    return sliceManifest(slice.scope, { received: slice.received, rows, rejects, columns }, slice.files);
  });
}

function stagedFile({ path, rows, columns }: WrittenTable): StagedFile {
  return { path, rows, schemaHash: schemaHashOf(columns) };
}
