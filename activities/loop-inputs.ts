import { readEmbeddings } from '../domain/embed/embed-texts.ts';
import type { DenseMatrix } from '../domain/math/sparse.ts';
import type { Datasets } from '../domain/publish/assemble.ts';
import type { ItemFeatures } from '../domain/recommend/recipe.ts';
import { readParquetSql } from '../domain/warehouse/parquet.ts';
import { quotedString } from '../domain/warehouse/quoting.ts';
import { withWorkspace } from '../domain/warehouse/workspace.ts';
import type { DatasetSlice } from '../schemas/artifact.ts';
import type { Config } from '../schemas/config.ts';
import type { StepScope } from './boundary.ts';

/** Source → namespace of its items, as the configuration maps its events and reviews. */
export function namespacesOf({ sources }: Config): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sources).flatMap(([source, { entities }]) => {
      const mapping = entities.events ?? entities.reviews;
      return mapping ? [[source, mapping.namespace]] : [];
    }),
  );
}

/** Seed of everything that draws: one for a project, so that the same data gives the same model on any date. */
export function seedOf({ project }: Config): number {
  let seed = 7;
  for (const character of project) seed = (seed * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_647;
  return seed;
}

/** Slices of text vectors and of who has which text. */
export function vectorSlices(datasets: Datasets): DatasetSlice[] {
  return [...(datasets['feature.texts'] ?? []), ...(datasets['feature.embeddings'] ?? [])];
}

/**
 * Vectors of items or reviews in the order of their ids: a row of zeros where there is no text, undefined where nothing was
 * encoded.
 */
export async function vectorsOf(
  scope: StepScope,
  datasets: Datasets,
  kind: 'item' | 'review',
  ids: readonly string[],
): Promise<DenseMatrix | undefined> {
  const shards = datasets['feature.embeddings'] ?? [];
  const owners = await scope.store.objects.openAll(
    (datasets['feature.texts'] ?? []).flatMap(({ files }) => files),
  );
  if (shards.length === 0 || owners.length === 0 || ids.length === 0) return undefined;
  const { hashes, vectors, dimensions } = await readEmbeddings(scope.store, shards);
  const rowOf = new Map(hashes.map((hash, row) => [hash, row]));
  const hashOf = await textHashes(scope, owners, kind);
  const values = new Float32Array(ids.length * dimensions);
  for (const [index, id] of ids.entries()) {
    const row = rowOf.get(hashOf.get(id) ?? '');
    if (row !== undefined)
      values.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions);
  }
  return { rows: ids.length, width: dimensions, values };
}

/** Vectors and category labels of items, as the recommender takes them. */
export async function itemFeatures(
  scope: StepScope,
  datasets: Datasets,
  itemIds: readonly string[],
): Promise<ItemFeatures> {
  const dense = await vectorsOf(scope, datasets, 'item', itemIds);
  const labels = await itemLabels(scope, datasets, itemIds);
  return {
    ...(dense ? { vectors: { dim: dense.width, values: dense.values } } : {}),
    ...(labels ? { labels } : {}),
  };
}

async function itemLabels(
  scope: StepScope,
  datasets: Datasets,
  itemIds: readonly string[],
): Promise<ItemFeatures['labels']> {
  const files = await scope.store.objects.openAll(
    (datasets['label.items'] ?? []).flatMap((slice) => slice.files),
  );
  if (files.length === 0) return undefined;
  const rows = await withWorkspace(scope.store, scope.context, ({ warehouse }) =>
    warehouse.rows(
      'item_labels',
      `select item_id, label, confidence from ${readParquetSql(files)} where label is not null order by item_id`,
    ),
  );
  if (rows.length === 0) return undefined;
  const names = [...new Set(rows.map(({ label }) => String(label)))].sort();
  const numberOf = new Map(names.map((name, index) => [name, index]));
  const labelOf = new Map(
    rows.map(({ item_id, label, confidence }) => [
      String(item_id),
      { column: numberOf.get(String(label)) ?? 0, value: Number(confidence) },
    ]),
  );
  const offsets = new Int32Array(itemIds.length + 1);
  const [columns, values]: [number[], number[]] = [[], []];
  for (const [index, id] of itemIds.entries()) {
    const own = labelOf.get(id);
    if (own) {
      columns.push(own.column);
      values.push(own.value);
    }
    offsets[index + 1] = columns.length;
  }
  return {
    labels: names.length,
    rows: { offsets, columns: Int32Array.from(columns), values: Float32Array.from(values) },
  };
}

async function textHashes(
  { store, context }: StepScope,
  owners: readonly string[],
  kind: 'item' | 'review',
): Promise<Map<string, string>> {
  return withWorkspace(store, context, async ({ warehouse }) => {
    const hashes = new Map<string, string>();
    for (const digit of '0123456789abcdef') {
      const rows = await warehouse.rows(
        'text_hashes',
        `select id, hash from ${readParquetSql(owners)} where kind = ${quotedString(kind)} and starts_with(hash, ${quotedString(digit)}) order by id`,
      );
      for (const { id, hash } of rows) hashes.set(String(id), String(hash));
    }
    return hashes;
  });
}
