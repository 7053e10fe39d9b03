/** Pairs put together by what their comparisons say: each different outcome once. */
export interface Outcomes {
  /** Levels a comparison has, from 0 (differs) up. */
  readonly levels: number;
  /** Per comparison the level of every outcome; -1 where a side has no value. */
  readonly levelOf: readonly Int8Array[];
  /** [outcomes] How many pairs have it. */
  readonly counts: Float64Array;
  /** [outcomes] How likely one of its pairs is a match before anything is known, 0-1. */
  readonly start: Float64Array;
}

/** What is presumed of a comparison: pairs seen before, by level. Added to what is counted. */
export interface Presumed {
  readonly matches: ArrayLike<number>;
  readonly others: ArrayLike<number>;
}

/** How the estimate is made. */
export interface EstimateOptions {
  /** Per comparison. Default: half a pair at each level. */
  readonly presumed?: readonly Presumed[];
  /** Per outcome, pairs of it that people said are matches or not. Default: none. */
  readonly labelled?: Presumed;
  /** Default 100. */
  readonly mostIterations?: number;
}

/** What EM found. */
export interface Estimate {
  /** [outcomes] Log-odds that a pair is a match. */
  readonly scores: Float64Array;
  /** Per comparison and level: log of how much likelier it is among matches. */
  readonly weights: readonly Float64Array[];
  /** Per comparison the pairs at each level, as far as they are matches and as far as they are not; with what was presumed. */
  readonly seen: readonly Presumed[];
  /** Share of the pairs that are matches, as estimated. */
  readonly matchShare: number;
  readonly iterations: number;
}

/** Posteriors that move less than this are settled. */
const settled = 1e-4;

/**
 * Tells matches from others without labels: Fellegi-Sunter, its probabilities found by EM over outcomes.
 *
 * A comparison's weight never falls with its level, and a missing value weighs nothing. Labelled pairs count as what they are
 * said to be. Cost: outcomes x comparisons an iteration, whatever the number of pairs. Sums run in the order of the outcomes.
 * Source: Fellegi and Sunter 1969; Winkler 1988; pooling of levels: Ayer et al. 1955.
 */
export function estimateMatches(outcomes: Outcomes, options: EstimateOptions = {}): Estimate {
  const { levelOf, counts, start } = outcomes;
  let posterior = start;
  let estimate: Omit<Estimate, 'iterations'> = {
    scores: new Float64Array(),
    weights: [],
    seen: [],
    matchShare: 0,
  };
  let iterations = 0;
  for (let change = 1; change > settled && iterations < (options.mostIterations ?? 100); iterations++) {
    const expected = expectedPairs(counts, posterior, options.labelled);
    const matchShare = shareOf(expected);
    const seen = levelOf.map((own, at) =>
      pairsByLevel(own, outcomes.levels, expected, options.presumed?.[at]),
    );
    const weights = seen.map(risingLogRatios);
    const scores = scoresOf(levelOf, weights, Math.log(matchShare / (1 - matchShare)), counts.length);
    estimate = { scores, weights, seen, matchShare };
    const next = scores.map((score) => 1 / (1 + Math.exp(-score)));
    change = next.reduce((most, value, at) => Math.max(most, Math.abs(value - (posterior[at] as number))), 0);
    posterior = next;
  }
  return { ...estimate, iterations };
}

/** Per outcome how many of its pairs are matches and how many are not, as far as is known. */
interface ExpectedPairs {
  readonly matches: Float64Array;
  readonly others: Float64Array;
}

function expectedPairs(
  counts: Float64Array,
  posterior: Float64Array,
  labelled: Presumed | undefined,
): ExpectedPairs {
  const said = (of: ArrayLike<number> | undefined, at: number): number => of?.[at] ?? 0;
  const open = counts.map((count, at) => count - said(labelled?.matches, at) - said(labelled?.others, at));
  return {
    matches: open.map((count, at) => count * (posterior[at] as number) + said(labelled?.matches, at)),
    others: open.map((count, at) => count * (1 - (posterior[at] as number)) + said(labelled?.others, at)),
  };
}

function shareOf({ matches, others }: ExpectedPairs): number {
  const [of, rest] = [sumOf(matches), sumOf(others)];
  return Math.min(0.99, Math.max(1e-4, of / (of + rest) || 0));
}

function pairsByLevel(
  levelOf: Int8Array,
  levels: number,
  expected: ExpectedPairs,
  presumed: Presumed | undefined,
) {
  const matches = new Float64Array(levels).map((_, level) => presumed?.matches[level] ?? 0.5);
  const others = new Float64Array(levels).map((_, level) => presumed?.others[level] ?? 0.5);
  for (let outcome = 0; outcome < levelOf.length; outcome++) {
    const level = levelOf[outcome] as number;
    if (level < 0) continue;
    matches[level] = (matches[level] as number) + (expected.matches[outcome] as number);
    others[level] = (others[level] as number) + (expected.others[outcome] as number);
  }
  return { matches, others };
}

/** Log of how much likelier each level is among matches; neighbouring levels whose ratios fall are pooled. */
function risingLogRatios({ matches, others }: { matches: Float64Array; others: Float64Array }): Float64Array {
  const [ofMatches, ofOthers] = [sumOf(matches), sumOf(others)];
  const pools: { match: number; other: number; size: number }[] = [];
  const ratio = ({ match, other }: { match: number; other: number }): number => match / other;
  for (let level = 0; level < matches.length; level++) {
    pools.push({ match: matches[level] as number, other: others[level] as number, size: 1 });
    for (let last = pools.at(-1), before = pools.at(-2); last && before && ratio(last) < ratio(before); ) {
      pools.splice(-2, 2, {
        match: last.match + before.match,
        other: last.other + before.other,
        size: last.size + before.size,
      });
      [last, before] = [pools.at(-1), pools.at(-2)];
    }
  }
  return Float64Array.from(
    pools.flatMap((pool) => Array<number>(pool.size).fill(Math.log((ratio(pool) * ofOthers) / ofMatches))),
  );
}

function scoresOf(
  levelOf: readonly Int8Array[],
  weights: readonly Float64Array[],
  prior: number,
  outcomes: number,
): Float64Array {
  const scores = new Float64Array(outcomes).fill(prior);
  for (const [at, levels] of levelOf.entries()) {
    const weight = weights[at] as Float64Array;
    for (let outcome = 0; outcome < outcomes; outcome++) {
      const level = levels[outcome] as number;
      if (level >= 0) scores[outcome] = (scores[outcome] as number) + (weight[level] as number);
    }
  }
  return scores;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
