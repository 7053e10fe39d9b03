import { largest } from '../math/top-k.ts';
import { itemCounts, recencyWeights } from './interactions.ts';
import type { Model, Parameters, Recommender, SavedModel } from './recommender.ts';

/** Scores an item by how many events it has, whoever asks. The floor of every table and the fallback of serving. */
export function popularity(): Recommender {
  return {
    name: 'popularity',
    parameters: {},
    fit: (interactions) => popularityModel(Float32Array.from(itemCounts(interactions)), {}),
  };
}

/**
 * Popularity in which an event counts `exp(-age / tauDays)`, its age measured from the newest event.
 *
 * Without times every event has age 0.
 */
export function recencyPopularity(parameters: { readonly tauDays: number }): Recommender {
  return {
    name: 'recency-popularity',
    parameters,
    fit(interactions) {
      const scores = itemCounts(interactions, recencyWeights(interactions, parameters.tauDays));
      return popularityModel(Float32Array.from(scores), parameters);
    },
  };
}

/** Makes a popularity model again. @throws ModelError of the tensor reader */
export function popularityFrom({ parameters, tensors }: SavedModel): Model {
  return popularityModel(tensors.scores?.data ?? new Float32Array(0), parameters);
}

function popularityModel(scores: Float32Array, parameters: Parameters): Model {
  return {
    kind: 'popularity',
    items: scores.length,
    score: (_, into) => into.set(scores),
    similarItems: (item, n) => (scores[item] === undefined ? [] : otherThan(scores, item, n)),
    explain: () => [],
    toTensors: () => ({
      kind: 'popularity',
      parameters,
      tensors: { scores: { shape: [scores.length], data: scores } },
    }),
  };
}

function otherThan(scores: Float32Array, item: number, n: number): { item: number; score: number }[] {
  return largest(scores, n + 1)
    .filter(({ index, value }) => index !== item && value > 0)
    .slice(0, n)
    .map(({ index, value }) => ({ item: index, score: value }));
}
