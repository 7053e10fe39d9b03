import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ArtifactRef, DatasetSlice } from '../../schemas/artifact.ts';
import { sourceSchema } from '../../schemas/source.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { hashOf } from '../runtime/hashing.ts';
import type { StageContext } from '../runtime/stage.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openStore, type Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { openWarehouse, type Row, type Warehouse } from '../warehouse/warehouse.ts';
import { normalizeSlices } from './normalize.ts';
import type { SourceRules } from './rules.ts';

export { stageContext };

/** A value of a raw text column. */
type Cell = string | null;

/** A raw slice as a test types it. Lines count from 1 in the order of `rows`. */
export interface RawSlice {
  readonly slice?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly file?: string;
  /** What collect could not read: reason and number of source rows. */
  readonly rejects?: readonly { readonly reason: string; readonly rows: number; readonly raw?: string }[];
}

/** A source as a user writes it, without its path. */
export type SourceInput = Omit<z.input<typeof sourceSchema>, 'path'>;

/** What a test may vary. */
export interface NormalizeOptions {
  readonly name?: string;
  readonly timezone?: string;
  readonly currency?: string;
  readonly normalizers?: SourceRules['normalizers'] & {};
  readonly data?: SourceRules['data'] & {};
  readonly repair?: SourceRules['repair'] & {};
  readonly decisions?: SourceRules['decisions'] & {};
  readonly context?: Partial<StageContext>;
}

/** A store of its own with raw slices, as collect leaves them, for tests of this room. */
export interface RawFixture {
  readonly store: Store;
  readonly warehouse: Warehouse;
  raw(slice: RawSlice): Promise<DatasetSlice>;
  /** A raw slice from one query per file; each must yield `_file` and `_line`. `sourceFiles` are those it says it was made of. */
  rawQueries(
    slice: string,
    columns: readonly string[],
    queries: readonly string[],
    sourceFiles?: readonly string[],
  ): Promise<DatasetSlice>;
  normalize(
    source: SourceInput,
    slices: readonly DatasetSlice[],
    options?: NormalizeOptions,
  ): Promise<StageOutput>;
  /** All rows of a dataset, in its files' order. */
  read(output: StageOutput, dataset: string, columns?: string): Promise<Row[]>;
  /** Names left in the staging folder. */
  staged(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens a fixture in a new temporary folder; `close` removes it. */
export async function openRawFixture(): Promise<RawFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-normalize-'));
  const store = await openStore(join(dir, 'store'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 1024, tempDir: join(dir, 'spill') });

  const write = async (query: string): Promise<ArtifactRef> => {
    const folder = await store.objects.staging();
    const staged = await writeParquet(warehouse, 'raw', query, join(folder, 'rows.parquet'));
    const [file] = await store.objects.take([staged]);
    await rm(folder, { recursive: true });
    if (!file) throw new TypeError('no file was taken');
    return file;
  };
  const commit = async (
    slice: string,
    columns: readonly string[],
    rows: readonly ArtifactRef[],
    rejects: readonly ArtifactRef[],
    sourceFiles: readonly string[] = [],
  ): Promise<DatasetSlice> => {
    const files = {
      ...(rows.length > 0 ? { rows: [...rows] } : {}),
      ...(rejects.length > 0 ? { rejects: [...rejects] } : {}),
    };
    const [stored] = await store.manifests.commit([
      {
        format: 1,
        stage: 'collect',
        key: hashOf({ slice, columns, files, sourceFiles }),
        version: 1,
        scope: `orders/${slice}`,
        files,
        ledger: [],
        facts: { columns, files: sourceFiles.map((path) => ({ path })) },
        parents: [],
      },
    ]);
    if (!stored) throw new TypeError('no manifest was committed');
    const total = rows.reduce((sum, file) => sum + file.rows, 0);
    return { slice, manifest: stored.ref, files: [...rows], rows: total, bytes: 0 };
  };

  return {
    store,
    warehouse,
    async raw({ slice = '2026-10-01', columns, rows, file = `${slice}.csv`, rejects = [] }) {
      return commit(
        slice,
        columns,
        rows.length > 0 ? [await write(rowsSql(columns, rows, file))] : [],
        rejects.length > 0 ? [await write(rejectsSql(rejects, file))] : [],
        [file],
      );
    },
    async rawQueries(slice, columns, queries, sourceFiles = []) {
      const files: ArtifactRef[] = [];
      for (const query of queries) files.push(await write(`select * from (${query}) order by _file, _line`));
      return commit(slice, columns, files, [], sourceFiles);
    },
    normalize(
      input,
      slices,
      {
        name = 'orders',
        timezone = 'UTC',
        currency = 'EUR',
        normalizers = {},
        data = {},
        repair,
        decisions = new Map(),
        context = {},
      } = {},
    ) {
      const source = sourceSchema.parse({ path: '{date}.csv', ...input });
      return normalizeSlices(store, stageContext(context), {
        name,
        source,
        timezone,
        currency,
        normalizers,
        data,
        ...(repair ? { repair } : {}),
        decisions,
        raw: slices,
      });
    },
    async read(output, dataset, columns = '*') {
      const rows: Row[] = [];
      for (const { files } of output.datasets[dataset] ?? []) {
        const paths = await store.objects.openAll(files);
        if (paths.length === 0) continue;
        rows.push(...(await warehouse.rows('read', `select ${columns} from ${readParquetSql(paths)}`)));
      }
      return rows;
    },
    staged: () => readdir(join(store.dir, 'staging')),
    async close() {
      warehouse.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function rowsSql(columns: readonly string[], rows: readonly (readonly Cell[])[], file: string): string {
  const values = rows.map((row, index) => `(${[...row.map(literal), literal(file), index + 1].join(', ')})`);
  const names = columns.map((name, index) => `cast(c${index} as varchar) as ${quotedIdentifier(name)}`);
  const aliases = [...columns.map((_, index) => `c${index}`), 'f', 'l'].join(', ');
  return `select ${[...names, 'cast(f as varchar) as _file', 'cast(l as bigint) as _line'].join(', ')}
from (values ${values.join(', ')}) as t (${aliases})
order by _line`;
}

function rejectsSql(rejects: NonNullable<RawSlice['rejects']>, file: string): string {
  const values = rejects.map(
    ({ reason, rows, raw = 'raw text' }, index) =>
      `(${[literal(file), index + 1, literal(reason), literal('cannot be read'), literal(raw), rows].join(', ')})`,
  );
  return `select file, cast(line as bigint) as line, reason, message, raw, cast(rows as bigint) as rows
from (values ${values.join(', ')}) as t (file, line, reason, message, raw, rows)
order by line`;
}

function literal(value: Cell): string {
  return value === null ? 'null' : quotedString(value);
}
