import { openStream } from './random.ts';

/** A mean with its interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How an interval is drawn. */
export interface BootstrapOptions {
  /** Seed of the draws. */
  readonly seed: number;
  /** Default 1,000. */
  readonly draws?: number;
  /** Share of the draws inside the interval, default 0.95. */
  readonly level?: number;
}

/**
 * Percentile bootstrap of a mean over users.
 *
 * Deterministic: the users drawn depend on the seed and the number of users only. Fewer than 1 value: all 0.
 * Source: Efron and Tibshirani 1993, chapter 13.
 */
export function bootstrapMean(values: Float64Array, options: BootstrapOptions): Interval {
  const count = values.length;
  if (count === 0) return { mean: 0, low: 0, high: 0 };
  const draws = options.draws ?? 1000;
  const random = openStream(options.seed, 'bootstrap', count);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let at = 0; at < count; at++) sum += values[Math.floor(random.float() * count)] as number;
    means[draw] = sum / count;
  }
  means.sort();
  const tail = (1 - (options.level ?? 0.95)) / 2;
  return { mean: meanOf(values), low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/**
 * Interval of the mean difference `a - b` between two models on the same users, paired user by user.
 *
 * The first is better at the level asked for where `low` is above 0. Both arrays have one value per user, in one order.
 */
export function pairedDifference(a: Float64Array, b: Float64Array, options: BootstrapOptions): Interval {
  return bootstrapMean(
    a.map((value, at) => value - (b[at] as number)),
    options,
  );
}

/** Arithmetic mean; 0 of nothing. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] as number;
}
