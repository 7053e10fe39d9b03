import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import { catalogEntry } from '../../schemas/catalog.ts';
import type { Plan } from '../../schemas/plan.ts';
import type { RunOpening, StepRecord } from '../../schemas/run.ts';
import type { Problem } from '../../schemas/stage.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { openWarehouse, type Row, type Warehouse } from '../warehouse/warehouse.ts';
import type {
  ReportAsset,
  ReportChange,
  ReportCheck,
  ReportColumn,
  ReportDataset,
  ReportLedger,
  ReportModel,
  ReportQuarantine,
  ReportSource,
  ReportStep,
} from './model.ts';

/** What a report is built from. */
export interface ReportWork {
  readonly opening: RunOpening;
  readonly steps: readonly StepRecord[];
  readonly plan: Plan;
  /** Every dataset as this run will publish it. */
  readonly datasets: Readonly<Record<string, readonly DatasetSlice[]>>;
  /** Source → slices that arrived in this run. */
  readonly arrived: Readonly<Record<string, readonly string[]>>;
  readonly ledger: readonly LedgerEntry[];
  readonly problems: readonly Problem[];
}

/** Examples shown per source and reason. */
const examplesPerReason = 5;

/**
 * Reads what a run made and turns it into the report's model: counts, sentences and places, never row content of rejected
 * or personal data.
 */
export async function buildReport(
  store: Store,
  context: StageContext,
  work: ReportWork,
): Promise<ReportModel> {
  const scratch = await store.objects.staging();
  const warehouse = await openWarehouse({
    threads: context.threads,
    memoryMb: context.memoryMb,
    tempDir: join(scratch, 'spill'),
    signal: context.signal,
    onRunning: () => context.heartbeat({ report: 'reading' }),
  });
  try {
    const read = createReader(store, warehouse, work.datasets);
    const [changes, checks] = [await readChanges(read), await readChecks(read)];
    const assets = await readAssets(read);
    return {
      shape: 'stocktake.report/1',
      project: work.plan.config.project,
      workflow: work.plan.workflow,
      dataDate: work.plan.dataDate,
      from: work.plan.from,
      trigger: work.plan.trigger,
      record: work.opening.record,
      baseSnapshot: work.plan.baseSnapshot,
      headline: headlineOf(work, checks, changes),
      changes,
      sources: await readSources(read, work),
      assets,
      checks,
      quarantine: await readQuarantine(read, work),
      problems: work.problems,
      ledger: sumLedger(work.ledger),
      datasets: datasetRows(work.datasets),
      volume: volumeOf(work.datasets),
      steps: work.steps.map(stepOf),
      reproduction: {
        configHash: work.opening.configHash,
        codeVersion: work.opening.codeVersion,
        engines: work.opening.engines,
        threads: work.opening.threads,
        seed: work.opening.seed,
        plan: work.opening.plan.sha256,
      },
    };
  } finally {
    warehouse.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Ledger lines of all slices added up per stage, source and entity, in the ledger's own order. */
export function sumLedger(ledger: readonly LedgerEntry[]): ReportLedger[] {
  const sums = new Map<string, ReportLedger>();
  for (const { slice: _, ...entry } of ledger) {
    const name = `${entry.stage} ${entry.source} ${entry.entity}`;
    const before = sums.get(name);
    sums.set(name, {
      ...entry,
      slices: (before?.slices ?? 0) + 1,
      rowsIn: entry.rowsIn + (before?.rowsIn ?? 0),
      rowsOut: entry.rowsOut + (before?.rowsOut ?? 0),
      duplicates: entry.duplicates + (before?.duplicates ?? 0),
      merged: entry.merged + (before?.merged ?? 0),
      rejected: entry.rejected + (before?.rejected ?? 0),
      skipped: entry.skipped + (before?.skipped ?? 0),
    });
  }
  return [...sums.values()];
}

type Reader = (dataset: string, query: (relation: string) => string) => Promise<Row[]>;

function createReader(
  store: Store,
  warehouse: Warehouse,
  datasets: Readonly<Record<string, readonly DatasetSlice[]>>,
): Reader {
  return async (dataset, query) => {
    const files = (datasets[dataset] ?? []).flatMap((slice) => slice.files);
    const paths = await store.objects.openAll(files);
    return paths.length === 0 ? [] : warehouse.rows(`report.${dataset}`, query(readParquetSql(paths)));
  };
}

async function readChanges(read: Reader): Promise<ReportChange[]> {
  const rows = await read(
    'inventory.changes',
    (relation) => `
      select kind, asset, "column", slice, before, after, rows, sentence
      from ${relation}
      order by
        case
          when kind in ('slice_refused', 'source_vanished', 'source_added') then 0
          when kind like 'column%' then 1
          when kind like 'records%' then 2
          when kind = 'field_changed' then 3
          when kind = 'nulls' then 4
          else 5
        end,
        kind, asset, "column", slice`,
  );
  return rows.map((row) => ({
    kind: text(row.kind),
    asset: text(row.asset),
    column: text(row.column),
    slice: text(row.slice),
    before: text(row.before),
    after: text(row.after),
    rows: Number(row.rows),
    sentence: text(row.sentence),
  }));
}

async function readChecks(read: Reader): Promise<ReportCheck[]> {
  const rows = await read(
    'inventory.checks',
    (relation) => `
      select source, entity, type, "column", slice, status, evaluated, unexpected, percent, expected, observed
      from ${relation}
      order by
        case status when 'error' then 0 when 'warn' then 1 when 'info' then 2 else 3 end,
        source, entity, type, "column", slice, severity, expected, observed`,
  );
  return rows.map((row) => ({
    source: text(row.source),
    entity: text(row.entity),
    type: text(row.type),
    column: text(row.column),
    slice: text(row.slice),
    status: text(row.status),
    evaluated: Number(row.evaluated),
    unexpected: Number(row.unexpected),
    percent: Number(row.percent),
    expected: text(row.expected),
    observed: text(row.observed),
  }));
}

async function readAssets(read: Reader): Promise<ReportAsset[]> {
  const assets = await read(
    'inventory.assets',
    (relation) => `
      select asset, kind, meaning, why, owner, grain, health, rows, bytes, slices
      from ${relation}
      order by kind desc, asset`,
  );
  const columns = await read(
    'inventory.columns',
    (relation) => `
      select asset, "column", type, kind, meaning, why, personal, null_share, distinct_values, min, max, alerts
      from ${relation}
      order by asset, position, "column"`,
  );
  return assets.map((row) => ({
    asset: text(row.asset),
    kind: text(row.kind),
    meaning: text(row.meaning),
    why: text(row.why),
    owner: text(row.owner),
    grain: text(row.grain),
    health: text(row.health),
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    slices: Number(row.slices),
    columns: columns.filter((column) => column.asset === row.asset).map(columnOf),
  }));
}

function columnOf(row: Row): ReportColumn {
  return {
    column: text(row.column),
    type: text(row.type),
    kind: text(row.kind),
    meaning: text(row.meaning),
    why: text(row.why),
    personal: row.personal === true,
    nullShare: Number(row.null_share),
    distinct: Number(row.distinct_values),
    min: row.personal === true ? '' : text(row.min),
    max: row.personal === true ? '' : text(row.max),
    alerts: Array.isArray(row.alerts)
      ? row.alerts.map(text)
      : text(row.alerts)
        ? parseList(text(row.alerts))
        : [],
  };
}

function parseList(json: string): string[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.map(text) : [];
}

async function readSources(read: Reader, work: ReportWork): Promise<ReportSource[]> {
  const assets = await read(
    'inventory.assets',
    (relation) => `
      select source, health, health_why, rows, bytes, slices, first_slice, last_slice, newest
      from ${relation}
      where kind = 'source'
      order by source`,
  );
  return Object.entries(work.plan.config.sources).map(([source, config]) => {
    const row = assets.find((asset) => asset.source === source);
    const planned = work.plan.sources.find((entry) => entry.source === source);
    return {
      source,
      owner: config.owner,
      description: config.description,
      required: config.required,
      health: text(row?.health) || 'Unknown',
      healthWhy: text(row?.health_why),
      slices: Number(row?.slices ?? 0),
      arrived: work.arrived[source]?.length ?? 0,
      rows: Number(row?.rows ?? 0),
      bytes: Number(row?.bytes ?? 0),
      firstSlice: text(row?.first_slice),
      lastSlice: text(row?.last_slice),
      newest: text(row?.newest),
      missing: planned?.missing ?? '',
    };
  });
}

async function readQuarantine(read: Reader, work: ReportWork): Promise<ReportQuarantine[]> {
  const found: ReportQuarantine[] = [];
  for (const source of Object.keys(work.plan.config.sources)) {
    const rows = await read(
      `quarantine.${source}`,
      (relation) => `
        select
          reason,
          coalesce(entity, '') as entity,
          coalesce("column", '') as "column",
          sum(rows)::bigint as rows,
          count(distinct slice) as slices,
          list(concat_ws(':', file, line) order by slice desc, file, line)[1:${examplesPerReason}] as examples
        from ${relation}
        group by all
        order by rows desc, reason, entity, "column"`,
    );
    found.push(
      ...rows.map((row) => ({
        source,
        reason: text(row.reason),
        entity: text(row.entity),
        column: text(row.column),
        rows: Number(row.rows),
        slices: Number(row.slices),
        examples: Array.isArray(row.examples) ? row.examples.map(text) : [],
      })),
    );
  }
  return found;
}

function headlineOf(
  work: ReportWork,
  checks: readonly ReportCheck[],
  changes: readonly ReportChange[],
): ReportModel['headline'] {
  const { steps, ledger } = work;
  const sum = (entries: readonly LedgerEntry[], pick: (entry: LedgerEntry) => number): number =>
    entries.reduce((total, entry) => total + pick(entry), 0);
  const collected = ledger.filter(({ stage }) => stage === 'collect');
  const normalized = ledger.filter(({ stage }) => stage === 'normalize');
  const status = (wanted: string): number => checks.filter((check) => check.status === wanted).length;
  const failing = status('error') + work.problems.filter(({ severity }) => severity === 'error').length;
  const results = steps.map(({ result }) => result);
  return {
    status: failing > 0 ? 'attention' : 'good',
    sources: Object.keys(work.plan.config.sources).length,
    slicesArrived: Object.values(work.arrived).flat().length,
    rowsIn: sum(collected, ({ rowsIn }) => rowsIn),
    rejected: sum(collected, ({ rejected }) => rejected) + sum(normalized, ({ rejected }) => rejected),
    duplicates: sum(ledger, ({ duplicates }) => duplicates),
    checks: { pass: status('pass'), warn: status('warn'), error: status('error') },
    changes: changes.length,
    parts: results.reduce((total, result) => total + result.parts, 0),
    reusedParts: results.reduce((total, result) => total + result.reusedParts, 0),
    milliseconds: elapsed(work),
    peakMemoryBytes: Math.max(0, ...results.map(({ cost }) => cost.peakMemoryBytes)),
    bytesWritten: results.reduce((total, { cost }) => total + cost.bytesWritten, 0),
  };
}

function elapsed({ opening, steps }: ReportWork): number {
  const ends = steps.map(({ endedAt }) => Date.parse(endedAt));
  return Math.max(0, ...ends) - Date.parse(opening.startedAt);
}

function datasetRows(datasets: ReportWork['datasets']): ReportDataset[] {
  return Object.entries(datasets)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([dataset, slices]) => {
      const entry = catalogEntry(dataset);
      return {
        dataset,
        stage: entry?.stage ?? '',
        reads: entry?.reads ?? [],
        grain: entry?.grain ?? '',
        slices: slices.length,
        rows: slices.reduce((total, slice) => total + slice.rows, 0),
        bytes: slices.reduce((total, slice) => total + slice.bytes, 0),
      };
    });
}

function volumeOf(datasets: ReportWork['datasets']): ReportModel['volume'] {
  return Object.entries(datasets)
    .filter(([dataset, slices]) => dataset.startsWith('raw.') && slices.length > 1)
    .map(([dataset, slices]) => ({
      source: dataset.slice('raw.'.length),
      points: slices.map((slice): [string, number] => [slice.slice, slice.rows]),
    }));
}

function stepOf({ result }: StepRecord): ReportStep {
  const { step, stage, decision, why, rowsIn, rowsOut, rejected, cost } = result;
  return { step, stage, decision, why, rowsIn, rowsOut, rejected, ...cost };
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
