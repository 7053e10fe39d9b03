import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { type EntityName, entities } from '../../schemas/entities.ts';
import type { StageContext } from '../runtime/stage.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { idempotencyKey } from '../store/manifests.ts';
import { sliceOf } from '../store/stage-output.ts';
import { openStore, type Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { quotedString } from '../warehouse/quoting.ts';
import { openWarehouse, type Row, type Warehouse } from '../warehouse/warehouse.ts';
import { noRowsSql, provenanceColumns, typedColumnsSql, typedProvenanceSql } from './entity-sql.ts';

export { stageContext };

/** One clean row as a test types it: entity columns as text, and where it lies. Line 1, file `<slice>.csv` by default. */
export type CleanRow = Readonly<Record<string, string | number | null>>;

/** A store of its own, an engine and what stages are handed, for tests of this room. */
export interface CleanFixture {
  readonly store: Store;
  readonly warehouse: Warehouse;
  readonly context: StageContext;
  /** Heartbeats received so far. */
  readonly beats: Readonly<Record<string, unknown>>[];
  /** Writes rows as the normalize stage does: Parquet in the store, dates of events in the manifest. */
  clean(source: string, entity: EntityName, slice: string, rows: readonly CleanRow[]): Promise<DatasetSlice>;
  /** As `clean`, from a query that yields every clean column. */
  cleanQuery(source: string, entity: EntityName, slice: string, query: string): Promise<DatasetSlice>;
  /** All rows of slices, in their files' order. */
  read(slices: readonly DatasetSlice[] | undefined, columns?: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** Opens a fixture in a new temporary folder; `close` removes it. */
export async function openCleanFixture(threads = 2): Promise<CleanFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-dedup-'));
  const store = await openStore(join(dir, 'store'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 1024, tempDir: join(dir, 'spill') });
  const beats: Readonly<Record<string, unknown>>[] = [];
  const fixture: CleanFixture = {
    store,
    warehouse,
    beats,
    context: stageContext({ threads, heartbeat: (progress) => beats.push(progress) }),
    clean: (source, entity, slice, rows) =>
      fixture.cleanQuery(source, entity, slice, rowsSql(source, entity, slice, rows)),
    async cleanQuery(source, entity, slice, query) {
      const folder = await store.objects.staging();
      const ordered = `select * from (${query}) order by ${provenanceColumns.join(', ')}`;
      const staged = await writeParquet(warehouse, 'clean', ordered, join(folder, 'rows.parquet'));
      const [file] = await store.objects.take([staged]);
      await rm(folder, { recursive: true });
      if (!file) throw new TypeError('no file was taken');
      const isEvent = entities[entity].kind === 'event';
      const eventDates = isEvent ? { [entity]: await countDates(fixture, join(store.dir, file.uri)) } : {};
      const key = idempotencyKey({
        stage: 'normalize',
        version: 1,
        config: { source, entity },
        inputs: [file.sha256],
        scope: slice,
      });
      const [stored] = await store.manifests.commit([
        {
          format: 1,
          stage: 'normalize',
          key,
          version: 1,
          scope: slice,
          files: { [entity]: [file] },
          ledger: [],
          facts: { eventDates },
          parents: [],
        },
      ]);
      if (!stored) throw new TypeError('no manifest was committed');
      return sliceOf(slice, stored, entity);
    },
    async read(slices, columns = '*') {
      const paths = (slices ?? []).flatMap(({ files }) => files.map(({ uri }) => join(store.dir, uri)));
      return paths.length > 0
        ? warehouse.rows('read', `select ${columns} from ${readParquetSql(paths)}`)
        : [];
    },
    async close() {
      warehouse.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return fixture;
}

async function countDates(fixture: CleanFixture, path: string): Promise<Record<string, number>> {
  const counted = await fixture.warehouse.rows(
    'dates',
    `select event_date::varchar as date, count(*) as n from read_parquet(${quotedString(path)}) group by 1 order by 1`,
  );
  return Object.fromEntries(counted.map(({ date, n }) => [String(date), Number(n)]));
}

function rowsSql(source: string, entity: EntityName, slice: string, rows: readonly CleanRow[]): string {
  const own = [
    ...Object.keys(entities[entity].columns),
    ...(entities[entity].kind === 'event' ? ['event_date'] : ['namespace', 'source_rows']),
  ];
  const defaults: CleanRow = { namespace: 'main', source_rows: 1, _file: `${slice}.csv`, _line: 1 };
  const selects = rows.map((row) => {
    const full: CleanRow = { ...defaults, _source: source, _slice: slice, ...row };
    const date = full.event_date ?? String(full.time ?? '').slice(0, 10);
    const value = (name: string): string | number | null =>
      name === 'event_date' ? date : (full[name] ?? null);
    return `select ${[...own, ...provenanceColumns].map((name) => `${literal(value(name))} as ${name}`).join(', ')}`;
  });
  const extra =
    entities[entity].kind === 'event'
      ? 'event_date::date as event_date'
      : 'namespace::varchar as namespace, source_rows::bigint as source_rows';
  const relation = rows.length > 0 ? `(${selects.join(' union all ')})` : noRowsSql(entity);
  return `select ${typedColumnsSql(entity)}, ${extra}, ${typedProvenanceSql} from ${relation}`;
}

function literal(value: string | number | null): string {
  return value === null ? 'null' : quotedString(String(value));
}
