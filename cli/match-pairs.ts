import { type PairFigures, pairReasons } from '../domain/dedup/pair-reasons.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { hashOf } from '../domain/runtime/hashing.ts';
import type { Store } from '../domain/store/store.ts';
import type { Row } from '../domain/warehouse/warehouse.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { ItemRef } from '../schemas/match-decision.ts';
import { readTable } from './read-table.ts';

/** A compared pair of a snapshot. */
export interface FoundPair {
  /** First 10 digits of the hash of both items. */
  readonly id: string;
  readonly a: ItemRef;
  readonly b: ItemRef;
  readonly score: number;
  readonly isMatch: boolean;
  readonly why: readonly string[];
  /** Name of the decision the night went by; null where nobody decided. */
  readonly decision: string | null;
}

/** What the sources say of an item: per column the newest value. */
export interface ItemRecord {
  readonly title: string | null;
  readonly brand: string | null;
  readonly category: string | null;
  readonly description: string | null;
  readonly price: string | null;
  readonly currency: string | null;
  readonly sources: string;
  /** Where the newest row lies, `<file>:<line>`. */
  readonly row: string;
}

/** The compared pairs of a snapshot with a score in the range, ordered by both items. */
export async function comparedPairs(
  store: Store,
  snapshot: Snapshot,
  [low, high]: readonly [number, number],
): Promise<FoundPair[]> {
  const rows = await readTable(
    store,
    snapshot,
    'match.pairs',
    (relation) => `
      select * from ${relation}
      where score >= $low and score <= $high
      order by namespace_a, item_a, namespace_b, item_b`,
    { low, high },
  );
  return rows.map(foundPair);
}

/** What the sources say of items, by `itemName`; items that no source delivers are left out. */
export async function itemRecords(
  store: Store,
  snapshot: Snapshot,
  items: readonly ItemRef[],
): Promise<ReadonlyMap<string, ItemRecord>> {
  const newest = ['title', 'brand', 'category', 'description', 'price', 'currency'].map((column) => {
    const leading = column === 'currency' ? 'price' : column;
    return `first(${column} order by last_seen desc, _source) filter (${leading} is not null)::varchar as ${column}`;
  });
  const rows = await readTable(
    store,
    snapshot,
    'match.records.items',
    (relation) => `
      select namespace, item_id, ${newest.join(', ')},
        string_agg(distinct _source, ', ' order by _source) as sources,
        first(_file || ':' || _line order by last_seen desc, _source) as row
      from ${relation}
      where namespace || '/' || item_id in (select unnest(from_json($names, '["VARCHAR"]')))
      group by namespace, item_id
      order by namespace, item_id`,
    { names: JSON.stringify([...new Set(items.map(itemName))]) },
  );
  return new Map(
    rows.map((row) => [
      itemName({ namespace: String(row.namespace), itemId: String(row.item_id) }),
      row as unknown as ItemRecord,
    ]),
  );
}

/** An item as people write it: `<namespace>/<item id>`. */
export function itemName({ namespace, itemId }: ItemRef): string {
  return `${namespace}/${itemId}`;
}

/**
 * The two items that the arguments name: two items, or the id of one compared pair.
 *
 * @throws CliError STK-MATCH-UNKNOWN (exit 2) where there is no such pair or item
 */
export async function namedPair(
  store: Store,
  snapshot: Snapshot,
  first: string,
  second: string | undefined,
): Promise<{ readonly pair: FoundPair | undefined; readonly a: ItemRef; readonly b: ItemRef }> {
  const all = await comparedPairs(store, snapshot, [0, 1]);
  if (second === undefined) {
    const pair = all.find(({ id }) => id === first);
    if (pair) return { pair, a: pair.a, b: pair.b };
    throw unknown(
      `There is no compared pair '${first}' in snapshot ${snapshot.number}; expected an id that 'stocktake match list' prints, or two items: <namespace>/<item id> <namespace>/<item id>`,
    );
  }
  const [a, b] = [itemRef(first), itemRef(second)];
  const known = await itemRecords(store, snapshot, [a, b]);
  const missing = [a, b].find((item) => !known.has(itemName(item)));
  if (missing) throw unknown(await unknownItem(store, snapshot, missing));
  if (itemName(a) === itemName(b)) {
    throw unknown(`${itemName(a)} is given twice, expected two items (stocktake match list)`);
  }
  const pair = all.find(
    (one) => (isSame(one.a, a) && isSame(one.b, b)) || (isSame(one.a, b) && isSame(one.b, a)),
  );
  return { pair, a, b };
}

function isSame(one: ItemRef, other: ItemRef): boolean {
  return itemName(one) === itemName(other);
}

function itemRef(text: string): ItemRef {
  const at = text.indexOf('/');
  if (at > 0 && at < text.length - 1) return { namespace: text.slice(0, at), itemId: text.slice(at + 1) };
  throw unknown(`'${text}' is no item; expected <namespace>/<item id> as 'stocktake match list' prints it`);
}

async function unknownItem(store: Store, snapshot: Snapshot, item: ItemRef): Promise<string> {
  const rows = await readTable(
    store,
    snapshot,
    'match.records.items',
    (relation) => `select distinct namespace from ${relation} order by namespace`,
  );
  const names = rows.map(({ namespace }) => String(namespace));
  const hint = names.includes(item.namespace)
    ? `${item.namespace} has no such item id`
    : `there are the namespaces ${names.join(', ') || '(none)'}`;
  return `No source delivers the item ${itemName(item)} in snapshot ${snapshot.number}: ${hint}; pairs to decide about: stocktake match list`;
}

function unknown(message: string): CliError {
  return new CliError(message, { code: 'STK-MATCH-UNKNOWN', exitCode: 2 });
}

function foundPair(row: Row): FoundPair {
  const a = { namespace: String(row.namespace_a), itemId: String(row.item_a) };
  const b = { namespace: String(row.namespace_b), itemId: String(row.item_b) };
  return {
    id: hashOf([a, b]).slice(0, 10),
    a,
    b,
    score: Number(row.score),
    isMatch: row.is_match === true,
    why: pairReasons(row as unknown as PairFigures),
    decision: typeof row.decision === 'string' ? row.decision : null,
  };
}
