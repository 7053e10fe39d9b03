import { largest } from '../math/top-k.ts';
import {
  contributionsOf,
  type Model,
  type Parameters,
  type Recommender,
  type SavedModel,
} from './recommender.ts';

/** One vector per item, row-major [items, dim], each of L2 norm 1; an item without text has a row of zeros. */
export interface ItemVectors {
  readonly dim: number;
  readonly values: Float32Array;
}

/** Parameters of the content model. */
export interface ContentParameters {
  /** Weight of a history item per step from the newest, above 0, at most 1. */
  readonly decay: number;
}

/** Newest history items looked at. */
const mostHistory = 50;

/**
 * Content-based: `p = Σ_k decay^k · e_{h_k}` brought to norm 1, `score(i) = p · e_i`.
 *
 * Learns nothing from interactions, so an item nobody has touched is reached too. Cost of a score: items · dim.
 */
export function contentBased(
  vectors: ItemVectors,
  parameters: ContentParameters = { decay: 0.8 },
): Recommender {
  return {
    name: 'content',
    parameters: { ...parameters },
    fit: () => contentModel(vectors, { ...parameters }),
  };
}

/** Makes a content model again. */
export function contentFrom({ parameters, tensors }: SavedModel): Model {
  const vectors = tensors.vectors;
  return contentModel(
    { dim: vectors?.shape[1] ?? 0, values: vectors?.data ?? new Float32Array(0) },
    parameters,
  );
}

function contentModel(vectors: ItemVectors, parameters: Parameters): Model {
  const { dim, values } = vectors;
  const items = dim === 0 ? 0 : values.length / dim;
  const decay = Number(parameters.decay);
  const profile = new Float64Array(dim);
  const weightsOf = (history: readonly number[]): [number, number][] => {
    const newest = history.filter((item) => item >= 0 && item < items).slice(-mostHistory);
    return newest.map((item, at) => [item, decay ** (newest.length - 1 - at)]);
  };
  const profileNorm = (weights: readonly (readonly [number, number])[]): number => {
    profile.fill(0);
    for (const [item, weight] of weights) addRow(vectors, item, weight, profile);
    return Math.sqrt(profile.reduce((sum, value) => sum + value * value, 0));
  };
  return {
    kind: 'content',
    items,
    score(history, into) {
      const norm = profileNorm(weightsOf(history));
      if (norm === 0) into.fill(0);
      else dots(vectors, profile, 1 / norm, into);
    },
    similarItems(item, n) {
      if (item < 0 || item >= items) return [];
      const scores = new Float64Array(items);
      dots(vectors, Float64Array.from(values.subarray(item * dim, (item + 1) * dim)), 1, scores);
      return largest(scores, n + 1)
        .filter(({ index, value }) => index !== item && value > 0)
        .slice(0, n)
        .map(({ index, value }) => ({ item: index, score: value }));
    },
    explain(history, item) {
      const weights = weightsOf(history);
      const norm = profileNorm(weights);
      if (norm === 0 || item < 0 || item >= items) return [];
      return contributionsOf(
        weights.map(([from, weight]) => [from, (weight * dotOfRows(vectors, from, item)) / norm] as const),
      );
    },
    toTensors: () => ({
      kind: 'content',
      parameters,
      tensors: { vectors: { shape: [items, dim], data: values } },
    }),
  };
}

function addRow({ dim, values }: ItemVectors, item: number, weight: number, into: Float64Array): void {
  for (let at = 0; at < dim; at++) {
    into[at] = (into[at] as number) + weight * (values[item * dim + at] as number);
  }
}

function dots(
  { dim, values }: ItemVectors,
  vector: Float64Array,
  factor: number,
  into: Float64Array | Float32Array,
): void {
  for (let item = 0, start = 0; item < into.length; item++, start += dim) {
    let [a, b, c, d] = [0, 0, 0, 0];
    let at = 0;
    for (; at + 3 < dim; at += 4) {
      a += (vector[at] as number) * (values[start + at] as number);
      b += (vector[at + 1] as number) * (values[start + at + 1] as number);
      c += (vector[at + 2] as number) * (values[start + at + 2] as number);
      d += (vector[at + 3] as number) * (values[start + at + 3] as number);
    }
    for (; at < dim; at++) a += (vector[at] as number) * (values[start + at] as number);
    into[item] = (a + b + c + d) * factor;
  }
}

function dotOfRows({ dim, values }: ItemVectors, a: number, b: number): number {
  let sum = 0;
  for (let at = 0; at < dim; at++) sum += (values[a * dim + at] as number) * (values[b * dim + at] as number);
  return sum;
}
