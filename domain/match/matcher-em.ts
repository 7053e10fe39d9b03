import { estimateMatches, type Outcomes } from '../math/fellegi-sunter.ts';
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
  const { outcomes, outcomeOf } = putTogether(comparisons, startOf(pairs));
  const { scores, matchShare, iterations } = estimateMatches(outcomes);
  return {
    scores: Float64Array.from(outcomeOf, (outcome) => scores[outcome] as number),
    matchShare,
    comparisons: comparisons.map(({ name }) => name),
    iterations,
  };
}

/** Pairs by their levels in all comparisons, in the order in which these are first seen. */
function putTogether(comparisons: readonly Comparison[], start: Float64Array) {
  const known = new Map<string, number>();
  const first: number[] = [];
  const outcomeOf = Int32Array.from(start, (_, row) => {
    const name = comparisons.map(({ levelOf }) => levelOf[row]).join();
    const outcome = known.get(name) ?? first.push(row) - 1;
    known.set(name, outcome);
    return outcome;
  });
  const [counts, sums] = [new Float64Array(first.length), new Float64Array(first.length)];
  for (const [row, outcome] of outcomeOf.entries()) {
    counts[outcome] = (counts[outcome] as number) + 1;
    sums[outcome] = (sums[outcome] as number) + (start[row] as number);
  }
  const outcomes: Outcomes = {
    levels,
    levelOf: comparisons.map(({ levelOf }) => Int8Array.from(first, (row) => levelOf[row] as number)),
    counts,
    start: sums.map((sum, outcome) => sum / (counts[outcome] as number)),
  };
  return { outcomes, outcomeOf };
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
