import type { ManifestRef } from '../../schemas/artifact.ts';
import { catalogEntry, isDatasetOf } from '../../schemas/catalog.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { PublishedSlice, SliceAncestry } from './slice-ancestry.ts';
import { type SourceFile, sourceFilesOf } from './source-files.ts';

/** What a training read, down to the received files. */
export interface TrainingData {
  readonly manifest: ManifestRef;
  /** Slices it read itself: events, items, clusters, vectors, labels. By dataset and slice. */
  readonly slices: readonly PublishedSlice[];
  /** Slices of the sources these were made from, by dataset and slice. */
  readonly raw: readonly PublishedSlice[];
  /** Files of those. */
  readonly files: readonly SourceFile[];
  /** Hashes of manifests that no snapshot knows any more: what was read by them cannot be told. */
  readonly unknown: readonly string[];
}

/** The rows of one file that the store took: from the first to the last, and how many lie between. */
export interface RowRange extends SourceFile {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly rows: number;
}

/** Datasets whose parents are followed; vectors and labels are made from the items that are followed already. */
const followed = ['unified.*', 'match.*', 'match.records.*', 'clean.*.*'];

/**
 * Follows a training back to the received files: its manifest names the slices it read, their manifests what those were
 * made from.
 *
 * @throws ArtifactError STK-MANIFEST-MISSING, STK-ARTIFACT-CHECKSUM
 */
export async function trainingData(
  store: Store,
  ancestry: SliceAncestry,
  manifest: ManifestRef,
): Promise<TrainingData> {
  const met = new Map<string, PublishedSlice[]>();
  const unknown: string[] = [];
  const meet = async (hashes: readonly string[], reads: readonly string[]): Promise<PublishedSlice[]> => {
    const fresh = [...new Set(hashes)].filter((hash) => !met.has(hash));
    const found = await ancestry.find(fresh);
    const read = found.filter(({ dataset }) => isAny(reads, dataset));
    for (const hash of fresh) {
      met.set(
        hash,
        read.filter(({ slice }) => slice.manifest.sha256 === hash),
      );
      if (!found.some(({ slice }) => slice.manifest.sha256 === hash)) unknown.push(hash);
    }
    return read;
  };
  const slices = await meet((await store.manifests.read(manifest)).parents, readsOf(['recommend.model']));
  for (let level = slices; level.length > 0; ) {
    const parents = level.filter(({ dataset }) => isAny(followed, dataset));
    const manifests = await store.manifests.readAll(distinctManifests(parents));
    const reads = readsOf(parents.map(({ dataset }) => dataset));
    level = await meet(
      manifests.flatMap((one) => one.parents),
      reads,
    );
  }
  const raw = [...met.values()].flat().filter(({ dataset }) => dataset.startsWith('raw.'));
  const files = (await store.manifests.readAll(distinctManifests(raw))).flatMap(sourceFilesOf);
  return {
    manifest,
    slices: [...slices].sort(byName),
    raw: [...raw].sort(byName),
    files: [...files].sort(byPlace),
    unknown: unknown.sort(),
  };
}

/** The rows of every file that raw slices took. A file all of whose rows were kept out has no range. */
export async function rowRanges(
  store: Store,
  warehouse: Warehouse,
  { raw, files }: TrainingData,
): Promise<RowRange[]> {
  const ranges: RowRange[] = [];
  for (const dataset of [...new Set(raw.map((one) => one.dataset))]) {
    const source = dataset.slice('raw.'.length);
    const refs = raw.filter((one) => one.dataset === dataset).flatMap(({ slice }) => slice.files);
    const paths = await store.objects.openAll(refs);
    if (paths.length === 0) continue;
    const rows = await warehouse.rows('lineage.row_ranges', rangesSql(paths));
    const found = new Map(rows.map((row) => [String(row.file), row]));
    for (const file of files.filter((one) => one.source === source)) {
      const row = found.get(file.file);
      if (row === undefined) continue;
      const [firstRow, lastRow, count] = [Number(row.first_row), Number(row.last_row), Number(row.row_count)];
      ranges.push({ ...file, firstRow, lastRow, rows: count });
    }
  }
  return ranges;
}

/** Patterns of the datasets that some datasets are made from; what else shares a manifest with them is not read. */
function readsOf(datasets: readonly string[]): string[] {
  return [...new Set(datasets.flatMap((dataset) => catalogEntry(dataset)?.reads ?? []))];
}

function isAny(patterns: readonly string[], dataset: string): boolean {
  return patterns.some((pattern) => isDatasetOf(pattern, dataset));
}

function distinctManifests(slices: readonly PublishedSlice[]): ManifestRef[] {
  return [...new Map(slices.map(({ slice }) => [slice.manifest.sha256, slice.manifest])).values()];
}

function rangesSql(paths: readonly string[]): string {
  return `select
  _file as file,
  min(_line)::bigint as first_row,
  max(_line)::bigint as last_row,
  count(*)::bigint as row_count
from ${readParquetSql(paths)}
group by _file
order by _file`;
}

function byName(a: PublishedSlice, b: PublishedSlice): number {
  const [left, right] = [`${a.dataset} ${a.slice.slice}`, `${b.dataset} ${b.slice.slice}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function byPlace(a: SourceFile, b: SourceFile): number {
  const [left, right] = [
    `${a.source} ${a.slice} ${a.file} ${a.sha256}`,
    `${b.source} ${b.slice} ${b.file} ${b.sha256}`,
  ];
  return left < right ? -1 : left > right ? 1 : 0;
}
