import {
  type DatasetEntry,
  type DatasetIndex,
  type DatasetSlice,
  datasetIndexSchema,
  type Snapshot,
} from '../../schemas/artifact.ts';
import type { Objects } from './objects.ts';

/** Writes a dataset's index (slices ordered by name) and returns how a snapshot names it. */
export async function putDataset(
  objects: Objects,
  dataset: string,
  slices: readonly DatasetSlice[],
): Promise<DatasetEntry> {
  const ordered = [...slices].sort((a, b) => (a.slice < b.slice ? -1 : 1));
  const total = (pick: (slice: DatasetSlice) => number): number =>
    ordered.reduce((sum, slice) => sum + pick(slice), 0);
  const index: DatasetIndex = { format: 1, dataset, slices: ordered };
  const rows = total((slice) => slice.rows);
  return {
    index: await objects.putJson(index, rows),
    slices: ordered.length,
    rows,
    bytes: total((slice) => slice.bytes),
  };
}

/** Reads and checks a dataset's index. */
export async function readDataset(objects: Objects, entry: DatasetEntry): Promise<DatasetIndex> {
  return datasetIndexSchema.parse(await objects.readJson(entry.index));
}

/** The slices a snapshot has of a dataset; none where the snapshot or the dataset is absent. */
export async function slicesOf(
  objects: Objects,
  snapshot: Snapshot | undefined,
  dataset: string,
): Promise<DatasetSlice[]> {
  const entry = snapshot?.datasets[dataset];
  return entry ? (await readDataset(objects, entry)).slices : [];
}

/** Slices of days up to a date; a slice that is no day (`all`: files without a date in their name) always counts. */
export function upTo(slices: readonly DatasetSlice[], date: string): DatasetSlice[] {
  return slices.filter(({ slice }) => !/^\d{4}-\d{2}-\d{2}$/.test(slice) || slice <= date);
}
