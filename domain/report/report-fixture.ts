import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import { configSchema } from '../../schemas/config.ts';
import type { Plan } from '../../schemas/plan.ts';
import type { StepRecord } from '../../schemas/run.ts';
import type { Problem } from '../../schemas/stage.ts';
import type { StageContext } from '../runtime/stage.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openStore, type Store } from '../store/store.ts';
import { writeParquet } from '../warehouse/parquet.ts';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { noLoop } from './loop-fixture.ts';
import type { ReportModel } from './model.ts';
import type { ReportWork } from './work.ts';

/** A text that stands for a person's data and for rejected content; it must appear in no report. */
export const canary = 'ada.canary@example.org';

const hash = 'a'.repeat(64);

/** A store in a temporary folder and a way to put one-slice Parquet files into it. */
export interface ReportFixture {
  readonly store: Store;
  readonly context: StageContext;
  slice(slice: string, sql: string): Promise<DatasetSlice>;
  close(): Promise<void>;
}

/** Opens a fixture; `close` removes its folder. */
export async function openReportFixture(): Promise<ReportFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-report-'));
  const store = await openStore(join(dir, 'store'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 512, tempDir: join(dir, 'spill') });
  return {
    store,
    context: stageContext({ memoryMb: 512 }),
    slice: (slice, sql) => writeSlice(store, warehouse, slice, sql),
    async close() {
      warehouse.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function writeSlice(
  store: Store,
  warehouse: Warehouse,
  slice: string,
  sql: string,
): Promise<DatasetSlice> {
  const folder = await store.objects.staging();
  const files = await store.objects.take([
    await writeParquet(warehouse, 'fixture', sql, join(folder, 'rows.parquet')),
  ]);
  await rm(folder, { recursive: true });
  const sum = (pick: 'rows' | 'bytes'): number => files.reduce((total, file) => total + file[pick], 0);
  const manifest = { stage: 'fixture', key: hash, sha256: hash };
  return { slice, manifest, files, rows: sum('rows'), bytes: sum('bytes') };
}

/** The configuration of the fixture's shop: dated orders, one list of products, reviews nobody delivered yet. */
export const shop = configSchema.parse({
  project: 'shop',
  sources: {
    orders: {
      path: 'orders/{date}.csv',
      owner: 'web shop',
      description: 'What was <paid>.',
      required: true,
      entities: {
        events: { columns: { item_id: 'sku', kind: "'purchase'", time: 'ts' } },
      },
    },
    products: {
      path: 'products.csv',
      owner: 'purchasing',
      entities: { items: { columns: { item_id: 'sku' } } },
    },
  },
});

/** A ledger line whose rows went where the rest says; all else went out. */
export function ledgerLine(
  given: Pick<LedgerEntry, 'stage' | 'source' | 'slice' | 'rowsIn'> & Partial<LedgerEntry>,
): LedgerEntry {
  const { duplicates = 0, merged = 0, rejected = 0, skipped = 0 } = given;
  const rowsOut = given.rowsIn - duplicates - merged - rejected - skipped;
  return { entity: 'raw', duplicates, merged, rejected, skipped, rowsOut, ...given };
}

/** A problem; give what matters. */
export function problem(given: Pick<Problem, 'source' | 'slice' | 'code'> & Partial<Problem>): Problem {
  return { severity: 'error', message: `${given.code} in ${given.source}`, rows: 0, ...given };
}

/** What a run of the shop hands to its report; give what matters. */
export function workOf(given: Partial<ReportWork> = {}): ReportWork {
  const plan: Plan = {
    format: 1,
    workflow: 'nightlyInventory',
    trigger: 'schedule',
    dataDate: '2026-10-02',
    from: '2026-10-02',
    input: '/in',
    config: shop,
    configHash: hash,
    codeVersion: '1.0.0',
    engines: { duckdb: '1.5' },
    threads: 2,
    memoryMb: 512,
    seed: 1,
    force: false,
    allowOlder: false,
    baseSnapshot: 0,
    sources: Object.keys(shop.sources).map((source) => ({ source, slices: [], repeats: [], missing: '' })),
  };
  return {
    opening: {
      format: 1,
      record: 'run-1',
      workflow: plan.workflow,
      workflowId: 'inventory/2026-10-02',
      dataDate: plan.dataDate,
      from: plan.from,
      trigger: plan.trigger,
      plan: { uri: 'objects/aa/plan.json', sha256: hash, bytes: 1, rows: 0, schemaHash: '' },
      configHash: hash,
      codeVersion: '1.0.0',
      engines: plan.engines,
      threads: 2,
      seed: 1,
      baseSnapshot: 0,
      startedAt: '2026-10-03T02:30:00.000Z',
    },
    steps: [stepRecord('collect/orders/1', 1500), stepRecord('inventory', 500)],
    plan,
    datasets: {},
    arrived: { orders: ['2026-10-02'], products: [] },
    ledger: [],
    problems: [],
    ...given,
  };
}

function stepRecord(step: string, milliseconds: number): StepRecord {
  return {
    result: {
      step,
      stage: step.split('/')[0] ?? '',
      decision: 'ran',
      why: '1 of 2 parts reused',
      output: { uri: 'objects/aa/x.json', sha256: hash, bytes: 1, rows: 0, schemaHash: '' },
      rowsIn: 10,
      rowsOut: 9,
      rejected: 1,
      parts: 2,
      reusedParts: 1,
      cost: { milliseconds, peakMemoryBytes: 200_000_000, bytesWritten: 1000 },
    },
    attempt: 1,
    startedAt: '2026-10-03T02:30:00.000Z',
    endedAt: '2026-10-03T02:30:02.000Z',
  };
}

/** A model with nothing in it; give what matters. */
export function emptyModel(given: Partial<ReportModel> = {}): ReportModel {
  return {
    shape: 'stocktake.report/1',
    project: 'shop',
    workflow: 'nightlyInventory',
    dataDate: '2026-10-02',
    from: '2026-10-02',
    trigger: 'schedule',
    record: 'run-1',
    baseSnapshot: 0,
    headline: {
      status: 'nothing',
      sources: 2,
      sourcesArrived: 0,
      slicesArrived: 0,
      rowsIn: 0,
      rejected: 0,
      duplicates: 0,
      quarantined: 0,
      checks: { pass: 0, warn: 0, error: 0 },
      changes: 0,
      parts: 0,
      reusedParts: 0,
      milliseconds: 0,
      peakMemoryBytes: 0,
      bytesWritten: 0,
    },
    changes: [],
    sources: [],
    assets: [],
    checks: [],
    quarantine: [],
    repairs: [],
    problems: [],
    ledger: [],
    datasets: [],
    volume: [],
    steps: [],
    loop: noLoop,
    reproduction: { configHash: hash, codeVersion: '1', engines: {}, threads: 1, seed: 1, plan: hash },
    ...given,
  };
}
