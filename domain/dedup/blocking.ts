import type { ItemCatalogue, ItemProfile } from './item-profiles.ts';

/** Candidate pairs: `left[i]` and `right[i]` are item numbers of two namespaces, left < right, no pair twice. */
export interface CandidatePairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Pairs of items of two namespaces there are in all. */
  readonly possible: number;
}

/** How blocking chooses; the defaults are measured by the tests. */
export interface BlockingOptions {
  /** A key that more items have than this is too common to lead anywhere by itself. Default 400. */
  readonly mostItemsPerKey?: number;
  /** Best candidates kept per item and other namespace. Default 20. */
  readonly candidates?: number;
}

/**
 * Finds the pairs worth comparing: items of two namespaces that share rare words, model numbers, quantities or
 * beginnings of words. Words and quantities that are too common count in twos (`brand` and `colour`).
 *
 * Inverted index in typed arrays: each item adds up the rarity of the keys it shares with others and keeps the best by
 * (sum descending, item number). A pair is a candidate when either side keeps it.
 * Cost: items x keys x `mostItemsPerKey` additions at most, so linear in the items.
 */
export async function findCandidates(
  catalogue: ItemCatalogue,
  breathe: () => Promise<void>,
  options: BlockingOptions = {},
): Promise<CandidatePairs> {
  const { items } = catalogue;
  const index = await createIndex(catalogue, options.mostItemsPerKey ?? 400, breathe);
  const groups = groupsOf(items);
  const shared = new Float64Array(items.length);
  const pairs: number[] = [];
  for (let item = 0; item < items.length; item++) {
    const touched = addShared(index, groups, item, shared);
    for (const other of bestOf(touched, shared, groups, options.candidates ?? 20)) {
      pairs.push(Math.min(item, other) * items.length + Math.max(item, other));
    }
    for (const other of touched) shared[other] = 0;
    await breathe();
  }
  const ordered = Float64Array.from(pairs)
    .sort()
    .filter((pair, place, all) => pair !== all[place - 1]);
  return {
    left: Int32Array.from(ordered, (pair) => Math.floor(pair / items.length)),
    right: Int32Array.from(ordered, (pair) => pair % items.length),
    possible: possiblePairs(groups),
  };
}

/** Keys of every item and items of every key, flat with starts. Keys that lead nowhere have no items. */
interface KeyIndex {
  readonly keysOfItem: readonly Int32Array[];
  readonly weights: Float64Array;
  readonly starts: Int32Array;
  readonly itemsOfKey: Int32Array;
}

async function createIndex(
  catalogue: ItemCatalogue,
  most: number,
  breathe: () => Promise<void>,
): Promise<KeyIndex> {
  const single = numberKeys(catalogue.items.map((item) => blockingKeys(item, catalogue)));
  const isCommon = (key: number): boolean => (single.counts[key] ?? 0) > most;
  const pairIds = new Map<number, number>();
  const counts = single.counts.slice();
  const keysOfItem: Int32Array[] = [];
  for (const keys of single.keysOfItem) {
    const common = keys.filter((key) => isCommon(key) && !single.isPrefix[key]).sort();
    const own = [...keys.filter((key) => !isCommon(key))];
    for (let first = 0; first < common.length; first++) {
      for (let second = first + 1; second < common.length; second++) {
        const pair = (common[first] as number) * single.counts.length + (common[second] as number);
        const id = pairIds.get(pair) ?? counts.length;
        if (id === counts.length) counts.push(0);
        pairIds.set(pair, id);
        counts[id] = (counts[id] as number) + 1;
        own.push(id);
      }
    }
    keysOfItem.push(Int32Array.from(own));
    await breathe();
  }
  return invert(keysOfItem, counts, most);
}

function invert(keysOfItem: readonly Int32Array[], counts: readonly number[], most: number): KeyIndex {
  const leads = counts.map((count) => count > 1 && count <= most);
  const weights = Float64Array.from(counts, (count, key) =>
    leads[key] ? Math.log((1 + keysOfItem.length) / (1 + count)) + 0.1 : 0,
  );
  const starts = new Int32Array(counts.length + 1);
  for (let key = 0; key < counts.length; key++) {
    starts[key + 1] = (starts[key] as number) + (leads[key] ? (counts[key] as number) : 0);
  }
  const itemsOfKey = new Int32Array(starts[counts.length] as number);
  const next = starts.slice();
  keysOfItem.forEach((keys, item) => {
    for (const key of keys) {
      if (!leads[key]) continue;
      itemsOfKey[next[key] as number] = item;
      next[key] = (next[key] as number) + 1;
    }
  });
  return { keysOfItem, weights, starts, itemsOfKey };
}

/** Texts to numbers, in the order they appear. */
function numberKeys(texts: readonly ReadonlySet<string>[]) {
  const ids = new Map<string, number>();
  const counts: number[] = [];
  const isPrefix: boolean[] = [];
  const keysOfItem = texts.map((keys) =>
    Int32Array.from(keys, (key) => {
      const id = ids.get(key) ?? ids.size;
      ids.set(key, id);
      counts[id] = (counts[id] ?? 0) + 1;
      isPrefix[id] = key.endsWith(prefixMark);
      return id;
    }),
  );
  return { keysOfItem, counts, isPrefix };
}

const prefixLength = 4;
const prefixMark = '…';

/** Distinct keys of an item: words and model numbers, quantities by value, first letters of longer words. */
export function blockingKeys(
  item: ItemProfile,
  { vocabulary }: Pick<ItemCatalogue, 'vocabulary'>,
): Set<string> {
  const keys = new Set<string>();
  for (const id of item.words) {
    const word = vocabulary[id] ?? '';
    if (item.labels.has(id)) continue;
    keys.add(word);
    if (word.length > prefixLength) keys.add(`${word.slice(0, prefixLength)}${prefixMark}`);
  }
  for (const { value, dimension, raw } of item.quantities) {
    keys.add(`#${raw}`);
    if (dimension !== '') keys.add(`#${value} ${dimension}`);
  }
  return keys;
}

/** Number of each item's namespace. */
function groupsOf(items: readonly ItemProfile[]): Int32Array {
  const names = [...new Set(items.map(({ namespace }) => namespace))];
  return Int32Array.from(items, ({ namespace }) => names.indexOf(namespace));
}

function addShared(index: KeyIndex, groups: Int32Array, item: number, shared: Float64Array): number[] {
  const touched: number[] = [];
  const group = groups[item];
  for (const key of index.keysOfItem[item] ?? []) {
    const weight = index.weights[key] ?? 0;
    if (weight === 0) continue;
    const end = index.starts[key + 1] ?? 0;
    for (let place = index.starts[key] ?? 0; place < end; place++) {
      const other = index.itemsOfKey[place] as number;
      if (groups[other] === group) continue;
      if (shared[other] === 0) touched.push(other);
      shared[other] = (shared[other] as number) + weight;
    }
  }
  return touched;
}

/** The `count` items of each namespace with the highest sums; of equal sums the smaller item number. */
function bestOf(
  touched: readonly number[],
  shared: Float64Array,
  groups: Int32Array,
  count: number,
): number[] {
  const best = new Map<number, number[]>();
  const isBetter = (a: number, b: number): boolean => {
    const difference = (shared[a] as number) - (shared[b] as number);
    return difference > 0 || (difference === 0 && a < b);
  };
  for (const other of touched) {
    const group = groups[other] as number;
    const list = best.get(group) ?? [];
    best.set(group, list);
    if (list.length === count && !isBetter(other, list[count - 1] as number)) continue;
    let place = list.length === count ? count - 1 : list.length;
    for (; place > 0 && isBetter(other, list[place - 1] as number); place--) {
      list[place] = list[place - 1] as number;
    }
    list[place] = other;
  }
  return [...best.values()].flat();
}

function possiblePairs(groups: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const squares = [...sizes.values()].reduce((sum, size) => sum + size * size, 0);
  return (groups.length * groups.length - squares) / 2;
}
