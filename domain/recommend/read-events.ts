import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { Store } from '../store/store.ts';
import { interactionsStep } from '../warehouse/interactions-sql.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { quotedList } from '../warehouse/quoting.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Interactions } from './interactions.ts';

/** What interest is read from. */
export interface EventsWork {
  /** Last day that counts, YYYY-MM-DD. */
  readonly dataDate: string;
  /** `unified.events`. */
  readonly events: readonly DatasetSlice[];
  /** `match.clusters`; empty where no items are mapped. */
  readonly clusters: readonly DatasetSlice[];
  /** `match.clusters.users`. Default: none, users are of one system. */
  readonly userClusters?: readonly DatasetSlice[];
  /** `unified.items`; an item that is gone everywhere is learned from but not offered. */
  readonly items: readonly DatasetSlice[];
  /** Source → namespace of its items. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Event kinds that count as interest. */
  readonly kinds: readonly string[];
}

/** Interest of users in items, and who they are. */
export interface ReadEvents {
  readonly interactions: Interactions;
  /** [users], by id. */
  readonly userIds: readonly string[];
  /** [items], by id: items with events first seen or known to the shop. */
  readonly itemIds: readonly string[];
}

/**
 * Reads events of the kinds that count, up to the data date, as interactions in time order; anonymous ones are left out.
 *
 * Users are numbered by id; items by id, those of the catalogue without events included, so that they can be offered too.
 * Days count from 1970-01-01. Order within a user: time, then source, slice, file, line.
 */
export async function readEvents(store: Store, warehouse: Warehouse, work: EventsWork): Promise<ReadEvents> {
  const files = (slices: readonly DatasetSlice[]): Promise<string[]> =>
    store.objects.openAll(slices.flatMap((slice) => slice.files));
  const events = await files(work.events);
  const clusters = await files(work.clusters);
  const userClusters = await files(work.userClusters ?? []);
  const items = await files(work.items);
  await runSteps(warehouse, [
    interactionsStep({ ...work, events, clusters, userClusters }),
    {
      table: 'interest',
      sql: `select * from interactions where user_id is not null and kind in (select unnest(${quotedList(work.kinds)}))`,
    },
    { table: 'interested', sql: numberedSql('user_id', 'select distinct user_id from interest') },
    { table: 'offered', sql: numberedSql('item_id', offeredSql(items)) },
  ]);
  const [userOf, itemOf, dayOf] = await warehouse.integers('interest_rows', interestSql);
  const userIds = await ids(warehouse, 'interested', 'user_id');
  const itemIds = await ids(warehouse, 'offered', 'item_id');
  if (!userOf || !itemOf || !dayOf) throw new TypeError('three columns were asked for');
  const offsets = new Int32Array(userIds.length + 1);
  for (const user of userOf) offsets[user + 1] = (offsets[user + 1] ?? 0) + 1;
  for (let user = 0; user < userIds.length; user++) {
    offsets[user + 1] = (offsets[user + 1] ?? 0) + (offsets[user] ?? 0);
  }
  const interactions = {
    users: userIds.length,
    items: itemIds.length,
    offsets,
    itemOf,
    dayOf: Float64Array.from(dayOf),
  };
  return { interactions, userIds, itemIds };
}

const interestSql = `select
  interested.number as user_number,
  offered.number as item_number,
  (event_date - date '1970-01-01')::integer as day
from interest
join interested using (user_id)
join offered using (item_id)
order by interested.number, time, _source, _slice, _file, _line`;

function offeredSql(items: readonly string[]): string {
  const touched = 'select item_id from interest';
  if (items.length === 0) return `select distinct item_id from (${touched})`;
  return `${touched} union select item_id from ${readParquetSql(items)} where gone_since is null`;
}

function numberedSql(column: string, rows: string): string {
  return `select ${column}, (row_number() over (order by ${column}) - 1)::integer as number from (${rows})`;
}

async function ids(warehouse: Warehouse, table: string, column: string): Promise<string[]> {
  const rows = await warehouse.rows(`${table}.ids`, `select ${column} as id from ${table} order by number`);
  return rows.map(({ id }) => String(id));
}
