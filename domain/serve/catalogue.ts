import { numberOf, type TextColumn, type TextIndex, textColumn, textIndex } from './text-column.ts';

/** A model's items as serving needs them; flat arrays by item number, made in the gathering thread. */
export interface Catalogue {
  /** The shop's ids. */
  readonly ids: TextIndex;
  /** Empty where unknown. */
  readonly titles: TextColumn;
  readonly categories: ItemsByCategory;
  /** [items] how often each was asked for; the order of the fallback. */
  readonly interest: Float64Array<ArrayBuffer>;
  /** [items] 1 = no longer offered since the training. */
  readonly gone: Uint8Array<ArrayBuffer>;
}

/** Items of each category: category c's are `items[offsets[c] .. offsets[c + 1])`, in rising order. */
export interface ItemsByCategory {
  readonly names: TextIndex;
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly items: Int32Array<ArrayBuffer>;
}

/** Users' histories: those of user u are `items[offsets[u] .. offsets[u + 1])`, oldest first. */
export interface Histories {
  readonly users: TextIndex;
  readonly offsets: Int32Array<ArrayBuffer>;
  /** Item numbers; -1 where the model does not know the item. */
  readonly items: Int32Array<ArrayBuffer>;
}

/** One item to lay out. */
export interface CatalogueItem {
  readonly id: string;
  readonly title: string;
  readonly categories: readonly string[];
  readonly interest: number;
  readonly gone: boolean;
}

/** Lays items out, in the order of their numbers. */
export function createCatalogue(items: readonly CatalogueItem[]): Catalogue {
  return {
    ids: textIndex(items.map(({ id }) => id)),
    titles: textColumn(items.map(({ title }) => title)),
    categories: itemsByCategory(items.map(({ categories }) => categories)),
    interest: Float64Array.from(items, ({ interest }) => interest),
    gone: Uint8Array.from(items, ({ gone }) => (gone ? 1 : 0)),
  };
}

/** A category's items; none for an unknown one. */
export function itemsIn({ names, offsets, items }: ItemsByCategory, category: string): Int32Array {
  return sliceOf(offsets, items, numberOf(names, category));
}

/** A user's items that the model knows; none for an unknown user. */
export function historyOf({ users, offsets, items }: Histories, user: string): number[] {
  return Array.from(sliceOf(offsets, items, numberOf(users, user))).filter((item) => item >= 0);
}

function sliceOf(offsets: Int32Array, items: Int32Array, number: number | undefined): Int32Array {
  return number === undefined ? items.subarray(0, 0) : items.subarray(offsets[number], offsets[number + 1]);
}

function itemsByCategory(categories: readonly (readonly string[])[]): ItemsByCategory {
  const lists = new Map<string, number[]>();
  for (const [item, names] of categories.entries()) {
    for (const name of new Set(names)) {
      const list = lists.get(name);
      if (list) list.push(item);
      else lists.set(name, [item]);
    }
  }
  const offsets = new Int32Array(lists.size + 1);
  for (const [number, list] of [...lists.values()].entries())
    offsets[number + 1] = (offsets[number] ?? 0) + list.length;
  return { names: textIndex([...lists.keys()]), offsets, items: Int32Array.from([...lists.values()].flat()) };
}
