import type { ItemCatalogue } from './item-profiles.ts';

/**
 * How much a word tells variants of a product apart (`blue`, `xl`, `women`), 0 to 1, by word id.
 *
 * Two items of one namespace whose names differ in one word only are two variants, because one namespace lists a thing
 * once: the words they differ in are contrasted. A word's value is the share of its items in which it is contrasted,
 * lowered for rare words (+2 in the denominator). Learned from the catalogue itself; no labels, no list of colours.
 *
 * Names are compared without one word at a time by a commutative hash of 52 bits.
 */
export async function findVariantWords(
  { items, vocabulary }: ItemCatalogue,
  breathe: () => Promise<void>,
): Promise<Float64Array> {
  const buckets = new Map<string, Map<number, number[]>>();
  for (const [number, item] of items.entries()) {
    await breathe();
    const [high, low] = item.words.reduce(([h, l], word) => [h + mix(word, 1), l + mix(word, 2)], [0, 0]);
    const quantities = item.quantities.map(({ value, dimension }) => `${value}${dimension}`).sort();
    for (const word of item.words) {
      if (item.labels.has(word)) continue;
      const key = `${item.namespace} ${high - mix(word, 1)} ${low - mix(word, 2)} ${quantities.join()}`;
      const bucket = buckets.get(key) ?? new Map<number, number[]>();
      buckets.set(key, bucket);
      bucket.set(word, [...(bucket.get(word) ?? []), number]);
    }
  }
  return sharesOf(vocabulary.length, items, buckets.values());
}

function sharesOf(
  words: number,
  items: ItemCatalogue['items'],
  buckets: Iterable<ReadonlyMap<number, readonly number[]>>,
): Float64Array {
  const contrasted = new Map<number, Set<number>>();
  for (const bucket of buckets) {
    if (bucket.size < 2) continue;
    for (const [word, numbers] of bucket) {
      const known = contrasted.get(word) ?? new Set<number>();
      contrasted.set(word, known);
      for (const number of numbers) known.add(number);
    }
  }
  const shares = new Float64Array(words);
  const frequencies = new Float64Array(words);
  for (const item of items)
    for (const word of item.words) frequencies[word] = (frequencies[word] as number) + 1;
  for (const [word, numbers] of contrasted) shares[word] = numbers.size / ((frequencies[word] as number) + 2);
  return shares;
}

/** A well-mixed number of 32 bits. Source: finaliser of MurmurHash3 (public domain). */
function mix(word: number, seed: number): number {
  let hash = Math.imul(word + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
