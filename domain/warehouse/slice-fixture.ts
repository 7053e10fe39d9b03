import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { hashOf } from '../runtime/hashing.ts';
import { sliceOf } from '../store/stage-output.ts';
import { openStore, type Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from './parquet.ts';
import { openWarehouse, type Row } from './warehouse.ts';

/** A store of its own for tests of stages that read datasets. */
export interface SliceFixture {
  readonly store: Store;
  /** Writes the rows of a query, which must be ordered, as one slice of a dataset. */
  slice(dataset: string, slice: string, query: string): Promise<DatasetSlice>;
  /** All rows of slices in their files' order. */
  read(slices: readonly DatasetSlice[] | undefined, columns?: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** Opens a fixture in a new temporary folder; `close` removes it. */
export async function openSliceFixture(): Promise<SliceFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-slices-'));
  const store = await openStore(join(dir, 'store'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 512, tempDir: join(dir, 'spill') });
  return {
    store,
    async slice(dataset, slice, query) {
      const folder = await store.objects.staging();
      const staged = await writeParquet(warehouse, dataset, query, join(folder, 'rows.parquet'));
      const files = await store.objects.take([staged]);
      await rm(folder, { recursive: true });
      const key = hashOf({ dataset, slice, files });
      const [stored] = await store.manifests.commit([
        {
          format: 1,
          stage: 'fixture',
          key,
          version: 1,
          scope: slice,
          files: { rows: files },
          ledger: [],
          facts: {},
          parents: [],
        },
      ]);
      if (!stored) throw new TypeError('no manifest was committed');
      return sliceOf(slice, stored, 'rows');
    },
    async read(slices, columns = '*') {
      const paths = await store.objects.openAll((slices ?? []).flatMap(({ files }) => files));
      return warehouse.rows('read', `select ${columns} from ${readParquetSql(paths)}`);
    },
    async close() {
      warehouse.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
