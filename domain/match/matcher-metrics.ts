import { openStream } from '../math/random.ts';

/** How well pairs were told apart at a threshold. */
export interface MatchMetrics {
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
}

/** Low and high end of a 95 % interval. */
export type MatchInterval = readonly [low: number, high: number];

/** Precision, recall and F1 of "score at least threshold"; 0 where nothing is found. */
export function matchMetrics(scores: ArrayLike<number>, labels: Uint8Array, threshold: number): MatchMetrics {
  let [hits, found, matches] = [0, 0, 0];
  for (let pair = 0; pair < labels.length; pair++) {
    const isFound = (scores[pair] as number) >= threshold;
    if (isFound) found++;
    if (labels[pair] === 1) matches++;
    if (isFound && labels[pair] === 1) hits++;
  }
  return metricsOf(hits, found, matches);
}

function metricsOf(hits: number, found: number, matches: number): MatchMetrics {
  return {
    f1: found + matches === 0 ? 0 : (2 * hits) / (found + matches),
    precision: found === 0 ? 0 : hits / found,
    recall: matches === 0 ? 0 : hits / matches,
  };
}

/** The threshold with the highest F1, halfway between two scores; equal F1: the higher threshold. */
export function bestThreshold(
  scores: ArrayLike<number>,
  labels: Uint8Array,
): { readonly threshold: number; readonly f1: number } {
  const order = Array.from(labels, (_, pair) => pair);
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const matches = labels.reduce((sum, label) => sum + label, 0);
  let [hits, bestF1, threshold] = [0, 0, Number.POSITIVE_INFINITY];
  for (const [at, pair] of order.entries()) {
    hits += labels[pair] as number;
    const score = scores[pair] as number;
    const next = order[at + 1];
    const below = next === undefined ? score - 1e-9 : (scores[next] as number);
    if (below === score) continue;
    const { f1 } = metricsOf(hits, at + 1, matches);
    if (f1 > bestF1) [bestF1, threshold] = [f1, (score + below) / 2];
  }
  return { threshold, f1: bestF1 };
}

/** Means over runs of several seeds. */
export function meanMetrics(runs: readonly MatchMetrics[]): MatchMetrics {
  const mean = (pick: (run: MatchMetrics) => number): number =>
    runs.reduce((sum, run) => sum + pick(run), 0) / Math.max(1, runs.length);
  return {
    f1: mean(({ f1 }) => f1),
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
  };
}

/** Two-sided 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom; 1.96 beyond. Source: NIST handbook 1.3.6.7.2. */
const tQuantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** 95 % interval of the mean F1 over seeds, by Student's t; undefined for one run. */
export function seedInterval(runs: readonly MatchMetrics[]): MatchInterval | undefined {
  if (runs.length < 2) return undefined;
  const { f1: mean } = meanMetrics(runs);
  const squares = runs.reduce((sum, { f1 }) => sum + (f1 - mean) ** 2, 0);
  const reach = (tQuantiles[runs.length - 2] ?? 1.96) * Math.sqrt(squares / (runs.length - 1) / runs.length);
  return [mean - reach, mean + reach];
}

/**
 * 95 % interval of the mean F1 by drawing test pairs with replacement (1,000 draws, percentiles); each draw is the same
 * for all runs.
 *
 * @param found per run, [pairs], 1 where the run says match
 */
export function pairInterval(found: readonly Uint8Array[], labels: Uint8Array, seed: number): MatchInterval {
  const draws = 1000;
  const random = openStream(seed, 'match-bootstrap', labels.length);
  const counts = new Int32Array(labels.length);
  const means = Float64Array.from({ length: draws }, () => {
    counts.fill(0);
    for (let draw = 0; draw < labels.length; draw++) {
      const pair = Math.floor(random.float() * labels.length);
      counts[pair] = (counts[pair] as number) + 1;
    }
    return found.reduce((sum, run) => sum + drawnF1(run, labels, counts), 0) / found.length;
  }).sort();
  return [means[Math.round(0.025 * (draws - 1))] as number, means[Math.round(0.975 * (draws - 1))] as number];
}

function drawnF1(found: Uint8Array, labels: Uint8Array, counts: Int32Array): number {
  let [hits, all, matches] = [0, 0, 0];
  for (let pair = 0; pair < labels.length; pair++) {
    const times = counts[pair] as number;
    if (found[pair] === 1) all += times;
    if (labels[pair] === 1) matches += times;
    if (found[pair] === 1 && labels[pair] === 1) hits += times;
  }
  return metricsOf(hits, all, matches).f1;
}
