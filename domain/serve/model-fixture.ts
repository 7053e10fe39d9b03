import { createCatalogue } from './catalogue.ts';
import { createServedModel, type ModelParts, type Scorer, type ServedModel } from './served-model.ts';

/** Who asked for what, oldest first: the smallest thing a model can be counted from. */
export type Baskets = Readonly<Record<string, readonly string[]>>;

/** A model for tests: an item scores how often it shares a user with the items of the history. */
export function coOccurrenceModel(
  baskets: Baskets,
  given: Partial<ModelParts> & {
    readonly itemCategories?: Readonly<Record<string, readonly string[]>>;
    /** Ids of items no longer offered. */
    readonly gone?: readonly string[];
  } = {},
): ServedModel {
  const itemIds = [...new Set(Object.values(baskets).flat())].sort();
  const indexOf = new Map(itemIds.map((id, index) => [id, index]));
  const histories = new Map(
    Object.entries(baskets).map(([user, items]) => [user, items.map((item) => indexOf.get(item) ?? -1)]),
  );
  const counts = countsOf(itemIds.length, [...histories.values()]);
  const { itemCategories, gone, ...parts } = given;
  return createServedModel({
    version: 'v1',
    name: 'co-occurrence',
    scorer: coOccurrence(itemIds.length, [...histories.values()]),
    catalogue: createCatalogue(
      itemIds.map((id, item) => ({
        id,
        title: `Title of ${id}`,
        categories: itemCategories?.[id] ?? [],
        interest: counts[item] ?? 0,
        gone: gone?.includes(id) ?? false,
      })),
    ),
    historyOf: (user) => histories.get(user) ?? [],
    ...parts,
  });
}

/** Counts of common users, for sequences of item indexes. */
export function coOccurrence(items: number, sequences: readonly (readonly number[])[]): Scorer {
  const rows = Array.from({ length: items }, () => new Map<number, number>());
  for (const sequence of sequences) {
    const distinct = [...new Set(sequence)];
    for (const a of distinct) {
      for (const b of distinct) if (a !== b) rows[a]?.set(b, (rows[a].get(b) ?? 0) + 1);
    }
  }
  return {
    items,
    score(history, into) {
      into.fill(0);
      for (const known of history) {
        for (const [item, count] of rows[known] ?? []) into[item] = (into[item] ?? 0) + count;
      }
    },
    similarItems: (item, n) =>
      [...(rows[item] ?? [])]
        .map(([other, score]) => ({ item: other, score }))
        .sort((a, b) => b.score - a.score || a.item - b.item)
        .slice(0, n),
    explain: (history, item) =>
      [...new Set(history)]
        .map((known) => ({ item: known, share: rows[known]?.get(item) ?? 0 }))
        .filter(({ share }) => share > 0)
        .sort((a, b) => b.share - a.share || a.item - b.item),
  };
}

function countsOf(items: number, sequences: readonly (readonly number[])[]): Float32Array {
  const counts = new Float32Array(items);
  for (const item of sequences.flat()) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}
