import type { PairMatrix } from './pair-features.ts';

/** Splits a comparison into levels by its values over all pairs; the rare high values get the finer ones. */
const levelShares = [0.5, 0.75, 0.87, 0.94, 0.98] as const;
const levels = levelShares.length + 1;

/** Level of a pair in a comparison; -1 where a side has no value. */
interface Comparison {
  readonly name: string;
  readonly levelOf: Int8Array;
}

/** What EM found. */
export interface UnsupervisedMatches {
  /** Log-odds that the records of each pair are one thing; matches are those from 0. */
  readonly scores: Float64Array;
  /** Share of the pairs that are matches, as estimated. */
  readonly matchShare: number;
  readonly comparisons: readonly string[];
  readonly iterations: number;
}

/**
 * Tells matches apart without labels: Fellegi-Sunter over levels of few comparisons, its probabilities found by EM.
 *
 * It begins with the pairs that are the best of both their records as likely matches. A comparison's weight never falls
 * with its level, and a missing value weighs nothing.
 * Source: Fellegi and Sunter 1969; Winkler 1988; pooling of levels: Ayer et al. 1955.
 */
export function matchWithoutLabels(pairs: PairMatrix): UnsupervisedMatches {
  const comparisons = comparisonsOf(pairs);
  let posterior: Float64Array = startOf(pairs);
  let scores: Float64Array = new Float64Array(pairs.rows);
  let [matchShare, iterations] = [0, 0];
  for (let change = 1; change > 1e-4 && iterations < 100; iterations++) {
    matchShare = meanOf(posterior);
    const weights = comparisons.map((comparison) => weightsOf(comparison, posterior));
    scores = scoresOf(comparisons, weights, Math.log(matchShare / (1 - matchShare)), pairs.rows);
    const next = scores.map((score) => 1 / (1 + Math.exp(-score)));
    change = next.reduce((most, value, at) => Math.max(most, Math.abs(value - (posterior[at] as number))), 0);
    posterior = next;
  }
  return { scores, matchShare, comparisons: comparisons.map(({ name }) => name), iterations };
}

/** Few comparisons that say different things: all text, the titles, model numbers, numbers, standing, each other column. */
function comparisonsOf(pairs: PairMatrix): Comparison[] {
  const column = (name: string): Float32Array | undefined => {
    const at = pairs.names.indexOf(name);
    return at < 0
      ? undefined
      : Float32Array.from({ length: pairs.rows }, (_, row) => pairs.values[row * pairs.width + at] as number);
  };
  const both = (a: string, b: string, join: (x: number, y: number) => number): Float32Array | undefined => {
    const [x, y] = [column(a), column(b)];
    return x && y && x.map((value, row) => join(value, y[row] as number));
  };
  const others = pairs.names.filter((name) => /: (ratio|gramCosine)$/.test(name));
  const found: [name: string, values: Float32Array | undefined][] = [
    ['title in the other record', both('main spelledLeft', 'main spelledRight', (x, y) => x + y)],
    ['model numbers', column('main codeRunShare')],
    ['rarest word missed', both('main unspelledLeft', 'main unspelledRight', (x, y) => -Math.min(x, y))],
    ['best of its records', both('whole cosine aboveLeft', 'whole cosine aboveRight', Math.min)],
    ...others.map((name): [string, Float32Array | undefined] => [name, column(name)]),
  ];
  return found.flatMap(([name, values]) => (values ? [{ name, levelOf: levelsOf(values) }] : []));
}

function levelsOf(values: Float32Array): Int8Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const cuts = levelShares.map((share) => sorted[Math.floor(share * sorted.length)] ?? 0);
  return Int8Array.from(values, (value) =>
    Number.isNaN(value) ? -1 : cuts.reduce((level, cut) => level + (value > cut ? 1 : 0), 0),
  );
}

/** Pairs that are the best of both their records by all their text: likely; the rest: unlikely. */
function startOf({ names, rows, width, values }: PairMatrix): Float64Array {
  const [left, right] = [names.indexOf('whole cosine rankLeft'), names.indexOf('whole cosine rankRight')];
  return Float64Array.from({ length: rows }, (_, row) =>
    values[row * width + left] === 0 && values[row * width + right] === 0 ? 0.8 : 0.05,
  );
}

/** Log of how much likelier a level is among matches; rising with the level. */
function weightsOf({ levelOf }: Comparison, posterior: Float64Array): Float64Array {
  const matches = new Float64Array(levels).fill(0.5);
  const others = new Float64Array(levels).fill(0.5);
  for (const [row, level] of levelOf.entries()) {
    if (level < 0) continue;
    matches[level] = (matches[level] as number) + (posterior[row] as number);
    others[level] = (others[level] as number) + 1 - (posterior[row] as number);
  }
  return risingLogRatios(matches, others);
}

/** Pools neighbouring levels whose ratios fall. */
function risingLogRatios(matches: Float64Array, others: Float64Array): Float64Array {
  const totals = [matches, others].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const [ofMatches, ofOthers] = totals as [number, number];
  const pools: { match: number; other: number; size: number }[] = [];
  const ratio = ({ match, other }: { match: number; other: number }): number => match / other;
  for (let level = 0; level < levels; level++) {
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
  comparisons: readonly Comparison[],
  weights: readonly Float64Array[],
  prior: number,
  rows: number,
): Float64Array {
  const scores = new Float64Array(rows).fill(prior);
  for (const [at, { levelOf }] of comparisons.entries()) {
    const weight = weights[at] as Float64Array;
    for (let row = 0; row < rows; row++) {
      const level = levelOf[row] as number;
      if (level >= 0) scores[row] = (scores[row] as number) + (weight[level] as number);
    }
  }
  return scores;
}

function meanOf(values: Float64Array): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return Math.min(0.99, Math.max(1e-4, sum / values.length));
}
