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
  return bootstrapMeans([values], options)[0] as Interval;
}

/**
 * The same for several values of the same users: every draw is made once for all of them, so each interval is the one
 * `bootstrapMean` gives.
 *
 * @param columns arrays of one length, one value per user
 */
export function bootstrapMeans(columns: readonly Float64Array[], options: BootstrapOptions): Interval[] {
  const width = columns.length;
  const count = columns[0]?.length ?? 0;
  if (count === 0) return columns.map(() => ({ mean: 0, low: 0, high: 0 }));
  const draws = options.draws ?? 1000;
  const means = columns.map(() => new Float64Array(draws));
  const rows = rowsOf(columns);
  const sums = new Float64Array(width);
  const nextIndex = openIndexes(options.seed, count);
  for (let draw = 0; draw < draws; draw++) {
    sums.fill(0);
    for (let user = 0; user < count; user++) {
      const start = nextIndex() * width;
      for (let at = 0; at < width; at++) sums[at] = (sums[at] as number) + (rows[start + at] as number);
    }
    for (const [at, list] of means.entries()) list[draw] = (sums[at] as number) / count;
  }
  const tail = (1 - (options.level ?? 0.95)) / 2;
  return columns.map((values, at) => {
    const sorted = (means[at] as Float64Array).sort();
    return { mean: meanOf(values), low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
  });
}

/** Values of one user side by side. */
function rowsOf(columns: readonly Float64Array[]): Float64Array {
  const rows = new Float64Array(columns.length * (columns[0]?.length ?? 0));
  for (const [at, values] of columns.entries()) {
    for (let user = 0; user < values.length; user++)
      rows[user * columns.length + at] = values[user] as number;
  }
  return rows;
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

/** Indexes below `count`, drawn with replacement. Source: mulberry32, public domain (T. Ettinger). */
function openIndexes(seed: number, count: number): () => number {
  let state = openStream(seed, 'bootstrap', count).between(0, 0x7fffffff);
  const share = count / 2 ** 32;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) * share);
  };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] as number;
}
