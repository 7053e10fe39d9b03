import type { Alignment, MissedWord, WordKnowledge } from './word-alignment.ts';
import { isOneEditApart } from './word-likeness.ts';

/** A candidate pair to learn from: which words each name has that the other does not account for. */
export interface LearningPair {
  /** How well the two go together by everything else, 0 to 1. */
  readonly affinity: number;
  readonly missedLeft: Int32Array;
  readonly missedRight: Int32Array;
}

/** The learning pair of an alignment: words of which more than half is missed. */
export function learningPair(affinity: number, alignment: Alignment): LearningPair {
  const words = (missed: readonly MissedWord[]): Int32Array =>
    Int32Array.from(missed.filter((one) => one.missed > 0.5).map(({ word }) => word));
  return {
    affinity,
    missedLeft: words(alignment.missedLeft),
    missedRight: words(alignment.missedRight),
  };
}

/** What was learned of two namespaces' words, in a form that can be kept. Words are ids into the vocabulary. */
export interface LearnedWords {
  /** Left word, right word, likeness above 0. */
  readonly pairs: readonly (readonly [left: number, right: number, likeness: number])[];
  /** Right word taken as a slip of another. */
  readonly slips: readonly (readonly [word: number, meant: number])[];
}

/** The likeness of two words by what was learned; words unknown then are like nothing. */
export function learnedLikeness({ pairs, slips }: LearnedWords): WordKnowledge['learned'] {
  const meant = new Map(slips);
  const likeness = new Map(pairs.map(([left, right, value]) => [left * mostWords + right, value]));
  return (left, right) => {
    const word = meant.get(right) ?? right;
    const value = likeness.get(left * mostWords + word) ?? 0;
    return word === right ? value : value * 0.95;
  };
}

/** More words than any catalogue has; its square is still exact in a double. */
const mostWords = 2 ** 26;
const rounds = 12;
/** Right items learned from; of more, evenly spread ones. */
const mostTeachers = 10_000;
/** Chance that a word of the right name stands for none of the left one's. */
const noCounterpart = 0.01;
/** Chance that any left word stands for any right one, before anything is learned. */
const firstChance = 0.05;
/** How sharply affinity decides between the candidates of one item before words do. */
const sharpness = 12;
/** Affinity at which an item is as likely to have no true candidate, and the chance of one of its words then. */
const nobody = { affinity: 0.5, chance: 0.03 };

/**
 * Learns which words of two namespaces mean the same although they are written differently (`men` and `herren`).
 *
 * Expectation maximisation over candidate pairs: each right item belongs to one of its candidates or to none; words left
 * over in true pairs keep meeting, others meet by chance. Only a word that the other side never uses can stand for one of
 * its words: `red` does not mean `blue` where both catalogues have both. Likeness = 1.5 x the share of the foreign word's
 * occurrences that the other explains, at most 1, times c / (c + 1) for an expected count c: one meeting proves little.
 * A word met less than twice is taken as a slip of a more frequent one that is one letter away.
 * Deterministic: fixed rounds, sums in the order of the pairs.
 *
 * @param candidates per right item its candidate pairs
 * Source: IBM model 1 (Brown et al. 1993, section 4), with the partner of an item as a second hidden variable.
 */
export async function learnWordPairs(
  candidates: readonly (readonly LearningPair[])[],
  vocabulary: readonly string[],
  use: Pick<WordKnowledge, 'usedLeft' | 'usedRight'>,
  breathe: () => Promise<void>,
): Promise<LearnedWords> {
  const teachers = thinned(candidates.filter((group) => group.length > 0));
  const slips = findSlips(teachers, vocabulary);
  const steady = (word: number): number => slips.get(word) ?? word;
  const groups = teachers.map((group) =>
    group.map((pair) => ({ ...pair, missedRight: pair.missedRight.map(steady) })),
  );
  const keyOf = (left: number, right: number): number => left * vocabulary.length + right;
  const isPossible = (left: number, right: number): boolean => !use.usedLeft(right) || !use.usedRight(left);
  let counts = await expect(
    groups,
    keyOf,
    (left, right) => (isPossible(left, right) ? firstChance : 0),
    breathe,
  );
  for (let round = 1; round < rounds; round++) {
    const { together, lefts } = counts;
    counts = await expect(
      groups,
      keyOf,
      (left, right) => (together.get(keyOf(left, right)) ?? 0) / (lefts.get(left) ?? 1),
      breathe,
    );
  }
  return { pairs: likelyPairs(counts, vocabulary.length, use), slips: [...slips] };
}

function likelyPairs(
  { together, lefts, rights }: Counts,
  words: number,
  use: Pick<WordKnowledge, 'usedLeft' | 'usedRight'>,
): LearnedWords['pairs'] {
  return [...together].flatMap(([key, count]) => {
    const [left, right] = [Math.floor(key / words), key % words];
    const ofRight = use.usedLeft(right) ? 0 : count / (rights.get(right) ?? count);
    const ofLeft = use.usedRight(left) ? 0 : count / (lefts.get(left) ?? count);
    const likeness = (Math.min(1, 1.5 * Math.max(ofRight, ofLeft)) * count) / (count + 1);
    return likeness > 0 ? [[left, right, likeness] as const] : [];
  });
}

interface Counts {
  /** Expected number of meetings of a left and a right word. */
  readonly together: Map<number, number>;
  /** Expected occurrences of a word among the words left over in true pairs. */
  readonly lefts: Map<number, number>;
  readonly rights: Map<number, number>;
}

async function expect(
  groups: readonly (readonly LearningPair[])[],
  keyOf: (left: number, right: number) => number,
  chance: (left: number, right: number) => number,
  breathe: () => Promise<void>,
): Promise<Counts> {
  const counts: Counts = { together: new Map(), lefts: new Map(), rights: new Map() };
  for (const group of groups) {
    await breathe();
    const weights = posteriors(group, chance);
    group.forEach((pair, place) => {
      const weight = weights[place] as number;
      if (weight < 1e-3) return;
      for (const left of pair.missedLeft) add(counts.lefts, left, weight);
      for (const right of pair.missedRight) {
        add(counts.rights, right, weight);
        const shares = Array.from(pair.missedLeft, (left) => chance(left, right));
        const total = shares.reduce((sum, share) => sum + share, noCounterpart);
        pair.missedLeft.forEach((left, index) => {
          add(counts.together, keyOf(left, right), (weight * (shares[index] as number)) / total);
        });
      }
    });
  }
  return counts;
}

/** How likely each candidate of one item is, by affinity and by how well its left-over words explain the item's. */
function posteriors(
  group: readonly LearningPair[],
  chance: (left: number, right: number) => number,
): number[] {
  const logs = group.map((pair) => {
    let log = sharpness * pair.affinity;
    for (const right of pair.missedRight) {
      let sum = noCounterpart;
      for (const left of pair.missedLeft) sum += chance(left, right);
      log += Math.log(sum / (1 + pair.missedLeft.length));
    }
    return log;
  });
  const fewest = Math.min(...group.map(({ missedRight }) => missedRight.length));
  logs.push(sharpness * nobody.affinity + fewest * Math.log(nobody.chance));
  const highest = Math.max(...logs);
  const raised = logs.map((log) => Math.exp(log - highest));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return raised.map((value) => value / total);
}

/** Right words met in one item only, each with the frequent right word that is one letter away. */
function findSlips(
  groups: readonly (readonly LearningPair[])[],
  vocabulary: readonly string[],
): Map<number, number> {
  const items = new Map<number, Set<number>>();
  groups.forEach((group, item) => {
    for (const { missedRight } of group) {
      for (const word of missedRight) items.set(word, (items.get(word) ?? new Set<number>()).add(item));
    }
  });
  const words = [...items].map(([word, of]) => ({ word, count: of.size, text: vocabulary[word] ?? '' }));
  const frequent = words.filter(({ count, text }) => count >= 3 && text.length >= 5);
  frequent.sort((a, b) => b.count - a.count || a.word - b.word);
  const slips = new Map<number, number>();
  for (const { word, count, text } of words) {
    if (count > 1 || text.length < 5) continue;
    const meant = frequent.find((other) => isOneEditApart(text, other.text));
    if (meant) slips.set(word, meant.word);
  }
  return slips;
}

function thinned<Item>(items: readonly Item[]): Item[] {
  const step = Math.max(1, items.length / mostTeachers);
  return items.filter((_, place) => Math.floor(place / step) !== Math.floor((place - 1) / step));
}

function add(counts: Map<number, number>, key: number, value: number): void {
  counts.set(key, (counts.get(key) ?? 0) + value);
}
