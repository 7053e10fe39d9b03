import type { CandidatePairs } from './candidates.ts';
import { type Compare, outcome, outcomes } from './title-evidence.ts';
import { codeKind, namesThings, numberKind, type TermKinds, wordKind } from './title-kinds.ts';
import type { TermTable } from './title-terms.ts';

/** Tells how likely two records are one thing. */
export interface TitleModel {
  /** Log-odds: above 0 more likely than not. */
  readonly score: (left: number, right: number) => number;
  /** Pairs the model was learned from. */
  readonly seeds: number;
}

/**
 * Learns what proves two records one thing, without labels.
 *
 * Fellegi-Sunter's model with an own weight for each term and outcome: ln of how often the term has this outcome among matches over
 * how often among other candidates. Matches to learn from are pairs that need no weights: they share a code that few records have
 * or each is the other's nearest, far alike and no variant of the other (one word in another's place, other codes). So words, colours and sizes get their weights from
 * pairs that other evidence proves (co-training). Rare terms borrow from terms of their kind and frequency.
 *
 * Further rounds of expectation and maximisation are not made: with words that come in company (one shop's phrases) they drift
 * away from matches to families.
 * Source: Fellegi and Sunter 1969; co-training, Blum and Mitchell 1998. Cost: one comparison per candidate pair at most.
 */
export function learnTitleModel(
  table: TermTable,
  kinds: TermKinds,
  compare: Compare,
  pairs: CandidatePairs,
): TitleModel {
  const classOf = classesOf(table, kinds);
  const matches = createTally(table.vocabulary.length, classOf, true);
  const others = createTally(table.vocabulary.length, classOf, false);
  const seedOf = createSeedTest(table, kinds, compare, pairs);
  /** A pair chosen for its codes teaches nothing about codes. */
  const countWords = (term: number, found: number): void => {
    if (kinds.kindOf[term] !== codeKind) matches.count(term, found);
  };
  const step = Math.max(1, Math.floor(pairs.left.length / mostOthers));
  let [seeds, counted] = [0, 0];
  for (let place = 0; place < pairs.left.length; place++) {
    const [left, right] = [pairs.left[place] as number, pairs.right[place] as number];
    const seed = seedOf(left, right, pairs.likeness[place] as number);
    if (seed !== 'none') {
      seeds++;
      compare(left, right, seed === 'code' ? countWords : matches.count);
    } else if (place % step === 0) {
      counted++;
      compare(left, right, others.count);
    }
  }
  const weights = weightsOf(matches, others, classOf);
  const prior = Math.log((seeds + 1) / (counted * step + 1));
  let sum = 0;
  const add = (term: number, outcome: number): void => {
    sum += weights[term * outcomes + outcome] as number;
  };
  return {
    seeds,
    score(left, right) {
      sum = 0;
      compare(left, right, add);
      return prior + sum / 2;
    },
  };
}

/** Candidate pairs that are compared to learn what others look like. */
const mostOthers = 1_000_000;
/** Nearest pairs are learned from at this likeness. */
const leastLikeness = 0.5;

function createSeedTest(table: TermTable, kinds: TermKinds, compare: Compare, pairs: CandidatePairs) {
  const { offsets, terms } = table;
  const { kindOf } = kinds;
  const isName = namesThings(table, kinds);
  const nearest = nearestOf(table.records, pairs);
  const sharesName = (left: number, right: number): boolean => {
    let [l, r] = [offsets[left] as number, offsets[right] as number];
    const [endLeft, endRight] = [offsets[left + 1] as number, offsets[right + 1] as number];
    while (l < endLeft && r < endRight) {
      const [a, b] = [terms[l] as number, terms[r] as number];
      if (a === b && isName(a)) return true;
      if (a <= b) l++;
      if (b <= a) r++;
    }
    return false;
  };
  let [replaced, leftOut, unlikeCodes] = [0, 0, 0];
  const note = (term: number, found: number): void => {
    if (found === outcome.omitted) leftOut++;
    if (found !== outcome.contradicted) return;
    replaced++;
    if (kindOf[term] === codeKind) unlikeCodes++;
  };
  /** Whether records look like variants of one thing: one word or number in another's place, or other codes. */
  const areVariants = (left: number, right: number): boolean => {
    [replaced, leftOut, unlikeCodes] = [0, 0, 0];
    compare(left, right, note);
    return unlikeCodes > 0 || (replaced === 2 && leftOut === 0);
  };
  return (left: number, right: number, likeness: number): 'code' | 'nearest' | 'none' => {
    if (sharesName(left, right)) return 'code';
    const isNearest = likeness === nearest[left] && likeness === nearest[right];
    return isNearest && likeness >= leastLikeness && !areVariants(left, right) ? 'nearest' : 'none';
  };
}

/** Likeness of each record's nearest. */
function nearestOf(records: number, { left, right, likeness }: CandidatePairs): Float32Array {
  const nearest = new Float32Array(records);
  for (let place = 0; place < likeness.length; place++) {
    const value = likeness[place] as number;
    const [a, b] = [left[place] as number, right[place] as number];
    if (value > (nearest[a] as number)) nearest[a] = value;
    if (value > (nearest[b] as number)) nearest[b] = value;
  }
  return nearest;
}

/** Terms of one class lend each other strength: a kind (quantities are one) and a power of two of records. */
function classesOf({ vocabulary, frequency }: TermTable, { kindOf }: TermKinds): Int32Array {
  return Int32Array.from(vocabulary, (_, term) => {
    const kind = Math.min(3, kindOf[term] as number);
    return (
      kind * rarities + Math.min(rarities - 1, Math.floor(Math.log2(Math.max(1, frequency[term] as number))))
    );
  });
}

const rarities = 21;
const classes = 4 * rarities;

/** What a match looks like where nothing was seen yet, by kind: same, similar, contradicted, omitted. */
const presumed: Readonly<Record<number, readonly [number, number, number, number]>> = {
  [wordKind]: [0.5, 0.05, 0.3, 0.15],
  [numberKind]: [0.5, 0.01, 0.15, 0.34],
  [codeKind]: [0.65, 0.1, 0.05, 0.2],
  3: [0.5, 0.01, 0.05, 0.44],
};
/** How many terms seen the presumption counts for. */
const presumedWeight = 30;

interface Tally {
  readonly ofTerm: Float32Array;
  readonly ofClass: Float64Array;
  readonly count: (term: number, outcome: number) => void;
}

function createTally(size: number, classOf: Int32Array, isMatch: boolean): Tally {
  const ofTerm = new Float32Array(size * outcomes);
  const ofClass = new Float64Array(classes * outcomes).fill(1);
  if (isMatch) {
    for (let place = 0; place < ofClass.length; place++) {
      const kind = Math.floor(place / outcomes / rarities);
      ofClass[place] = presumedWeight * (presumed[kind]?.[place % outcomes] ?? 0);
    }
  }
  return {
    ofTerm,
    ofClass,
    count(term, outcome) {
      const [at, inClass] = [term * outcomes + outcome, (classOf[term] as number) * outcomes + outcome];
      ofTerm[at] = (ofTerm[at] as number) + 1;
      ofClass[inClass] = (ofClass[inClass] as number) + 1;
    },
  };
}

/** How many comparisons of a term its class counts for. */
const strength = 8;

function weightsOf(matches: Tally, others: Tally, classOf: Int32Array): Float32Array {
  const weights = new Float32Array(matches.ofTerm.length);
  const totalAt = (counts: Float32Array | Float64Array, from: number): number => {
    let total = 0;
    for (let place = from; place < from + outcomes; place++) total += counts[place] as number;
    return total;
  };
  const shareOf = (tally: Tally, term: number, outcome: number): number => {
    const [at, inClass] = [term * outcomes, (classOf[term] as number) * outcomes];
    const lent = (strength * (tally.ofClass[inClass + outcome] as number)) / totalAt(tally.ofClass, inClass);
    return ((tally.ofTerm[at + outcome] as number) + lent) / (totalAt(tally.ofTerm, at) + strength);
  };
  for (let term = 0; term < classOf.length; term++) {
    for (let outcome = 0; outcome < outcomes; outcome++) {
      weights[term * outcomes + outcome] = Math.log(
        shareOf(matches, term, outcome) / shareOf(others, term, outcome),
      );
    }
  }
  return weights;
}
