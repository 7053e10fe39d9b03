import type { ItemCatalogue, ItemProfile, SparseVector } from './item-profiles.ts';
import { isSameQuantity } from './quantities.ts';
import type { Alignment, MissedWord, WordKnowledge } from './word-alignment.ts';

/** What two items have in common and in what they differ; every figure has a meaning of its own. */
export interface Evidence {
  /** Geometric mean of the shares of both names, weighted by rarity, that the other accounts for. 0-1. */
  readonly wordOverlap: number;
  /** The larger of the two shares: 1 when one name is contained in the other. */
  readonly containment: number;
  /** Cosine of the names' character trigrams. */
  readonly trigramCosine: number;
  /** Cosine of names and descriptions, words weighted by rarity. */
  readonly textCosine: number;
  /** Rarest word of the left (right) name that the other does not account for, relative to a word of one item only. 0-1. */
  readonly missedLeft: number;
  readonly missedRight: number;
  /** As much as both sides miss of words that both namespaces use: what is not spelled anew but said otherwise. 0-1. */
  readonly contradiction: number;
  /** Strongest variant word (colour, size, audience …) of either name that the other contradicts or leaves out. 0-1. */
  readonly variantConflict: number;
  readonly numbers: NumberEvidence;
  /** Whether a model number of one is found in the other. */
  readonly modelNumber: 'agrees' | 'differs' | 'unknown';
  readonly brand: 'agrees' | 'differs' | 'unknown';
  /** Smaller price by larger price; null where one is unknown. */
  readonly priceRatio: number | null;
}

/** `agree`: all of both sides · `differ`: each side has one the other lacks · `omitted`: only one side has more. */
export type NumberEvidence = 'agree' | 'differ' | 'omitted' | 'none';

/** The part of the evidence that needs no alignment. */
export type WordCosines = Pick<Evidence, 'textCosine' | 'trigramCosine'>;

/** Cosines of the names' trigrams and of the names and descriptions. */
export function wordCosines(left: ItemProfile, right: ItemProfile): WordCosines {
  return { trigramCosine: cosine(left.grams, right.grams), textCosine: cosine(left.text, right.text) };
}

/** What is known of words beside their rarity. */
export interface WordFacts extends Pick<WordKnowledge, 'usedLeft' | 'usedRight'> {
  /** Word id → how much the word tells variants apart. */
  readonly variantShare: Float64Array;
}

/** The evidence if the names went together as well as names can: what no learning can surpass. */
export function bestCaseOf(left: ItemProfile, right: ItemProfile, cosines: WordCosines): Evidence {
  return {
    wordOverlap: 1,
    containment: 1,
    ...cosines,
    missedLeft: 0,
    missedRight: 0,
    contradiction: 0,
    variantConflict: 0,
    numbers: compareNumbers(left, right),
    modelNumber: compareCodes(left, right),
    brand: 'agrees',
    priceRatio: ratioOf(left.price, right.price),
  };
}

/** Collects the evidence for a pair whose names are aligned already. */
export function evidenceOf(
  left: ItemProfile,
  right: ItemProfile,
  alignment: Alignment,
  { textCosine, trigramCosine }: WordCosines,
  { rarity, highestRarity }: Pick<ItemCatalogue, 'rarity' | 'highestRarity'>,
  words: WordFacts,
): Evidence {
  const { coveredLeft, coveredRight, missedLeft, missedRight } = alignment;
  const rarest = (missed: readonly MissedWord[]): number =>
    highest(missed, ({ word }) => (rarity[word] as number) / highestRarity);
  const variant = (missed: readonly MissedWord[]): number =>
    highest(missed, ({ word }) => words.variantShare[word] as number);
  const shared = (missed: readonly MissedWord[]): number =>
    rarest(missed.filter(({ word }) => words.usedLeft(word) && words.usedRight(word)));
  return {
    wordOverlap: Math.sqrt(coveredLeft * coveredRight),
    containment: Math.max(coveredLeft, coveredRight),
    trigramCosine,
    textCosine,
    missedLeft: rarest(missedLeft),
    missedRight: rarest(missedRight),
    contradiction: Math.min(shared(missedLeft), shared(missedRight)),
    variantConflict: Math.max(variant(missedLeft), variant(missedRight)),
    numbers: compareNumbers(left, right),
    modelNumber: compareCodes(left, right),
    brand: compareBrands(left, right, alignment),
    priceRatio: ratioOf(left.price, right.price),
  };
}

/**
 * Weights of the evidence, in log-odds.
 *
 * Set by hand, led by logistic regressions on twelve demo shops and Abt-Buy: one set that serves a catalogue with steady
 * numbers and one with unsteady ones. `tests/match-quality.test.ts` measures them on shops they were not set on.
 */
export const evidenceWeights = {
  base: 0.5,
  wordOverlap: 2,
  textCosine: 4,
  missed: -0.5,
  contradiction: -3,
  variantConflict: -18,
  numbersAgree: 1,
  numbersDiffer: -7,
  numbersOmitted: -9,
  modelNumberAgrees: 4,
  modelNumberDiffers: -2,
  brandDiffers: -1.5,
  logPrice: -2,
} as const;

/**
 * Similarity of two items, 0 to 1: the logistic of the weighted evidence. No labels are needed.
 *
 * @param steadiness how often (0-1) items that are alike otherwise agree in their numbers: where numbers are given at
 * random, they prove little. Differing numbers weigh by it, omitted ones by its square.
 */
export function similarityOf(evidence: Evidence, steadiness: number): number {
  const w = evidenceWeights;
  const logPrice = evidence.priceRatio === null ? 0.15 : Math.min(1.5, -Math.log(evidence.priceRatio));
  const sum =
    w.base +
    w.wordOverlap * evidence.wordOverlap +
    w.textCosine * evidence.textCosine +
    w.missed * (evidence.missedLeft + evidence.missedRight) +
    w.contradiction * evidence.contradiction +
    w.variantConflict * evidence.variantConflict +
    (evidence.numbers === 'agree' ? w.numbersAgree : 0) +
    (evidence.numbers === 'differ' ? w.numbersDiffer * steadiness : 0) +
    (evidence.numbers === 'omitted' ? w.numbersOmitted * steadiness * steadiness : 0) +
    (evidence.modelNumber === 'agrees' ? w.modelNumberAgrees : 0) +
    (evidence.modelNumber === 'differs' ? w.modelNumberDiffers : 0) +
    (evidence.brand === 'differs' ? w.brandDiffers : 0) +
    w.logPrice * logPrice;
  return 1 / (1 + Math.exp(-sum));
}

/** How well two items go together by words alone, 0 to 1: what is known before anything is learned. */
export function affinityOf({ wordOverlap, textCosine, trigramCosine }: Evidence): number {
  return 0.5 * wordOverlap + 0.3 * textCosine + 0.2 * trigramCosine;
}

/** Cosine of two vectors of norm 1 (or empty). */
export function cosine(a: SparseVector, b: SparseVector): number {
  let [i, j, sum] = [0, 0, 0];
  while (i < a.ids.length && j < b.ids.length) {
    const [x, y] = [a.ids[i] as number, b.ids[j] as number];
    if (x === y) sum += (a.weights[i] as number) * (b.weights[j] as number);
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return sum;
}

function highest(missed: readonly MissedWord[], value: (word: MissedWord) => number): number {
  return missed.reduce((most, one) => Math.max(most, one.missed * value(one)), 0);
}

/** A number inside a model number of the other side is no number of its own there. */
function compareNumbers(left: ItemProfile, right: ItemProfile): NumberEvidence {
  if (left.quantities.length + right.quantities.length === 0) return 'none';
  const rest = [...right.quantities];
  let missingRight = 0;
  for (const quantity of left.quantities) {
    const place = rest.findIndex((other) => isSameQuantity(quantity, other));
    if (place >= 0) rest.splice(place, 1);
    else if (!right.codes.some((code) => code.includes(String(quantity.raw)))) missingRight++;
  }
  const missingLeft = rest.filter(({ raw }) => !left.codes.some((code) => code.includes(String(raw)))).length;
  if (missingLeft + missingRight === 0) return 'agree';
  return missingLeft > 0 && missingRight > 0 ? 'differ' : 'omitted';
}

/** Model numbers of fewer than four signs are too short to look for. */
function compareCodes(left: ItemProfile, right: ItemProfile): Evidence['modelNumber'] {
  const isIn = (codes: readonly string[], other: ItemProfile): boolean =>
    codes.some((code) => code.length >= 4 && other.squashed.includes(code));
  if (isIn(left.codes, right) || isIn(right.codes, left)) return 'agrees';
  return left.codes.length > 0 && right.codes.length > 0 ? 'differs' : 'unknown';
}

function compareBrands(left: ItemProfile, right: ItemProfile, alignment: Alignment): Evidence['brand'] {
  if (left.brand.length === 0 || right.brand.length === 0) return 'unknown';
  const isMissed = (brand: Int32Array, missed: readonly MissedWord[]): boolean =>
    brand.every((word) => missed.some((one) => one.word === word && one.missed > 0.5));
  return isMissed(left.brand, alignment.missedLeft) && isMissed(right.brand, alignment.missedRight)
    ? 'differs'
    : 'agrees';
}

function ratioOf(a: number | null, b: number | null): number | null {
  if (a === null || b === null || a <= 0 || b <= 0) return null;
  return Math.min(a, b) / Math.max(a, b);
}
