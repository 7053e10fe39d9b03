import { jaroWinkler } from '../math/string-likeness.ts';
import { type FeatureGroup, type TitleViews, unknowns } from './pair-feature-row.ts';
import type { Bag, ProfiledRecords, TextView } from './pair-profiles.ts';

/**
 * Words of two texts, weighted by rarity: cosine; share of each side that the other has; rarest word missed and rarity
 * missed in all on each side; rarest word in common; plain overlap.
 */
export const wordGroup: FeatureGroup<TextView> = {
  names: [
    'cosine',
    'coverLeft',
    'coverRight',
    'missLeft',
    'missRight',
    'lackLeft',
    'lackRight',
    'rarest',
    'jaccard',
  ],
  write(row, left, right, { wordRarity }) {
    if (left.isEmpty || right.isEmpty) {
      unknowns(row, 9);
      return;
    }
    const found = compareBags(left.words, right.words, wordRarity);
    row.put(found.cosine);
    row.put(share(found.common, left.words.sum));
    row.put(share(found.common, right.words.sum));
    row.put(found.missLeft);
    row.put(found.missRight);
    row.put(left.words.sum - found.common);
    row.put(right.words.sum - found.common);
    row.put(found.rarest);
    row.put(found.count / Math.max(1, left.words.ids.length + right.words.ids.length - found.count));
  },
};

/** Character 3-grams of two texts, weighted by rarity: cosine, and the share of each side that the other has. */
export const gramGroup: FeatureGroup<TextView> = {
  names: ['gramCosine', 'gramCoverLeft', 'gramCoverRight'],
  write(row, left, right, { gramRarity }) {
    if (left.isEmpty || right.isEmpty) {
      unknowns(row, 3);
      return;
    }
    const found = compareBags(left.grams, right.grams, gramRarity);
    row.put(found.cosine);
    row.put(share(found.common, left.grams.sum));
    row.put(share(found.common, right.grams.sum));
  },
};

interface BagComparison {
  cosine: number;
  common: number;
  count: number;
  missLeft: number;
  missRight: number;
  rarest: number;
}

const bags: BagComparison = { cosine: 0, common: 0, count: 0, missLeft: 0, missRight: 0, rarest: 0 };

/** Merges two rising lists; the result is the same object at every call. */
function compareBags(left: Bag, right: Bag, rarity: Float32Array): BagComparison {
  const [a, b] = [left.ids, right.ids];
  const [m, n] = [a.length, b.length];
  let [i, j, dot, common, count] = [0, 0, 0, 0, 0];
  let [missLeft, missRight, rarest] = [0, 0, 0];
  while (i < m && j < n) {
    const x = a[i] as number;
    const y = b[j] as number;
    if (x === y) {
      const weight = rarity[x] as number;
      dot += weight * weight;
      common += weight;
      count++;
      if (weight > rarest) rarest = weight;
      i++;
      j++;
    } else if (x < y) {
      const weight = rarity[x] as number;
      if (weight > missLeft) missLeft = weight;
      i++;
    } else {
      const weight = rarity[y] as number;
      if (weight > missRight) missRight = weight;
      j++;
    }
  }
  bags.cosine = share(dot, left.norm * right.norm);
  bags.common = common;
  bags.count = count;
  bags.missLeft = highestFrom(a, i, rarity, missLeft);
  bags.missRight = highestFrom(b, j, rarity, missRight);
  bags.rarest = rarest;
  return bags;
}

function highestFrom(ids: Int32Array, from: number, rarity: Float32Array, least: number): number {
  let highest = least;
  for (let at = from; at < ids.length; at++) {
    const weight = rarity[ids[at] as number] as number;
    if (weight > highest) highest = weight;
  }
  return highest;
}

/**
 * Words of a title found in the whole of the other record, in any spelling: the same word, its run inside the other's
 * letters and digits, or a word of the other title that is almost the same (Jaro-Winkler from 0.92).
 *
 * Share found by rarity, rarest word not found, second rarest, and number not found.
 */
export interface Coverage {
  share: number;
  miss: number;
  second: number;
  missed: number;
}

const coverage: Coverage = { share: 0, miss: 0, second: 0, missed: 0 };

function coverageOf(
  title: TextView,
  otherTitle: TextView,
  other: TextView,
  records: ProfiledRecords,
): Coverage {
  const { wordRarity, words } = records;
  let [found, miss, second, missed] = [0, 0, 0, 0];
  for (let at = 0; at < title.order.length; at++) {
    const id = title.order[at] as number;
    const rarity = wordRarity[id] as number;
    if (holds(other.words.ids, id) || isSpelled(title, at, other, otherTitle, words)) {
      found += rarity;
      continue;
    }
    missed++;
    if (rarity > miss) [second, miss] = [miss, rarity];
    else if (rarity > second) second = rarity;
  }
  coverage.share = share(found, title.words.sum);
  coverage.miss = miss;
  coverage.second = second;
  coverage.missed = missed;
  return coverage;
}

function isSpelled(
  title: TextView,
  at: number,
  other: TextView,
  otherTitle: TextView,
  words: readonly string[],
): boolean {
  const run = title.runs[at] as string;
  if (run.length >= 4 && other.squashed.includes(run)) return true;
  const word = words[title.order[at] as number] as string;
  if (word.length < 4 || /\d/.test(word)) return false;
  const first = word.charCodeAt(0);
  for (let place = 0; place < otherTitle.order.length; place++) {
    const candidate = words[otherTitle.order[place] as number] as string;
    if (candidate.charCodeAt(0) === first && candidate.length >= 4 && jaroWinkler(word, candidate) >= 0.92) {
      return true;
    }
  }
  return false;
}

function holds(ids: Int32Array, id: number): boolean {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id;
}

/** What one title has that the other record lacks, and the first words. */
export const titleGroup: FeatureGroup<TitleViews> = {
  names: [
    'spelledLeft',
    'unspelledLeft',
    'unspelledLeft2',
    'unspelledLeftCount',
    'spelledRight',
    'unspelledRight',
    'unspelledRight2',
    'unspelledRightCount',
    'firstWord',
  ],
  write(row, left, right, records) {
    if (left.main.isEmpty || right.main.isEmpty) {
      unknowns(row, 9);
      return;
    }
    for (const [title, other] of [
      [left.main, right],
      [right.main, left],
    ] as const) {
      const found = coverageOf(title, other.main, other.whole, records);
      row.put(found.share);
      row.put(found.miss);
      row.put(found.second);
      row.put(found.missed);
    }
    row.put(firstWord(left.main, right.main));
  },
};

/** 2: the titles begin with the same word · 1: one's first word is in the other · 0: neither. */
function firstWord(left: TextView, right: TextView): number {
  const [a, b] = [left.order[0] as number, right.order[0] as number];
  if (a === b) return 2;
  return holds(right.words.ids, a) || holds(left.words.ids, b) ? 1 : 0;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
