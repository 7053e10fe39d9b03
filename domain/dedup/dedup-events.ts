import { join } from 'node:path';
import type { LedgerEntry, Manifest } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { DataQualityError } from '../runtime/errors.ts';
import { type Progress, withProgress } from '../runtime/progress.ts';
import type { StageContext } from '../runtime/stage.ts';
import { inWaves } from '../runtime/waves.ts';
import { idempotencyKey, type StoredManifest } from '../store/manifests.ts';
import type { StagedFile } from '../store/objects.ts';
import { sliceOf } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type Workspace, withWorkspace } from '../warehouse/workspace.ts';
import { noRowsSql } from './entity-sql.ts';
import {
  type DatedSlice,
  datesOf,
  type EventEntity,
  type EventInput,
  readDatedSlices,
  slicesByDate,
} from './event-dates.ts';
import { type EventKeys, eventCountsSql, eventPartitionSql, eventRowsSql } from './events-sql.ts';
import { stage } from './stage.ts';

/** Raise it when the same clean slices would give other bytes. */
export const eventsVersion = 1;

/** Rows held in memory at once; more dates are worked in several batches. */
const rowsPerBatch = 1_500_000;

/** What `dedupEvents` is asked. */
export interface EventsWork {
  readonly entity: EventEntity;
  /** Dates published before: one whose rows have all gone since becomes an empty partition. */
  readonly published?: readonly string[];
  readonly inputs: readonly EventInput[];
}

/**
 * De-duplicates an event entity into `unified.<entity>`: one partition per date on which something happened.
 *
 * A partition is made from all clean slices with rows of its date, whichever slice delivered them, so that a late row
 * makes its date again and nothing else. Of the rows of one source and date that share their event key the first by
 * (slice, file, line) stays, the others count as duplicates; a row with a null in its key, or of a source without a
 * key, always stays. Rows are ordered by (_source, _slice, _file, _line): slices that arrive in another order give the
 * same bytes. Events keep the item id of their own source; `match.clusters` maps it to the golden one.
 *
 * @throws DataQualityError STK-DEDUP-ROWS when the files have other rows than their manifests tell
 * @throws InputError STK-DEDUP-DATES
 */
export async function dedupEvents(
  store: Store,
  context: StageContext,
  work: EventsWork,
): Promise<StageOutput> {
  return withProgress(context, `dedup ${work.entity}`, async (progress) => {
    await context.failpoint('before');
    const parts = planParts(work, await readDatedSlices(store, work.entity, work.inputs));
    const found = await inWaves(parts, 8, ({ key }) =>
      context.force ? Promise.resolve(undefined) : store.manifests.find(stage, key),
    );
    const pending = parts.filter((_, index) => found[index] === undefined);
    const made = new Map<string, StoredManifest>();
    for (const batch of batchesOf(pending)) {
      for (const stored of await makeBatch(store, context, work.entity, batch, progress)) {
        made.set(stored.manifest.scope, stored);
      }
      progress({ dates: made.size, of: pending.length });
    }
    const stored = parts.map(({ date }, index) => found[index] ?? (made.get(date) as StoredManifest));
    return {
      format: 1,
      stage,
      parts: parts.length,
      reused: parts.length - pending.length,
      datasets: {
        [`unified.${work.entity}`]: stored.map((one) => sliceOf(one.manifest.scope, one, 'rows')),
      },
      ledger: stored.flatMap(({ manifest }) => manifest.ledger),
      problems: [],
    };
  });
}

/** One partition to make: its date, the slices with rows of it, and its idempotency key. */
interface EventPart {
  readonly date: string;
  readonly slices: readonly DatedSlice[];
  readonly keys: EventKeys;
  readonly parents: readonly string[];
  readonly key: string;
  readonly rows: number;
}

function planParts(work: EventsWork, slices: readonly DatedSlice[]): EventPart[] {
  const byDate = slicesByDate(slices);
  const dates = [...new Set([...datesOf(slices), ...(work.published ?? [])])].sort();
  return dates.map((date) => {
    const of = byDate.get(date) ?? [];
    const keys = Object.fromEntries(of.map(({ source, key }) => [source, key]));
    const parents = of.map(({ slice }) => slice.manifest.sha256).sort();
    return {
      date,
      slices: of,
      keys,
      parents,
      key: idempotencyKey({
        stage,
        version: eventsVersion,
        config: { keys },
        inputs: parents,
        scope: `unified.${work.entity}/${date}`,
      }),
      rows: of.reduce((sum, { rowsByDate }) => sum + (rowsByDate[date] ?? 0), 0),
    };
  });
}

function batchesOf(parts: readonly EventPart[]): EventPart[][] {
  const batches: EventPart[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (rows + part.rows > rowsPerBatch) {
      batches.push([]);
      rows = 0;
    }
    batches.at(-1)?.push(part);
    rows += part.rows;
  }
  return batches;
}

async function makeBatch(
  store: Store,
  context: StageContext,
  entity: EventEntity,
  parts: readonly EventPart[],
  progress: Progress,
): Promise<StoredManifest[]> {
  const make = async (scratch: Workspace): Promise<StoredManifest[]> => {
    await loadRows(store, scratch.warehouse, entity, parts);
    const ledgers = await countRows(scratch.warehouse, entity, parts);
    const staged = await writePartitions(scratch, context, entity, parts);
    await context.failpoint('mid');
    const files = await store.objects.take(staged);
    const manifests = parts.map(
      (part, index): Manifest => ({
        format: 1,
        stage,
        key: part.key,
        version: eventsVersion,
        scope: part.date,
        files: { rows: files.slice(index, index + 1) },
        ledger: ledgers.get(part.date) ?? [],
        facts: { entity },
        parents: [...part.parents],
      }),
    );
    const stored = await store.manifests.commit(manifests, context.force);
    await context.failpoint('after-effect');
    return stored;
  };
  return withWorkspace(store, context, make, progress);
}

async function loadRows(
  store: Store,
  warehouse: Warehouse,
  entity: EventEntity,
  parts: readonly EventPart[],
): Promise<void> {
  const slices = new Set(parts.flatMap((part) => part.slices.map(({ slice }) => slice)));
  const paths = await store.objects.openAll([...slices].flatMap(({ files }) => files));
  const dates = parts.map(({ date }) => date);
  const keys = Object.assign({}, ...parts.map((part) => part.keys)) as EventKeys;
  const source = paths.length > 0 ? readParquetSql(paths) : noRowsSql(entity);
  await runSteps(warehouse, [{ table: 'event_rows', sql: eventRowsSql(entity, source, dates, keys) }]);
}

/** Ledger lines by date, one per source, checked against what the manifests of the clean slices tell. */
async function countRows(
  warehouse: Warehouse,
  entity: EventEntity,
  parts: readonly EventPart[],
): Promise<Map<string, LedgerEntry[]>> {
  const counts = new Map<string, { rows: number; repeats: number }>();
  for (const row of await warehouse.rows('event_counts', eventCountsSql)) {
    counts.set(`${row.event_date}/${row._source}`, {
      rows: Number(row.row_count),
      repeats: Number(row.repeat_count),
    });
  }
  return new Map(
    parts.map((part) => [
      part.date,
      expectedRows(part).map(([source, expected]) => {
        const found = counts.get(`${part.date}/${source}`) ?? { rows: 0, repeats: 0 };
        if (found.rows !== expected) throw otherRows(entity, source, part.date, expected, found.rows);
        return {
          stage,
          source,
          entity,
          slice: part.date,
          rowsIn: found.rows,
          rowsOut: found.rows - found.repeats,
          duplicates: found.repeats,
          merged: 0,
          rejected: 0,
          skipped: 0,
        };
      }),
    ]),
  );
}

function expectedRows(part: EventPart): [source: string, rows: number][] {
  const bySource = new Map<string, number>();
  for (const { source, rowsByDate } of part.slices) {
    bySource.set(source, (bySource.get(source) ?? 0) + (rowsByDate[part.date] ?? 0));
  }
  return [...bySource].sort(([a], [b]) => (a < b ? -1 : 1));
}

function otherRows(
  entity: EventEntity,
  source: string,
  date: string,
  expected: number,
  found: number,
): DataQualityError {
  return new DataQualityError(
    `clean.${source}.${entity} has ${found} rows of ${date}, its manifests tell ${expected}; run the night again with --force`,
    { code: 'STK-DEDUP-ROWS', details: { entity, source, date, expected, found } },
  );
}

async function writePartitions(
  { warehouse, dir }: Workspace,
  context: StageContext,
  entity: EventEntity,
  parts: readonly EventPart[],
): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  for (const { date } of parts) {
    context.signal.throwIfAborted();
    const path = join(dir, `${date}.parquet`);
    files.push(await writeParquet(warehouse, `unified_${entity}`, eventPartitionSql(entity, date), path));
  }
  return files;
}
