import type { Quantity } from './quantities.ts';
import { foldText, tokenizeText, tokenizeTitle } from './title-tokens.ts';

/** What matching knows of one item of one namespace. */
export interface ItemText {
  readonly namespace: string;
  readonly itemId: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly brand: string | null;
  /** In units of its currency. */
  readonly price: number | null;
}

/** A sparse vector of L2 norm 1 (or empty): ascending indices and their weights. */
export interface SparseVector {
  readonly ids: Int32Array;
  readonly weights: Float64Array;
}

/** An item taken apart; words are ids into the catalogue's vocabulary. */
export interface ItemProfile {
  readonly namespace: string;
  readonly itemId: string;
  /** Words and model numbers of title and brand, ascending. */
  readonly words: Int32Array;
  readonly brand: Int32Array;
  readonly labels: ReadonlySet<number>;
  readonly codes: readonly string[];
  readonly quantities: readonly Quantity[];
  readonly squashed: string;
  readonly price: number | null;
  /** Inverse-document-frequency weighted words of title and description. */
  readonly text: SparseVector;
  /** Character trigrams of the title's words, hashed. */
  readonly grams: SparseVector;
}

/** All items to be matched, in a fixed order, with the vocabulary of their names. */
export interface ItemCatalogue {
  readonly items: readonly ItemProfile[];
  /** Word id → word. */
  readonly vocabulary: readonly string[];
  /** Word id → ln((1 + items) / (1 + items with it in their name)) + 0.1: high for rare words. */
  readonly rarity: Float64Array;
  /** Words of names and descriptions, for `ItemProfile.text`, and their rarity. */
  readonly textVocabulary: readonly string[];
  readonly textRarity: Float64Array;
  /** Rarity of a word that one item has. */
  readonly highestRarity: number;
}

/** The words of an earlier catalogue: they keep their ids and their rarity, and a new word is one that one item has. */
export type HeldWords = Pick<
  ItemCatalogue,
  'vocabulary' | 'rarity' | 'textVocabulary' | 'textRarity' | 'highestRarity'
>;

/**
 * Takes items apart and weighs their words by how rare they are among all of them. No labels are needed.
 *
 * @param items ordered by (namespace, item id)
 * @param breathe awaited now and then, so that other work of the process goes on
 * @param held words of an earlier catalogue; an item that was in it comes out as it did then
 */
export async function profileItems(
  items: readonly ItemText[],
  breathe: () => Promise<void>,
  held?: HeldWords,
): Promise<ItemCatalogue> {
  const words = createVocabulary(held?.vocabulary);
  const textWords = createVocabulary(held?.textVocabulary);
  const drafts: Draft[] = [];
  for (const item of items) {
    drafts.push(draftOf(item, words, textWords));
    await breathe();
  }
  const rarity = held ? heldRarity(held.rarity, words, held) : words.rarity(items.length);
  const textRarity = held ? heldRarity(held.textRarity, textWords, held) : textWords.rarity(items.length);
  const profiles: ItemProfile[] = [];
  for (const { textCounts, gramCounts, ...draft } of drafts) {
    const text = vectorOf(textCounts, (id, count) => (1 + Math.log(count)) * (textRarity[id] ?? 0));
    const grams = vectorOf(gramCounts, (_, count) => count);
    profiles.push({ ...draft, text, grams });
    await breathe();
  }
  return {
    items: profiles,
    vocabulary: words.list,
    rarity,
    textVocabulary: textWords.list,
    textRarity,
    highestRarity: held?.highestRarity ?? Math.log((1 + items.length) / 2) + 0.1,
  };
}

function heldRarity(known: Float64Array, words: Vocabulary, { highestRarity }: HeldWords): Float64Array {
  return Float64Array.from(words.list, (_, id) => known[id] ?? highestRarity);
}

type Draft = Omit<ItemProfile, 'text' | 'grams'> & {
  readonly textCounts: ReadonlyMap<number, number>;
  readonly gramCounts: ReadonlyMap<number, number>;
};

function draftOf(item: ItemText, words: Vocabulary, textWords: Vocabulary): Draft {
  const tokens = tokenizeTitle(item.title ?? '');
  const brand = tokenizeTitle(item.brand ?? '').words.map(words.idOf);
  const own = new Set([...tokens.words, ...tokens.codes].map(words.idOf));
  for (const id of brand) own.add(id);
  words.count(own);
  const textCounts = new Map<number, number>();
  for (const word of tokenizeText(`${item.title ?? ''} ${item.description ?? ''}`)) {
    const id = textWords.idOf(word);
    textCounts.set(id, (textCounts.get(id) ?? 0) + 1);
  }
  textWords.count(textCounts.keys());
  return {
    namespace: item.namespace,
    itemId: item.itemId,
    words: Int32Array.from(own).sort(),
    brand: Int32Array.from(brand).sort(),
    labels: new Set([...tokens.labels].map(words.idOf)),
    codes: tokens.codes,
    quantities: tokens.quantities,
    squashed: tokens.squashed,
    price: item.price,
    textCounts,
    gramCounts: countGrams(item.title ?? ''),
  };
}

const gramBuckets = 1 << 20;

/** Trigrams of each word with a blank around it, hashed into 2^20 buckets (FNV-1a over UTF-16 units). */
function countGrams(title: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const word of foldText(title).split(/[^\p{L}\p{N}]+/u)) {
    if (word === '') continue;
    const padded = ` ${word} `;
    for (let start = 0; start + 3 <= padded.length; start++) {
      let hash = 0x811c9dc5;
      for (let index = start; index < start + 3; index++) {
        hash = Math.imul(hash ^ padded.charCodeAt(index), 0x01000193);
      }
      const bucket = hash >>> 12;
      counts.set(bucket % gramBuckets, (counts.get(bucket % gramBuckets) ?? 0) + 1);
    }
  }
  return counts;
}

function vectorOf(
  counts: ReadonlyMap<number, number>,
  weigh: (id: number, count: number) => number,
): SparseVector {
  const ids = Int32Array.from(counts.keys()).sort();
  const weights = Float64Array.from(ids, (id) => weigh(id, counts.get(id) ?? 0));
  const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  return { ids, weights: norm > 0 ? weights.map((weight) => weight / norm) : weights };
}

interface Vocabulary {
  readonly list: string[];
  readonly idOf: (word: string) => number;
  /** Counts one more item that has these words. */
  readonly count: (ids: Iterable<number>) => void;
  readonly rarity: (items: number) => Float64Array;
}

function createVocabulary(held: readonly string[] = []): Vocabulary {
  const ids = new Map(held.map((word, id) => [word, id]));
  const list = [...held];
  const frequencies: number[] = list.map(() => 0);
  return {
    list,
    idOf(word) {
      const known = ids.get(word);
      if (known !== undefined) return known;
      ids.set(word, list.length);
      frequencies.push(0);
      return list.push(word) - 1;
    },
    count(found) {
      for (const id of found) frequencies[id] = (frequencies[id] ?? 0) + 1;
    },
    rarity: (items) =>
      Float64Array.from(frequencies, (frequency) => Math.log((1 + items) / (1 + frequency)) + 0.1),
  };
}
