import { readParquetSql } from '../warehouse/parquet.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/** A model's items: ids by index, and how often each was asked for. */
export interface ModelItems {
  readonly itemIds: readonly string[];
  /** [items] */
  readonly interest: Float64Array<ArrayBuffer>;
}

/** Reads the items of a training, columns `number`, `item_id`, `interest`. */
export async function readModelItems(warehouse: Warehouse, path: string): Promise<ModelItems> {
  const rows = await warehouse.rows(
    'serve.model_items',
    `select item_id, interest::double as interest from ${readParquetSql([path])} order by number`,
  );
  return {
    itemIds: rows.map(({ item_id }) => String(item_id)),
    interest: Float64Array.from(rows, ({ interest }) => Number(interest)),
  };
}

/** Users' histories in one array: those of user u lie at `offsets[u] .. offsets[u + 1]`, oldest first. */
export interface ModelHistories {
  readonly userIds: readonly string[];
  readonly offsets: Int32Array<ArrayBuffer>;
  /** Item numbers of the training. */
  readonly itemOf: Int32Array;
}

/** Reads the histories of a training, columns `user_id`, `age` (1 = newest), `item_number`. */
export async function readHistories(warehouse: Warehouse, path: string): Promise<ModelHistories> {
  const relation = readParquetSql([path]);
  const users = await warehouse.rows(
    'serve.users',
    `select user_id, count(*)::integer as items from ${relation} group by user_id order by user_id`,
  );
  const [itemOf] = await warehouse.integers(
    'serve.histories',
    `select item_number::integer as item_number from ${relation} order by user_id, age desc`,
  );
  const offsets = new Int32Array(users.length + 1);
  for (const [number, { items }] of users.entries())
    offsets[number + 1] = (offsets[number] ?? 0) + Number(items);
  return {
    userIds: users.map(({ user_id }) => String(user_id)),
    offsets,
    itemOf: itemOf ?? new Int32Array(0),
  };
}

/** Item numbers of one training in those of another; -1 where the other does not know the item. */
export function translated(
  itemOf: Int32Array,
  fromIds: readonly string[],
  toIds: readonly string[],
): Int32Array<ArrayBuffer> {
  const numberOf = new Map(toIds.map((id, index) => [id, index]));
  const numbers = Int32Array.from(fromIds, (id) => numberOf.get(id) ?? -1);
  const translations = new Int32Array(itemOf.length);
  for (let at = 0; at < itemOf.length; at++) translations[at] = numbers[itemOf[at] as number] ?? -1;
  return translations;
}

/** What the shop says of an item now. */
export interface OfferedItem {
  readonly title: string;
  readonly categories: readonly string[];
  /** No source delivers it any more. */
  readonly gone: boolean;
}

/** Reads `unified.items`: id → what the shop says of it; empty where there is none. */
export async function readOffered(
  warehouse: Warehouse,
  paths: readonly string[],
): Promise<ReadonlyMap<string, OfferedItem>> {
  if (paths.length === 0) return new Map();
  const rows = await warehouse.rows(
    'serve.items',
    `select item_id, title, category, gone_since is not null as gone from ${readParquetSql(paths)} order by item_id`,
  );
  return new Map(
    rows.map((row) => [
      String(row.item_id),
      {
        title: String(row.title ?? ''),
        categories: categoriesOf(String(row.category ?? '')),
        gone: row.gone === true,
      },
    ]),
  );
}

/** The category as written and, where it is a path, each of its steps. */
export function categoriesOf(category: string): string[] {
  const whole = category.trim();
  const steps = whole.split(/[>/|]/).map((step) => step.trim());
  return [...new Set([whole, ...steps])].filter((step) => step !== '');
}
