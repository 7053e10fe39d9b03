import type { ItemCatalogue, ItemProfile } from './item-profiles.ts';
import { isInflection, likenessOf, type WordLikeness } from './word-likeness.ts';

/** A word the other name does not account for, and how much of it is missed (above 0, at most 1). */
export interface MissedWord {
  readonly word: number;
  readonly missed: number;
}

/** How the words of two names go together. */
export interface Alignment {
  /** Share (0-1) of the left name's rarity that the right name accounts for, and the other way round. */
  readonly coveredLeft: number;
  readonly coveredRight: number;
  /** Rarity of the words that both names have as they are. */
  readonly exact: number;
  readonly missedLeft: readonly MissedWord[];
  readonly missedRight: readonly MissedWord[];
}

/** What is known of the words of two namespaces, beside their spelling. */
export interface WordKnowledge {
  /** Whether items of the left or of the right namespace use a word. */
  readonly usedLeft: (word: number) => boolean;
  readonly usedRight: (word: number) => boolean;
  /** Learned likeness (0-1) of two words that mean the same (`blue`, `blau`). */
  readonly learned: (left: number, right: number) => number;
}

/** Aligns the names of two items, the left one of the earlier namespace. */
export type Aligner = (left: ItemProfile, right: ItemProfile) => Alignment;

/**
 * Creates an aligner of two namespaces; it remembers how alike two words are.
 *
 * Words that both names have go together first. Of the others, likely spellings of one word are paired one to one, best
 * first; parts of a compound and learned words add to what they account for. Two words that both namespaces use are two
 * words, however alike (`xl`, `xxl`), unless one is the other's inflection. Words that only label a number match as they
 * are or not at all, and are not missed.
 */
export function createAligner(catalogue: ItemCatalogue, knowledge: WordKnowledge): Aligner {
  const { rarity, vocabulary } = catalogue;
  const known = new Map<number, KnownLikeness>();
  const compare = (left: number, right: number): KnownLikeness => {
    const key = left * vocabulary.length + right;
    let found = known.get(key);
    if (found === undefined) {
      const spelled = likenessKnowing(left, right, vocabulary, knowledge);
      found = { ...spelled, learned: knowledge.learned(left, right) };
      known.set(key, found);
    }
    return found;
  };
  return (left, right) => {
    const { onlyLeft, onlyRight, exact } = splitWords(left, right, rarity);
    const found = accountFor(onlyLeft, onlyRight, compare);
    const sideLeft = weighSide(onlyLeft, found.left, rarity, exact);
    const sideRight = weighSide(onlyRight, found.right, rarity, exact);
    return {
      coveredLeft: sideLeft.covered,
      coveredRight: sideRight.covered,
      exact,
      missedLeft: sideLeft.missed,
      missedRight: sideRight.missed,
    };
  };
}

interface KnownLikeness extends WordLikeness {
  readonly learned: number;
}

function likenessKnowing(
  left: number,
  right: number,
  vocabulary: readonly string[],
  knowledge: WordKnowledge,
): WordLikeness {
  const [a, b] = [vocabulary[left] ?? '', vocabulary[right] ?? ''];
  const areTwo =
    knowledge.usedLeft(left) &&
    knowledge.usedRight(left) &&
    knowledge.usedLeft(right) &&
    knowledge.usedRight(right);
  return areTwo && !isInflection(a, b) ? { left: 0, right: 0, isWhole: true } : likenessOf(a, b);
}

/** How much of each left-over word the other side accounts for. */
function accountFor(
  onlyLeft: readonly number[],
  onlyRight: readonly number[],
  compare: (left: number, right: number) => KnownLikeness,
): { left: Float64Array; right: Float64Array } {
  const left = new Float64Array(onlyLeft.length);
  const right = new Float64Array(onlyRight.length);
  const spellings: { l: number; r: number; likeness: number }[] = [];
  for (let l = 0; l < onlyLeft.length; l++) {
    for (let r = 0; r < onlyRight.length; r++) {
      const likeness = compare(onlyLeft[l] as number, onlyRight[r] as number);
      if (likeness.isWhole && likeness.left > 0) spellings.push({ l, r, likeness: likeness.left });
      if (!likeness.isWhole) {
        left[l] = Math.min(0.95, (left[l] as number) + likeness.left);
        right[r] = Math.min(0.95, (right[r] as number) + likeness.right);
      }
      left[l] = Math.max(left[l] as number, likeness.learned);
      right[r] = Math.max(right[r] as number, likeness.learned);
    }
  }
  pairUp(spellings, left, right);
  return { left, right };
}

function pairUp(
  spellings: { readonly l: number; readonly r: number; readonly likeness: number }[],
  left: Float64Array,
  right: Float64Array,
): void {
  spellings.sort((a, b) => b.likeness - a.likeness || a.l - b.l || a.r - b.r);
  const taken = new Set<number>();
  for (const { l, r, likeness } of spellings) {
    if (taken.has(l) || taken.has(-1 - r)) continue;
    taken.add(l).add(-1 - r);
    left[l] = Math.max(left[l] as number, likeness);
    right[r] = Math.max(right[r] as number, likeness);
  }
}

/** Words of one side only, without labels, and the rarity of the words of both. */
function splitWords(left: ItemProfile, right: ItemProfile, rarity: Float64Array) {
  const onlyLeft: number[] = [];
  const onlyRight: number[] = [];
  let exact = 0;
  let [l, r] = [0, 0];
  while (l < left.words.length || r < right.words.length) {
    const a = left.words[l] ?? Number.POSITIVE_INFINITY;
    const b = right.words[r] ?? Number.POSITIVE_INFINITY;
    if (a === b) exact += rarity[a] as number;
    else if (a < b && !left.labels.has(a)) onlyLeft.push(a);
    else if (b < a && !right.labels.has(b)) onlyRight.push(b);
    if (a <= b) l++;
    if (b <= a) r++;
  }
  return { onlyLeft, onlyRight, exact };
}

function weighSide(words: readonly number[], found: Float64Array, rarity: Float64Array, exact: number) {
  const missed: MissedWord[] = [];
  let [covered, total] = [exact, exact];
  words.forEach((word, place) => {
    const likeness = found[place] as number;
    covered += (rarity[word] as number) * likeness;
    total += rarity[word] as number;
    if (likeness < 1) missed.push({ word, missed: 1 - likeness });
  });
  return { covered: total > 0 ? covered / total : 0, missed };
}
