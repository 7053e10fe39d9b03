import { type DirectionalParameters, directionalDefaults, directionalKnn } from './directional-knn.ts';
import {
  type AsymmetricParameters,
  asymmetricDefaults,
  asymmetricKnn,
  type Rp3Parameters,
  rp3beta,
  rp3Defaults,
} from './order-free-knn.ts';
import { recencyPopularity } from './popularity.ts';
import { type LiftParameters, liftDefaults, popularityLift } from './popularity-lift.ts';
import type { Recommender } from './recommender.ts';
import type { Space } from './search.ts';

/** A method with ranges to search in. */
export interface Family<Name extends string = string> {
  readonly name: string;
  readonly space: Space<Name>;
  /** The first trials; the first of them is the setting where nothing is searched. */
  readonly starts: readonly Readonly<Record<Name, number>>[];
  /** Set for a method that is dear to rank with: most trials worth making, after it has stood a short race. */
  readonly mostTrials?: number;
  make(parameters: Readonly<Record<Name, number>>): Recommender;
}

/** Directional item-kNN with its ranges. */
export const directionalFamily: Family = family<keyof Omit<DirectionalParameters, 'tauDays'>>(
  'directional-knn',
  {
    bwd: { kind: 'uniform', low: 0, high: 1 },
    gapDecay: { kind: 'uniform', low: 0.5, high: 1 },
    ai: { kind: 'uniform', low: 0, high: 0.6 },
    aj: { kind: 'uniform', low: 0.3, high: 1 },
    shrink: { kind: 'uniform', low: 0, high: 20 },
    iuf: { kind: 'uniform', low: 0, high: 1 },
    decay: { kind: 'uniform', low: 0.3, high: 1 },
    k: { kind: 'choice', values: [50, 100, 200, 300, 500] },
    window: { kind: 'choice', values: [5, 10, 20, 50, 100] },
  },
  [{ ...directionalDefaults }],
  directionalKnn,
);

/** The plain cosine, from which the search may only get better. */
const cosineLike: AsymmetricParameters = { a: 0, b: 0.5, c: 0.5, shrink: 0, k: 500, decay: 1 };

/** Asymmetric item-kNN with its ranges. */
export const asymmetricFamily: Family = family<keyof Omit<AsymmetricParameters, 'tauDays'>>(
  'asymmetric-knn',
  {
    a: { kind: 'uniform', low: 0, high: 1 },
    b: { kind: 'uniform', low: 0.3, high: 1 },
    c: { kind: 'uniform', low: 0, high: 0.6 },
    shrink: { kind: 'uniform', low: 0, high: 10 },
    k: { kind: 'choice', values: [100, 200, 300, 500] },
    decay: { kind: 'uniform', low: 0.7, high: 1 },
  },
  [{ ...asymmetricDefaults }, cosineLike],
  asymmetricKnn,
);

/** RP3beta with its ranges. */
export const rp3Family: Family = family<keyof Rp3Parameters>(
  'rp3beta',
  {
    alpha: { kind: 'uniform', low: 0.3, high: 1.5 },
    beta: { kind: 'uniform', low: 0, high: 1 },
    k: { kind: 'choice', values: [100, 200, 300, 500] },
    decay: { kind: 'uniform', low: 0.7, high: 1 },
  },
  [{ ...rp3Defaults }],
  rp3beta,
);

/** Popularity times lift with its ranges. */
export const liftFamily: Family = family<keyof Omit<LiftParameters, 'tauDays'>>(
  'popularity-lift',
  {
    prior: { kind: 'log', low: 2, high: 500 },
    beta: { kind: 'uniform', low: 0.1, high: 3 },
    decay: { kind: 'uniform', low: 0.9, high: 1 },
    leastUsers: { kind: 'choice', values: [3, 5, 10, 20] },
  },
  [{ ...liftDefaults }],
  popularityLift,
);

/** Popularity by recency with its range, in days. */
export const recencyFamily: Family = family<'tauDays'>(
  'recency-popularity',
  { tauDays: { kind: 'log', low: 2, high: 365 } },
  [{ tauDays: 30 }],
  recencyPopularity,
);

/**
 * The same family on interactions with days: its pairs also fade with age. Not fading (ten years) is tried first, then a
 * season.
 */
export function fading(family: Family): Family {
  const started = (tauDays: number): Record<string, number>[] =>
    family.starts.map((start) => ({ ...start, tauDays }));
  return {
    ...family,
    space: { ...family.space, tauDays: { kind: 'log', low: 10, high: 3650 } },
    starts: [...started(3650), ...started(60)],
  };
}

/** Hides the parameter names of one method, so that families of several methods can stand in one list. */
function family<Name extends string>(
  name: string,
  space: Space<Name>,
  starts: readonly Readonly<Record<Name, number>>[],
  make: (parameters: Record<Name, number>) => Recommender,
): Family {
  return { name, space, starts, make: (parameters) => make(parameters as Record<Name, number>) };
}
