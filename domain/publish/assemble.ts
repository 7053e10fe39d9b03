import type { DatasetSlice, Manifest, Snapshot } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { readDataset } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';

/** Dataset name → its slices. */
export type Datasets = Record<string, DatasetSlice[]>;

/** All datasets of a snapshot; none for a new store. */
export async function datasetsOf(store: Store, snapshot: Snapshot | undefined): Promise<Datasets> {
  const datasets: Datasets = {};
  for (const [name, entry] of Object.entries(snapshot?.datasets ?? {})) {
    datasets[name] = (await readDataset(store.objects, entry)).slices;
  }
  return datasets;
}

/**
 * The datasets as this run will publish them: what was published before, overlaid slice by slice with what this run made.
 *
 * A refused slice (facts.refused in its manifest) never replaces a published one: of `clean.*` the earlier slice stays,
 * or none. A dataset an output holds as a whole (`whole`) keeps nothing from before. `quarantine.*` always takes the new
 * one. A slice made again without quarantined rows leaves quarantine; one made again without repairs leaves `repairs.*`.
 */
export async function assembleDatasets(
  store: Store,
  base: Snapshot | undefined,
  outputs: readonly StageOutput[],
): Promise<Datasets> {
  const datasets = await datasetsOf(store, base);
  for (const output of outputs) {
    for (const [name, slices] of Object.entries(output.datasets)) {
      const accepted = name.startsWith('clean.') ? await withoutRefused(store, slices) : slices;
      const before = output.whole?.includes(name) ? [] : (datasets[name] ?? []);
      datasets[name] = overlay(before, accepted);
    }
  }
  for (const output of outputs) leaveTold(datasets, output);
  return datasets;
}

/** Replaces slices of one name, keeps the others, ordered by name. */
export function overlay(before: readonly DatasetSlice[], now: readonly DatasetSlice[]): DatasetSlice[] {
  const bySlice = new Map([...before, ...now].map((slice) => [slice.slice, slice]));
  return [...bySlice.values()].sort((a, b) => (a.slice < b.slice ? -1 : 1));
}

async function withoutRefused(store: Store, slices: readonly DatasetSlice[]): Promise<DatasetSlice[]> {
  const manifests = await store.manifests.readAll(slices.map((slice) => slice.manifest));
  return slices.filter((_, index) => !isRefused(manifests[index]));
}

function isRefused(manifest: Manifest | undefined): boolean {
  return manifest?.facts.refused !== undefined && manifest.facts.refused !== null;
}

/** What is told of a slice goes once the slice is made again without it: quarantine always, repairs with its clean rows. */
function leaveTold(datasets: Datasets, output: StageOutput): void {
  if (output.stage !== 'normalize') return;
  for (const source of new Set(output.ledger.map((entry) => entry.source))) {
    const judged = output.ledger.filter((entry) => entry.source === source).map(({ slice }) => slice);
    const cleaned = Object.entries(output.datasets)
      .filter(([dataset]) => dataset.startsWith(`clean.${source}.`))
      .flatMap(([, slices]) => slices.map(({ slice }) => slice));
    leave(datasets, output, `quarantine.${source}`, new Set(judged));
    leave(datasets, output, `repairs.${source}`, new Set(cleaned));
  }
}

/** Drops the slices of a dataset that were made again without it. */
function leave(datasets: Datasets, output: StageOutput, name: string, made: ReadonlySet<string>): void {
  const there = new Set((output.datasets[name] ?? []).map(({ slice }) => slice));
  const kept = datasets[name]?.filter(({ slice }) => !made.has(slice) || there.has(slice));
  if (kept) datasets[name] = kept;
}
