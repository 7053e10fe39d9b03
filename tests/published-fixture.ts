import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assetsTable,
  changesTable,
  checksTable,
  columnsTable,
  type TableShape,
} from '../domain/inventory/rows-sql.ts';
import { writeTable } from '../domain/inventory/write-table.ts';
import { putDataset } from '../domain/store/datasets.ts';
import type { StagedFile } from '../domain/store/objects.ts';
import { openStore, type Store } from '../domain/store/store.ts';
import { writeParquet } from '../domain/warehouse/parquet.ts';
import { openWarehouse } from '../domain/warehouse/warehouse.ts';
import type { DatasetEntry } from '../schemas/artifact.ts';
import { configSchema } from '../schemas/config.ts';
import type { Stocktaking } from '../schemas/inventory.ts';
import { planSchema } from '../schemas/plan.ts';
import { loadProject } from '../workers/load-config.ts';

/** A project in a folder of its own whose store holds published inventories; no server, no run. */
export interface PublishedFixture {
  readonly dir: string;
  readonly store: Store;
  /**
   * Publishes an inventory as the next snapshot, with datasets of one file each that queries give, by dataset or
   * `<dataset>/<slice>`; default: the slice `all`.
   */
  publish(stock: Stocktaking, queries?: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** Opens it with the configuration text given; `remove` deletes the folder. */
export async function openPublishedFixture(config: string): Promise<PublishedFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-published-'));
  await writeFile(join(dir, 'temporal.config.ts'), config);
  const store = await openStore(join(dir, '.stocktake'));
  const warehouse = await openWarehouse({ threads: 1, memoryMb: 512, tempDir: join(dir, 'spill') });
  const [made] = await store.manifests.commit([
    {
      format: 1,
      stage: 'inventory',
      key: '0'.repeat(64),
      version: 1,
      scope: 'fixture',
      files: {},
      ledger: [],
      facts: {},
      parents: [],
    },
  ]);
  if (!made) throw new TypeError('no manifest was committed');

  const put = async <Row extends object>(
    shape: TableShape<Row>,
    rows: readonly Row[],
  ): Promise<[string, DatasetEntry]> => {
    const staging = await store.objects.staging();
    return keep(shape.dataset, await writeTable({ warehouse, dir: staging }, shape, rows));
  };
  const keep = async (named: string, staged: StagedFile): Promise<[string, DatasetEntry]> => {
    const [dataset = named, name = 'all'] = named.split('/');
    const files = await store.objects.take([staged]);
    const slice = {
      slice: name,
      manifest: made.ref,
      files,
      rows: staged.rows,
      bytes: files[0]?.bytes ?? 0,
    };
    return [dataset, await putDataset(store.objects, dataset, [slice])];
  };
  const write = async ([dataset, query]: [string, string]): Promise<[string, DatasetEntry]> => {
    const path = join(await store.objects.staging(), 'rows.parquet');
    return keep(dataset, await writeParquet(warehouse, dataset, query, path));
  };
  return {
    dir,
    store,
    async publish(stock, queries = {}) {
      const datasets = [
        await put(assetsTable, stock.assets),
        await put(columnsTable, stock.columns),
        await put(checksTable, stock.checks),
        await put(changesTable, stock.changes),
        ...(await Promise.all(Object.entries(queries).map(write))),
      ];
      await store.snapshots.publish({
        base: stock.snapshot - 1,
        dataDate: stock.dataDate,
        datasets: Object.fromEntries(datasets),
        publishedBy: { workflowId: `inventory/${stock.dataDate}`, record: 'none' },
        allowOlder: true,
      });
    },
    async remove() {
      warehouse.close();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A configuration of two sources of files, `orders` with a freshness rule and `items` without. */
export const twoSources = `export default {
  project: 'fixture-shop',
  timezone: 'UTC',
  sources: {
    orders: {
      path: 'orders/{date}.csv',
      owner: 'web shop',
      entities: {
        events: {
          key: ['event_id'],
          columns: { event_id: 'order_no', item_id: 'sku', user_id: 'lower(customer)', kind: "'purchase'", time: 'ts' },
        },
      },
      contract: {
        freshness: { warnAfter: { count: 12, period: 'hour' }, errorAfter: { count: 2, period: 'day' } },
      },
    },
    items: {
      path: 'items.csv',
      owner: 'purchasing',
      entities: { items: { columns: { item_id: 'sku', title: 'title' } } },
    },
  },
};
`;

/** Opens the record of the run that published: it planned one file, `orders/2026-10-01.csv` with this sha256. */
export async function openRun({ store, dir }: PublishedFixture, sha: string): Promise<void> {
  const config = configSchema.parse((await loadProject({}, dir)).config);
  const shared = { dataDate: '2026-10-01', from: '2026-10-01', trigger: 'manual', baseSnapshot: 0, seed: 1 };
  const made = { workflow: 'takeInventory', codeVersion: '1', engines: {}, threads: 1, configHash: 'c' };
  const files = [{ path: 'orders/2026-10-01.csv', bytes: 1, sha256: sha }];
  const plan = planSchema.parse({
    ...shared,
    ...made,
    format: 1,
    input: dir,
    config,
    memoryMb: 512,
    force: false,
    allowOlder: false,
    sources: [{ source: 'orders', slices: [{ slice: '2026-10-01', files }], repeats: [], missing: '' }],
  });
  await store.runs.open({
    ...shared,
    ...made,
    format: 1,
    record: 'none',
    workflowId: 'inventory/2026-10-01',
    plan: await store.objects.putJson(plan),
    startedAt: '2026-10-02T00:00:00.000Z',
  });
}
