import { buildTopRows, transpose } from '../math/csr.ts';
import { distinctItems, type Interactions, itemCounts, recencyWeights } from './interactions.ts';
import { neighbourModel } from './neighbour-model.ts';
import type { Model, Parameters, Recommender } from './recommender.ts';

/** Parameters of the asymmetric item-kNN. */
export interface AsymmetricParameters {
  /** How much a long history counts less, 0 to 1. */
  readonly a: number;
  /** Exponent on the known item's users, 0 to 1. */
  readonly b: number;
  /** Exponent on the recommended item's users, 0 to 1. */
  readonly c: number;
  /** Added to the denominator, from 0. */
  readonly shrink: number;
  /** Neighbours kept per item. */
  readonly k: number;
  /** Weight of a history item per step from the newest, above 0, at most 1. */
  readonly decay: number;
  /** An item of a user counts `exp(-age / tauDays)`, by its newest day; absent or without days: 1. */
  readonly tauDays?: number;
}

/** Parameters of RP3beta. */
export interface Rp3Parameters {
  /** Exponent on the steps of the walk, above 0. */
  readonly alpha: number;
  /** How much popular items are held back, from 0. */
  readonly beta: number;
  readonly k: number;
  readonly decay: number;
}

/** Mid-range setting, for use before anything was searched. */
export const asymmetricDefaults: AsymmetricParameters = {
  a: 0.7,
  b: 0.7,
  c: 0.3,
  shrink: 3,
  k: 300,
  decay: 1,
};

/** Mid-range setting, for use before anything was searched. */
export const rp3Defaults: Rp3Parameters = { alpha: 0.8, beta: 0.4, k: 300, decay: 1 };

/**
 * Asymmetric item-kNN: `sim(j → i) = Σ_u |u|^-a / (d_j^b · d_i^c + shrink)` over the users who have both.
 *
 * Order and repetition of a user's items do not matter to the neighbours. Cost: Σ over users of length².
 */
export function asymmetricKnn(parameters: AsymmetricParameters = asymmetricDefaults): Recommender {
  return {
    name: 'asymmetric-knn',
    parameters: { ...parameters },
    fit: (interactions) => fitCommonUsers(interactions, parameters, { ...parameters }),
  };
}

/** Plain cosine item-kNN, the usual baseline: 1,000 neighbours, nothing tuned. */
export function cosineKnn(): Recommender {
  const parameters = { k: 1000, decay: 1 };
  return {
    name: 'cosine-knn',
    parameters,
    fit: (interactions) => fitCommonUsers(interactions, { a: 0, b: 0.5, c: 0.5, shrink: 0 }, parameters),
  };
}

/**
 * RP3beta: a walk of three steps from item to user to item, popular ends held back.
 *
 * `sim(j → i) = Σ_u (1 / d_j)^alpha · (1 / |u|)^alpha / d_i^beta`.
 * Source: Paudel, Christoffel, Newell and Bernstein 2017.
 */
export function rp3beta(parameters: Rp3Parameters = rp3Defaults): Recommender {
  const { alpha, beta } = parameters;
  return {
    name: 'rp3beta',
    parameters: { ...parameters },
    fit: (interactions) =>
      fitCommonUsers(interactions, { a: alpha, b: alpha, c: beta, shrink: 0 }, { ...parameters }),
  };
}

/** All three methods differ in their exponents alone. */
function fitCommonUsers(
  interactions: Interactions,
  { a, b, c, shrink }: Pick<AsymmetricParameters, 'a' | 'b' | 'c' | 'shrink'>,
  parameters: Parameters,
): Model {
  const distinct = distinctItems(interactions);
  const { items, offsets, itemOf } = distinct;
  const users = transpose({ offsets, columns: itemOf }, items);
  const tauDays = parameters.tauDays === undefined ? undefined : Number(parameters.tauDays);
  const recency = recencyWeights(distinct, tauDays);
  const degrees = itemCounts(distinct, recency);
  const ofKnown = degrees.map((degree) => degree ** b);
  const ofRecommended = degrees.map((degree) => degree ** c);
  const ofUser = Float64Array.from({ length: distinct.users }, (_, user) => {
    return Math.max(1, (offsets[user + 1] as number) - (offsets[user] as number)) ** -a;
  });
  const rows = buildTopRows(
    items,
    Number(parameters.k),
    (row, into) => {
      for (let entry = users.offsets[row] as number; entry < (users.offsets[row + 1] as number); entry++) {
        const user = users.columns[entry] as number;
        const weight = ofUser[user] as number;
        const end = offsets[user + 1] as number;
        for (let at = offsets[user] as number; at < end; at++) {
          into.add(itemOf[at] as number, weight * (recency[at] as number));
        }
      }
    },
    (row, column, sum) => sum / ((ofKnown[row] as number) * (ofRecommended[column] as number) + shrink),
  );
  return neighbourModel(rows, parameters);
}
