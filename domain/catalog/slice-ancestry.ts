import type { DatasetIndex, DatasetSlice } from '../../schemas/artifact.ts';
import { readDataset } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';

/** A slice of a dataset as some snapshot published it. */
export interface PublishedSlice {
  readonly dataset: string;
  readonly slice: DatasetSlice;
}

/** Slices by the hash of their manifest: what a manifest names as its parents. */
export interface SliceAncestry {
  /** Every published slice under these hashes; a hash no snapshot knows any more has none. */
  find(hashes: readonly string[]): Promise<PublishedSlice[]>;
}

/**
 * Opens the search over all snapshots of a store, the newest first: older ones are read only while a hash is wanted that the
 * newer ones do not know. An index that several snapshots share is read once.
 */
export function createSliceAncestry(store: Store): SliceAncestry {
  const known = new Map<string, PublishedSlice[]>();
  const seen = new Set<string>();
  let ahead: number[] | undefined;

  const learn = ({ dataset, slices }: DatasetIndex): void => {
    for (const slice of slices) {
      const hash = slice.manifest.sha256;
      const there = known.get(hash) ?? [];
      if (there.some((one) => one.dataset === dataset && one.slice.slice === slice.slice)) continue;
      known.set(hash, [...there, { dataset, slice }]);
    }
  };
  const readNext = async (number: number): Promise<void> => {
    const { datasets } = await store.snapshots.read(number);
    for (const entry of Object.values(datasets)) {
      if (seen.has(entry.index.sha256)) continue;
      seen.add(entry.index.sha256);
      learn(await readDataset(store.objects, entry));
    }
  };
  return {
    async find(hashes) {
      ahead ??= await store.snapshots.numbers();
      while (ahead.length > 0 && hashes.some((hash) => !known.has(hash))) {
        await readNext(ahead.pop() as number);
      }
      return [...new Set(hashes)].flatMap((hash) => known.get(hash) ?? []);
    },
  };
}
