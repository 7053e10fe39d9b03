import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetSlice, LedgerEntry, Manifest } from '../../schemas/artifact.ts';
import { type ConfigInput, configSchema } from '../../schemas/config.ts';
import { type EntityName, entities } from '../../schemas/entities.ts';
import { idempotencyKey } from '../store/manifests.ts';
import { openStore, type Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { openWarehouse, type Row, type Warehouse } from '../warehouse/warehouse.ts';

export { stageContext } from '../runtime/stage-fixture.ts';

/** A row as a test types it: column → text, number or nothing. */
export type TypedRow = Readonly<Record<string, string | number | null>>;

/** A store of its own and ways to fill it as the stages before inventory do. */
export interface StockFixture {
  readonly store: Store;
  readonly warehouse: Warehouse;
  /** Writes one slice of a dataset. Column types by name; default varchar. */
  slice(given: SliceGiven): Promise<DatasetSlice>;
  /** All rows of a one-slice dataset, in its file's order. */
  read(slices: readonly DatasetSlice[] | undefined): Promise<Row[]>;
  close(): Promise<void>;
}

/** One slice to write. */
export interface SliceGiven {
  readonly dataset: string;
  readonly slice: string;
  readonly rows: readonly TypedRow[];
  readonly types?: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly ledger?: readonly LedgerEntry[];
}

/** Opens a fixture in a new temporary folder; `close` removes it. */
export async function openStockFixture(): Promise<StockFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-inventory-'));
  const store = await openStore(join(dir, 'store'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 1024, tempDir: join(dir, 'spill') });
  return {
    store,
    warehouse,
    async slice(given) {
      const folder = await store.objects.staging();
      const staged = await writeParquet(warehouse, 'fixture', rowsSql(given), join(folder, 'rows.parquet'));
      const files = await store.objects.take([staged]);
      await rm(folder, { recursive: true });
      const [stored] = await store.manifests.commit([manifestOf(given, files)]);
      if (!stored) throw new TypeError('no manifest was committed');
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      return { slice: given.slice, manifest: stored.ref, files, rows: given.rows.length, bytes };
    },
    async read(slices = []) {
      const paths = slices.flatMap(({ files }) => files.map(({ uri }) => join(store.dir, uri)));
      return warehouse.rows('read', `select * from ${readParquetSql(paths)}`);
    },
    async close() {
      warehouse.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Column types of a unified entity, with what unification adds. */
export function unifiedTypes(entity: EntityName): Record<string, string> {
  const sql = {
    text: 'varchar',
    money: 'decimal(18,4)',
    number: 'decimal(18,6)',
    integer: 'bigint',
    time: 'timestamp',
    date: 'date',
    json: 'varchar',
  } as const;
  const own = Object.entries(entities[entity].columns).map(([name, { type }]) => [name, sql[type]]);
  return { ...Object.fromEntries(own), event_date: 'date', source_rows: 'bigint', _line: 'bigint' };
}

/** Every column of a unified entity, null, to type the others over. */
export function unifiedRow(entity: EntityName, values: TypedRow): TypedRow {
  const own = Object.fromEntries(Object.keys(entities[entity].columns).map((name) => [name, null]));
  const added =
    entities[entity].kind === 'event'
      ? { event_date: String(values.time ?? '').slice(0, 10), _source: 'orders' }
      : { namespaces: '["main"]', sources: '["orders"]', source_rows: 1, gone_since: null };
  return { ...own, ...added, ...values };
}

/** The small shop of the tests: one dated source of orders, one full list of products. */
export function shopConfig(sources: Partial<ConfigInput['sources']> = {}) {
  return configSchema.parse({
    project: 'shop',
    timezone: 'Europe/Berlin',
    sources: {
      orders: {
        path: 'orders/{date}.csv',
        owner: 'shop team',
        columns: { Note: { description: 'What the buyer wrote.', personal: true } },
        entities: {
          events: {
            columns: {
              user_id: 'Customer',
              item_id: 'upper(Sku)',
              kind: "'purchase'",
              time: '"Order Date"',
              value: 'Amount',
            },
          },
        },
        contract: {
          checks: [
            { type: 'range', column: 'value', min: 0 },
            { type: 'not_null', column: 'user_id', severity: 'warn' },
            { type: 'relationships', column: 'item_id', to: 'items' },
            { type: 'relationships', column: 'item_id', to: 'items', from: 'products' },
          ],
          freshness: {
            warnAfter: { count: 12, period: 'hour' },
            errorAfter: { count: 2, period: 'day' },
          },
        },
      },
      products: {
        path: 'products.csv',
        mode: 'full',
        entities: {
          items: {
            columns: { item_id: 'sku', title: 'name', price: 'price' },
            attributes: { colour: 'colour' },
          },
        },
      },
      ...sources,
    },
  });
}

function manifestOf(given: SliceGiven, files: Manifest['files'][string]): Manifest {
  const stage = given.dataset.startsWith('raw.') ? 'collect' : 'normalize';
  const inputs = files.map(({ sha256 }) => sha256);
  return {
    format: 1,
    stage,
    key: idempotencyKey({
      stage,
      version: 1,
      config: given.facts ?? {},
      inputs,
      scope: `${given.dataset}/${given.slice}`,
    }),
    version: 1,
    scope: given.slice,
    files: { rows: files },
    ledger: [...(given.ledger ?? [])],
    facts: { ...given.facts },
    parents: [],
  };
}

function rowsSql({ rows, types = {} }: SliceGiven): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const literal = (value: string | number | null | undefined): string =>
    value === null || value === undefined ? 'null' : quotedString(String(value));
  const columns = names.map(
    (name) => `${quotedIdentifier(name)}::${types[name] ?? 'varchar'} as ${quotedIdentifier(name)}`,
  );
  const selects = rows.map(
    (row, index) =>
      `select ${names.map((name) => `${literal(row[name])} as ${quotedIdentifier(name)}`).join(', ')}, ${index} as "row"`,
  );
  return `select ${columns.join(', ')} from (${selects.join(' union all ')}) order by "row"`;
}
