import { join } from 'node:path';
import { z } from 'zod';
import type { LineageWork, StepDatasets } from '../domain/catalog/lineage.ts';
import { openLineage, type RunEvent } from '../domain/catalog/open-lineage.ts';
import { endOfDate } from '../domain/inventory/freshness.ts';
import { addDays } from '../domain/plan/dates.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import type { Store } from '../domain/store/store.ts';
import type { Warehouse } from '../domain/warehouse/warehouse.ts';
import type { DatasetSlice } from '../schemas/artifact.ts';
import { datasetSliceSchema } from '../schemas/artifact.ts';
import type { CheckRow } from '../schemas/inventory.ts';
import { type Plan, planSchema } from '../schemas/plan.ts';
import type { RunRecord } from '../schemas/run.ts';
import { deliver } from './catalog-export.ts';
import { columnOrigins } from './column-origins.ts';
import type { GlobalOptions } from './options.ts';
import { describeFiles, withWarehouse } from './read-table.ts';
import { sendLineage } from './send-lineage.ts';
import { openReading } from './session.ts';

/** Flags of `stocktake lineage`. */
export interface LineageOptions {
  readonly out?: string;
  readonly send?: boolean;
}

/**
 * `stocktake lineage <run>`: what a run read and made, as OpenLineage events, one JSON line each; to stdout, a file, or with
 * `--send` to the server `OPENLINEAGE_URL` names.
 */
export async function lineage(
  name: string,
  options: LineageOptions,
  globals: GlobalOptions,
): Promise<number> {
  const reading = await openReading(globals);
  const run = await reading.store.runs.resolve(name);
  const events = openLineage(await lineageWork(reading.store, run));
  if (options.send) return sendLineage(events, process.env, reading.out);
  await deliver(reading, linesOf(events), options.out);
  return 0;
}

function linesOf(events: readonly RunEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

async function lineageWork(store: Store, run: RunRecord): Promise<LineageWork> {
  const plan = planSchema.parse(await store.objects.readJson(run.opening.plan));
  const made = await Promise.all(run.steps.map((page) => datasetsOf(store, page.result)));
  const slices = new Map(made.flatMap(({ datasets }) => Object.entries(datasets)));
  return withWarehouse(async (warehouse) => {
    const fields = Object.fromEntries(
      await inTurn([...slices], async ([dataset, found]) => [
        dataset,
        await describeFiles(store, warehouse, found.slice(-1)),
      ]),
    );
    const { origins, filters } = await columnOrigins(warehouse, plan, fields);
    const { dataDate, from, config } = plan;
    return {
      project: config.project,
      run,
      made,
      received: receivedBy(plan),
      fields,
      origins,
      filters,
      checks: await checksOf(store, warehouse, run, made),
      nominal: {
        start: await endOfDate(warehouse, addDays(from, -1), config.timezone),
        end: await endOfDate(warehouse, dataDate, config.timezone),
      },
    };
  });
}

/** What lineage reads of a step's output document; the rest is passed over. */
const outputSchema = z.object({ datasets: z.record(z.string(), z.array(datasetSliceSchema)).default({}) });

async function datasetsOf(
  store: Store,
  { step, output }: RunRecord['steps'][number]['result'],
): Promise<StepDatasets> {
  return { step, datasets: outputSchema.parse(await store.objects.readJson(output)).datasets };
}

function receivedBy({ input, sources }: Plan): LineageWork['received'] {
  return sources.flatMap(({ source, slices }) =>
    slices.flatMap(({ files }) =>
      files.map(({ path, bytes, sha256 }) => ({ source, path: join(input, path), bytes, sha256 })),
    ),
  );
}

/** The checks of the run's own inventory; none where it did not get that far. */
async function checksOf(
  store: Store,
  warehouse: Warehouse,
  run: RunRecord,
  made: readonly StepDatasets[],
): Promise<CheckRow[]> {
  const { readTable } = await import('../domain/inventory/read-table.ts');
  const { checksTable } = await import('../domain/inventory/rows-sql.ts');
  const own = made.find(({ step }) => step === 'inventory')?.datasets['inventory.checks'];
  const published =
    run.closing?.snapshot === undefined ? undefined : await store.snapshots.read(run.closing.snapshot);
  const slices = own ?? (await slicesOf(store.objects, published, 'inventory.checks'));
  const { readParquetSql } = await import('../domain/warehouse/parquet.ts');
  const relation = async (found: readonly DatasetSlice[]): Promise<string> =>
    readParquetSql(await store.objects.openAll(found.flatMap(({ files }) => files)));
  return (await readTable(
    { warehouse, relation },
    checksTable,
    slices,
    Object.keys(checksTable.types) as (keyof CheckRow)[],
  )) as CheckRow[];
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const done: Result[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}
