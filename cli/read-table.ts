import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../domain/runtime/errors.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import type { Store } from '../domain/store/store.ts';
import { readParquetSql } from '../domain/warehouse/parquet.ts';
import { openWarehouse, type Parameters, type Row, type Warehouse } from '../domain/warehouse/warehouse.ts';
import type { DatasetSlice, Snapshot } from '../schemas/artifact.ts';

/**
 * Reads a dataset of a snapshot through SQL: `query` receives the relation to select from. Empty where the snapshot has
 * no such dataset. Files are checked by their sha256.
 */
export async function readTable(
  store: Store,
  snapshot: Snapshot | undefined,
  dataset: string,
  query: (relation: string) => string,
  parameters?: Parameters,
): Promise<Row[]> {
  const slices = await slicesOf(store.objects, snapshot, dataset);
  const paths = await store.objects.openAll(slices.flatMap((slice) => slice.files));
  if (paths.length === 0) return [];
  return withWarehouse((warehouse) => warehouse.rows(dataset, query(readParquetSql(paths)), parameters));
}

/** The current snapshot. @throws CliError STK-STORE-EMPTY saying what to do */
export async function currentSnapshot(store: Store): Promise<Snapshot> {
  const snapshot = await store.snapshots.current();
  if (snapshot) return snapshot;
  throw new CliError(`Nothing is published in ${store.dir} yet; run a night first: stocktake run`, {
    code: 'STK-STORE-EMPTY',
    exitCode: 1,
  });
}

/** Columns of the Parquet files of slices, name and DuckDB type in file order; none where they are no Parquet. */
export async function describeFiles(
  store: Store,
  warehouse: Warehouse,
  slices: readonly DatasetSlice[],
): Promise<{ readonly name: string; readonly type: string }[]> {
  const files = slices.flatMap((slice) => slice.files).filter(({ uri }) => uri.endsWith('.parquet'));
  const paths = await store.objects.openAll(files);
  if (paths.length === 0) return [];
  const rows = await warehouse.rows('describe', `describe select * from ${readParquetSql(paths)}`);
  return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
}

/** Runs work with a small engine of its own, gone afterwards. */
export async function withWarehouse<Result>(
  work: (warehouse: Warehouse) => Promise<Result>,
): Promise<Result> {
  const tempDir = await mkdtemp(join(tmpdir(), 'stocktake-read-'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 1024, tempDir });
  try {
    return await work(warehouse);
  } finally {
    warehouse.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}
