import { z } from 'zod';
import type { DatasetSlice, Snapshot } from '../../schemas/artifact.ts';
import { slicesOf } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';
import { type InteractionsWork, interactionsSql } from '../warehouse/interactions-sql.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { quotedList } from '../warehouse/quoting.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type RowUnit, type SourceFile, sourceFilesOf } from './source-files.ts';
import type { TrainingData } from './training-data.ts';

/** One row of a received file. */
export interface SourceRow {
  readonly source: string;
  readonly slice: string;
  readonly file: string;
  /** Counted from 1; of what, `counts` says. */
  readonly row: number;
  readonly counts: RowUnit;
  /** Of the received file; empty where the store does not tell. */
  readonly sha256: string;
  readonly object: string;
}

/** A value of an item's golden record and the row it was taken from. */
export interface GoldenValue {
  readonly column: string;
  readonly value: string;
  readonly from: SourceRow;
}

/** Something a user did with an item, and the row that told it. */
export interface UserEvent {
  readonly item: string;
  readonly kind: string;
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly time: string;
  readonly from: SourceRow;
}

/** Whose events on which items are wanted, and what counts as interest. */
export interface EventsQuestion extends Pick<InteractionsWork, 'namespaces' | 'dataDate'> {
  readonly user: string;
  readonly items: readonly string[];
  readonly kinds: readonly string[];
}

const provenanceSchema = z.record(
  z.string(),
  z.object({ source: z.string(), slice: z.string(), file: z.string(), line: z.coerce.number() }),
);

/** The golden record of an item in a snapshot, column by column, by name; none where no source delivered the item. */
export async function goldenValues(
  store: Store,
  warehouse: Warehouse,
  snapshot: Snapshot,
  item: string,
): Promise<GoldenValue[]> {
  const slices = await slicesOf(store.objects, snapshot, 'unified.items');
  const paths = await store.objects.openAll(slices.flatMap(({ files }) => files));
  if (paths.length === 0) return [];
  const [record] = await warehouse.rows(
    'lineage.golden',
    `select to_json(items)::varchar as record, _provenance as provenance from ${readParquetSql(paths)} as items where item_id = $item`,
    { item },
  );
  if (!record) return [];
  const values = z.record(z.string(), z.unknown()).parse(JSON.parse(String(record.record)));
  const places = provenanceSchema.parse(JSON.parse(String(record.provenance)));
  const files = await filesOf(store, snapshot, Object.values(places));
  return Object.entries(places)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([column, { source, slice, file, line }]) => ({
      column,
      value: textOf(values[column]),
      from: sourceRow(files, { source, slice, file, row: line }),
    }));
}

/** What a user did with some items as a training read it, the newest first. */
export async function userEvents(
  store: Store,
  warehouse: Warehouse,
  training: TrainingData,
  { user, items, kinds, namespaces, dataDate }: EventsQuestion,
): Promise<UserEvent[]> {
  const filesIn = (dataset: string): Promise<string[]> =>
    store.objects.openAll(
      training.slices.filter((one) => one.dataset === dataset).flatMap(({ slice }) => slice.files),
    );
  const events = await filesIn('unified.events');
  if (events.length === 0 || items.length === 0) return [];
  const [clusters, userClusters] = [await filesIn('match.clusters'), await filesIn('match.clusters.users')];
  const rows = await warehouse.rows(
    'lineage.user_events',
    `select item_id, kind, strftime(time, '%Y-%m-%d %H:%M:%S') as time, _source, _slice, _file, _line
from (${interactionsSql({ events, clusters, userClusters, namespaces, dataDate })})
where user_id = $user and item_id in (select unnest(${quotedList(items)})) and kind in (select unnest(${quotedList(kinds)}))
order by time desc, _source, _slice, _file, _line`,
    { user, namespaces: JSON.stringify(namespaces), data_date: dataDate },
  );
  return rows.map((row) => ({
    item: String(row.item_id),
    kind: String(row.kind),
    time: String(row.time),
    from: sourceRow(training.files, {
      source: String(row._source),
      slice: String(row._slice),
      file: String(row._file),
      row: Number(row._line),
    }),
  }));
}

/** The received files of some slices of sources, as a snapshot has them. */
async function filesOf(
  store: Store,
  snapshot: Snapshot,
  places: readonly { readonly source: string; readonly slice: string }[],
): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const source of [...new Set(places.map((place) => place.source))].sort()) {
    const wanted = new Set(places.filter((place) => place.source === source).map(({ slice }) => slice));
    const slices: DatasetSlice[] = await slicesOf(store.objects, snapshot, `raw.${source}`);
    const refs = slices.filter(({ slice }) => wanted.has(slice)).map(({ manifest }) => manifest);
    files.push(...(await store.manifests.readAll(refs)).flatMap(sourceFilesOf));
  }
  return files;
}

function sourceRow(
  files: readonly SourceFile[],
  place: Pick<SourceRow, 'source' | 'slice' | 'file' | 'row'>,
): SourceRow {
  const found = files.find(
    ({ source, slice, file }) => source === place.source && slice === place.slice && file === place.file,
  );
  const { counts = 'line', sha256 = '', object = '' } = found ?? {};
  return { ...place, counts, sha256, object };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
