import { buildTopRows, type SparseMatrix, transpose } from '../math/csr.ts';
import { distinctItems, type Interactions, itemCounts, recencyWeights } from './interactions.ts';
import { neighbourModel, neighboursOf, neighbourTensors } from './neighbour-model.ts';
import {
  contributionsOf,
  type Model,
  type Parameters,
  type Recommender,
  type SavedModel,
} from './recommender.ts';

/** Parameters of popularity with lift. */
export interface LiftParameters {
  /** Users' worth of "no connection" mixed into each pair, above 0: the higher, the nearer to popularity. */
  readonly prior: number;
  /** How much a whole history may move an item, from 0 (popularity alone). */
  readonly beta: number;
  /** Weight of a history item per step from the newest, above 0, at most 1. */
  readonly decay: number;
  /** An item with fewer users is never lifted: its lift would be noise, and most pairs are of such items. */
  readonly leastUsers: number;
  /** In the popularity an event counts `exp(-age / tauDays)`; absent or without days: 1. */
  readonly tauDays?: number;
}

/** Mid-range setting, for use before anything was searched. */
export const liftDefaults: LiftParameters = { prior: 50, beta: 1, decay: 1, leastUsers: 10 };

/**
 * Popularity times the lift of what the user has: for shops where a few items are most of what is bought.
 *
 * `score(i) = log(1 + n_i) + beta · Σ_k w_k · log(1 + c(h_k, i) · m / (prior · d_i)) / √(Σ_k w_k)`, where n is the popularity,
 * c the users who have both, d_i the users who have i, m all users and `w_k = decay^k`. It is naive Bayes with each
 * P(i | h) drawn towards P(i) by `prior` pseudo-users; terms that are the same for all items are left out, and the root
 * takes account of history items that say the same twice. Where histories say nothing it falls back to popularity, which
 * the other neighbour models do not. Cost: Σ over users of length².
 */
export function popularityLift(parameters: LiftParameters = liftDefaults): Recommender {
  return {
    name: 'popularity-lift',
    parameters: { ...parameters },
    fit(interactions) {
      const weights = recencyWeights(interactions, parameters.tauDays);
      const bias = Float32Array.from(itemCounts(interactions, weights), (count) => Math.log1p(count));
      return liftModel(bias, liftsOf(interactions, parameters), { ...parameters });
    },
  };
}

/** Makes the model again. */
export function popularityLiftFrom({ parameters, tensors }: SavedModel): Model {
  return liftModel(tensors.bias?.data ?? new Float32Array(0), neighboursOf(tensors), parameters);
}

function liftsOf(interactions: Interactions, { prior, leastUsers }: LiftParameters): SparseMatrix {
  const { items, offsets, itemOf, users } = distinctItems(interactions);
  const holders = transpose({ offsets, columns: itemOf }, items);
  const active = Array.from({ length: users }, (_, user) => user).filter(
    (user) => offsets[user] !== offsets[user + 1],
  ).length;
  const held = (item: number): number =>
    (holders.offsets[item + 1] as number) - (holders.offsets[item] as number);
  return buildTopRows(
    items,
    items,
    (row, into) => {
      for (
        let entry = holders.offsets[row] as number;
        entry < (holders.offsets[row + 1] as number);
        entry++
      ) {
        const user = holders.columns[entry] as number;
        const end = offsets[user + 1] as number;
        for (let at = offsets[user] as number; at < end; at++) into.add(itemOf[at] as number, 1);
      }
    },
    (_, column, both) =>
      held(column) < leastUsers ? 0 : Math.log1p((both * active) / (prior * held(column))),
  );
}

function liftModel(bias: Float32Array, lifts: SparseMatrix, parameters: Parameters): Model {
  const { beta, decay } = { beta: Number(parameters.beta), decay: Number(parameters.decay) };
  const neighbours = neighbourModel(lifts, { decay });
  const items = bias.length;
  const factorOf = (history: readonly number[]): number => {
    const known = history.filter((item) => item >= 0 && item < items).length;
    const total = decay === 1 ? known : (1 - decay ** known) / (1 - decay);
    return known === 0 ? 0 : beta / Math.sqrt(total);
  };
  return {
    kind: 'popularity-lift',
    items,
    score(repeated, into) {
      const history = lastOfEach(repeated);
      const factor = factorOf(history);
      neighbours.score(history, into);
      for (let item = 0; item < items; item++) {
        into[item] = (bias[item] as number) + factor * (into[item] as number);
      }
    },
    similarItems: (item, n) => neighbours.similarItems(item, n),
    explain(repeated, item) {
      const history = lastOfEach(repeated);
      const factor = factorOf(history);
      return contributionsOf(
        neighbours.explain(history, item).map((part) => [part.item, part.share * factor] as const),
      );
    },
    toTensors: () => ({
      kind: 'popularity-lift',
      parameters,
      tensors: { bias: { shape: [items], data: bias }, ...neighbourTensors(lifts) },
    }),
  };
}

/** A history's distinct items, each at its last place. */
function lastOfEach(history: readonly number[]): number[] {
  return [...new Set(history.toReversed())].reverse();
}
