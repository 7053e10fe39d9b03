import { join } from 'node:path';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { ArtifactError, DataQualityError } from '../runtime/errors.ts';
import type { StageContext } from '../runtime/stage.ts';
import { nothingDone, wholeOutput } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import { findOrMake, type WholeParts } from '../warehouse/whole.ts';
import type { Workspace } from '../warehouse/workspace.ts';
import { noRowsSql } from './entity-sql.ts';
import {
  mergedSql,
  newObservationsSql,
  oldObservationsSql,
  type RecordEntity,
  storedRecordsSql,
} from './records-sql.ts';
import { stage } from './stage.ts';

/** Raise it when the same clean slices would give other bytes. */
export const recordsVersion = 1;

/** The clean slices of one source. `full`: each slice is the whole list, so a record can be gone. */
export interface RecordInput {
  readonly source: string;
  readonly namespace: string;
  readonly mode: 'incremental' | 'full';
  readonly slices: readonly DatasetSlice[];
}

/** What `mergeRecords` is asked; `previous` is the published `match.records.<entity>`, empty for a new store. */
export interface RecordsWork {
  readonly entity: RecordEntity;
  readonly inputs: readonly RecordInput[];
  readonly previous: readonly DatasetSlice[];
}

/**
 * Merges users or items into `match.records.<entity>`: one row per (namespace, key, source).
 *
 * Each column holds its newest non-null value by (slice, file, line), the currency that of the price; `_source`, `_slice`, `_file`, `_line` name the
 * record's newest row and `_seen` the stamps of values older than it. `source_rows` counts the source rows behind the
 * record, `first_seen` and `last_seen` are slices. `gone_since`, for sources that deliver their whole list each time, is
 * the first non-empty slice after `last_seen`: an empty slice deletes nothing, and a record that comes back is no longer gone.
 *
 * Where everything the published records were made from is among the inputs, only the other slices are read and merged
 * into them; otherwise, and in a forced run, all are read. Both ways give the same bytes.
 *
 * The ledger (clean rows in, records out, the rest merged) stays in the manifest: `goldenRecords` accounts for the source
 * rows of users and items once, for the whole stage.
 *
 * @throws DataQualityError STK-DEDUP-ROWS when the files have other rows than their slices tell
 */
export async function mergeRecords(
  store: Store,
  context: StageContext,
  work: RecordsWork,
): Promise<StageOutput> {
  const inputs = work.inputs.filter(({ slices }) => slices.length > 0);
  if (inputs.length === 0) return nothingDone(stage, `no source has delivered ${work.entity} yet`);
  const dataset = `match.records.${work.entity}`;
  let why = '';
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: `merge ${work.entity}`,
      version: recordsVersion,
      dataset,
      config: { modes: Object.fromEntries(inputs.map(({ source, mode }) => [source, mode])) },
      inputs: manifestsOf(inputs),
    },
    async (scratch, progress) => {
      const base = context.force ? undefined : await usableBase(store, context, { ...work, inputs });
      why = base
        ? `${base.fresh.flatMap(({ slices }) => slices).length} new slices merged`
        : 'all slices read';
      progress({ why });
      return merge(store, scratch, { entity: work.entity, inputs, base });
    },
  );
  return wholeOutput(done.stored, { [dataset]: 'records' }, { reused: done.reused, why, keepsLedger: true });
}

/** Records to merge into, and the inputs that are not in them yet. */
interface MergeBase {
  readonly file: string;
  readonly fresh: readonly RecordInput[];
}

function manifestsOf(inputs: readonly RecordInput[]): string[] {
  return inputs.flatMap(({ slices }) => slices.map(({ manifest }) => manifest.sha256));
}

async function usableBase(
  store: Store,
  context: StageContext,
  work: RecordsWork,
): Promise<MergeBase | undefined> {
  const [previous] = work.previous;
  const [file] = previous?.files ?? [];
  if (!previous || !file) return undefined;
  try {
    const manifest = await store.manifests.read(previous.manifest);
    const known = new Set(manifest.parents);
    const now = new Set(manifestsOf(work.inputs));
    if (manifest.version !== recordsVersion || manifest.parents.some((parent) => !now.has(parent))) {
      return undefined;
    }
    return {
      file: await store.objects.open(file),
      fresh: work.inputs.map((input) => ({
        ...input,
        slices: input.slices.filter(({ manifest: ref }) => !known.has(ref.sha256)),
      })),
    };
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    context.log.warn('published records cannot be read, merging all slices anew', { code: error.code });
    return undefined;
  }
}

async function merge(
  store: Store,
  { warehouse, dir }: Workspace,
  work: { entity: RecordEntity; inputs: readonly RecordInput[]; base: MergeBase | undefined },
): Promise<WholeParts> {
  const { entity, inputs, base } = work;
  const fresh = base?.fresh ?? inputs;
  const paths = await store.objects.openAll(
    fresh.flatMap(({ slices }) => slices.flatMap(({ files }) => files)),
  );
  const clean = paths.length > 0 ? readParquetSql(paths) : noRowsSql(entity);
  await runSteps(warehouse, [{ table: 'observations', sql: newObservationsSql(entity, clean) }]);
  await assertAllRead(warehouse, entity, fresh);
  if (base) {
    const old = oldObservationsSql(entity, readParquetSql([base.file]));
    await warehouse.run('old_observations', `insert into observations by name ${old}`);
  }
  await runSteps(warehouse, [{ table: 'merged_records', sql: mergedSql(entity, 'observations') }]);
  const records = await writeParquet(
    warehouse,
    `match_records_${entity}`,
    storedRecordsSql(entity, fullSlicesOf(inputs)),
    join(dir, 'records.parquet'),
  );
  const totals = await warehouse.rows('record_totals', recordTotalsSql);
  return {
    files: { records },
    ledger: ledgerOf(entity, inputs, totals),
    facts: {
      entity,
      records: records.rows,
      sourceRows: totals.reduce((sum, row) => sum + Number(row.source_rows), 0),
    },
  };
}

const recordTotalsSql = `
select
  _source,
  count(*) as records,
  sum(source_rows)::bigint as source_rows
from merged_records
group by _source
order by _source`;

/** Source → its non-empty slices in order, for sources in whose newest slice a record must be to be there. */
function fullSlicesOf(inputs: readonly RecordInput[]): Record<string, string[]> {
  return Object.fromEntries(
    inputs
      .filter(({ mode }) => mode === 'full')
      .map(({ source, slices }) => [
        source,
        slices
          .filter(({ rows }) => rows > 0)
          .map(({ slice }) => slice)
          .sort(),
      ]),
  );
}

async function assertAllRead(
  warehouse: Warehouse,
  entity: RecordEntity,
  fresh: readonly RecordInput[],
): Promise<void> {
  const found = await warehouse.rows(
    'observation_counts',
    'select _source, count(*) as row_count from observations group by _source order by _source',
  );
  const bySource = new Map(found.map((row) => [String(row._source), Number(row.row_count)]));
  for (const { source, slices } of fresh) {
    const expected = rowsOf(slices);
    const read = bySource.get(source) ?? 0;
    if (read === expected) continue;
    throw new DataQualityError(
      `clean.${source}.${entity} has ${read} rows, its slices tell ${expected}; run the night again with --force`,
      { code: 'STK-DEDUP-ROWS', details: { entity, source, expected, found: read } },
    );
  }
}

function ledgerOf(
  entity: RecordEntity,
  inputs: readonly RecordInput[],
  totals: readonly Row[],
): LedgerEntry[] {
  const records = new Map(totals.map((row) => [String(row._source), Number(row.records)]));
  return [...inputs]
    .sort((a, b) => (a.source < b.source ? -1 : 1))
    .map(({ source, slices }) => {
      const rowsIn = rowsOf(slices);
      const rowsOut = records.get(source) ?? 0;
      return {
        stage,
        source,
        entity,
        slice: 'all',
        rowsIn,
        rowsOut,
        duplicates: 0,
        merged: rowsIn - rowsOut,
        rejected: 0,
        skipped: 0,
      };
    });
}

function rowsOf(slices: readonly DatasetSlice[]): number {
  return slices.reduce((sum, { rows }) => sum + rows, 0);
}
