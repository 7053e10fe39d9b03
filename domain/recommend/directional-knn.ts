import {
  type Accumulator,
  buildTopRows,
  type SparseMatrix,
  type SparseRows,
  transpose,
} from '../math/csr.ts';
import { type Interactions, itemCounts, recencyWeights } from './interactions.ts';
import { neighbourModel } from './neighbour-model.ts';
import type { Recommender } from './recommender.ts';

/** Parameters of the directional item-kNN. */
export interface DirectionalParameters {
  /** Weight of a backward step against a forward one, 0 to 1. */
  readonly bwd: number;
  /** Weight of a pair per step between its items, above 0, at most 1. */
  readonly gapDecay: number;
  /** Exponent on the count of the item recommended, 0 to 1. */
  readonly ai: number;
  /** Exponent on the count of the item known, 0 to 1. */
  readonly aj: number;
  /** Added to the denominator, from 0. */
  readonly shrink: number;
  /** How much a long history's pairs count less, 0 to 1. */
  readonly iuf: number;
  /** Weight of a history item per step from the newest, above 0, at most 1. */
  readonly decay: number;
  /** Neighbours kept per item. */
  readonly k: number;
  /** Longest distance of a pair in positions. */
  readonly window: number;
  /** A pair counts `exp(-age / tauDays)`, by the day of its later event; absent or without days: 1. */
  readonly tauDays?: number;
}

/** Found on the validation part of Amazon Beauty. */
export const directionalDefaults: DirectionalParameters = {
  bwd: 0.4,
  gapDecay: 0.8,
  ai: 0,
  aj: 0.9,
  shrink: 3,
  iuf: 0.5,
  decay: 0.5,
  k: 300,
  window: 50,
};

/** Pairs whose weight is below this part of the nearest ones' are not looked at. */
const leastGapWeight = 1e-4;

/**
 * Directional item-kNN: what tends to follow what, and how soon.
 *
 * A pair x before y at distance `gap` adds `gapDecay^gap / log2(1 + length)^iuf` to S[x][y] and `bwd` times that to
 * S[y][x]; `sim(x → y) = S[x][y] / (count(x)^aj · count(y)^ai + shrink)`, the `k` best kept per x.
 * Cost: Σ over users of length · window.
 */
export function directionalKnn(parameters: DirectionalParameters = directionalDefaults): Recommender {
  return {
    name: 'directional-knn',
    parameters: { ...parameters },
    fit(interactions) {
      const weights = gapWeights(parameters.window, (gap) => parameters.gapDecay ** gap);
      return neighbourModel(neighboursOf(interactions, weights, parameters), { ...parameters });
    },
  };
}

/**
 * The plain sequence rule, a floor without anything tuned: pairs within 10 steps count `1 / gap` forward and `0.5 / gap`
 * backward, a history item 0.7 per step.
 */
export function simpleRule(): Recommender {
  const parameters = { bwd: 0.5, ai: 0, aj: 0, shrink: 0, iuf: 0, decay: 0.7, k: 1000, window: 10 };
  return {
    name: 'simple-rule',
    parameters,
    fit(interactions) {
      const weights = gapWeights(parameters.window, (gap) => 1 / gap);
      return neighbourModel(neighboursOf(interactions, weights, parameters), parameters);
    },
  };
}

/** [gaps + 1], from 1; cut where a gap counts next to nothing. */
function gapWeights(window: number, weigh: (gap: number) => number): Float64Array {
  const weights = [0];
  for (let gap = 1; gap <= window; gap++) {
    if (weigh(gap) < leastGapWeight * weigh(1)) break;
    weights.push(weigh(gap));
  }
  return Float64Array.from(weights);
}

function neighboursOf(
  interactions: Interactions,
  weights: Float64Array,
  parameters: Omit<DirectionalParameters, 'gapDecay' | 'window'>,
): SparseMatrix {
  const { items } = interactions;
  const recency = recencyWeights(interactions, parameters.tauDays);
  const counts = itemCounts(interactions, recency);
  const ofKnown = counts.map((count) => count ** parameters.aj);
  const ofRecommended = counts.map((count) => count ** parameters.ai);
  const { shrink } = parameters;
  return buildTopRows(
    items,
    parameters.k,
    pairAdder(interactions, weights, recency, parameters),
    (row, column, sum) => sum / ((ofKnown[row] as number) * (ofRecommended[column] as number) + shrink),
  );
}

/** Adds, for each place an item stands at, the items after it and (times `bwd`) before it. */
function pairAdder(
  interactions: Interactions,
  weights: Float64Array,
  recency: Float64Array,
  { bwd, iuf }: Pick<DirectionalParameters, 'bwd' | 'iuf'>,
): (row: number, into: Accumulator) => void {
  const { itemOf, offsets } = interactions;
  const places = placesOf(interactions);
  const userOf = usersOfEvents(interactions);
  const ofUser = Float64Array.from({ length: interactions.users }, (_, user) => {
    const length = (offsets[user + 1] as number) - (offsets[user] as number);
    return 1 / Math.log2(1 + Math.max(1, length)) ** iuf;
  });
  const window = weights.length - 1;
  return (row, into) => {
    for (let entry = places.offsets[row] as number; entry < (places.offsets[row + 1] as number); entry++) {
      const place = places.columns[entry] as number;
      const user = userOf[place] as number;
      const weight = ofUser[user] as number;
      const last = Math.min(place + window, (offsets[user + 1] as number) - 1);
      for (let at = place + 1; at <= last; at++) {
        const pair = weight * (weights[at - place] as number);
        into.add(itemOf[at] as number, pair * (recency[at] as number));
      }
      if (bwd <= 0) continue;
      const back = bwd * weight * (recency[place] as number);
      const first = Math.max(place - window, offsets[user] as number);
      for (let at = place - 1; at >= first; at--) {
        into.add(itemOf[at] as number, back * (weights[place - at] as number));
      }
    }
  };
}

/** For each item the places (indexes into `itemOf`) it stands at, rising. */
function placesOf({ itemOf, items }: Interactions): SparseRows {
  const offsets = Int32Array.from({ length: itemOf.length + 1 }, (_, at) => at);
  return transpose({ offsets, columns: itemOf }, items);
}

function usersOfEvents({ users, offsets, itemOf }: Interactions): Int32Array {
  const userOf = new Int32Array(itemOf.length);
  for (let user = 0; user < users; user++)
    userOf.fill(user, offsets[user] as number, offsets[user + 1] as number);
  return userOf;
}
