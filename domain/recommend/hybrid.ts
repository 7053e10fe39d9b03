import { createTopK } from '../math/top-k.ts';
import {
  contributionsOf,
  type Model,
  type ParameterValue,
  type Recommender,
  type SavedModel,
  type Scored,
} from './recommender.ts';

/** Items each component puts forward per user. */
export const proposedPerComponent = 100;

/** Standardised component scores of the items that any component put forward. */
export interface Proposals {
  /** Distinct items, in rising order. */
  readonly items: readonly number[];
  /** One array per component, in the order of `items`: mean 0 and deviation 1, all 0 where a component has one score. */
  readonly scores: readonly Float64Array[];
  /** Each component's deviation before; 0 where it has one score. */
  readonly deviations: readonly number[];
}

/**
 * Hybrid: candidates are the union of each component's best items; their scores, standardised per user, are summed with
 * weights that add up to 1. Items no component put forward share one score below all candidates.
 */
export function hybrid(components: readonly Recommender[], weights: readonly number[]): Recommender {
  return {
    name: 'hybrid',
    parameters: {
      weights: [...weights],
      components: components.map(({ name, parameters }) => ({ name, parameters })),
    },
    fit: (interactions) =>
      hybridModel(
        components.map((component) => component.fit(interactions)),
        weights,
        components.map(({ name }) => name),
      ),
  };
}

/** A hybrid of fitted models. */
export function hybridModel(
  models: readonly Model[],
  weights: readonly number[],
  names: readonly string[],
): Model {
  const items = models[0]?.items ?? 0;
  const propose = createProposer(models);
  return {
    kind: 'hybrid',
    items,
    score(history, into) {
      const { items: proposed, scores } = propose(history);
      const blended = proposed.map((_, at) => blendAt(scores, weights, at));
      into.fill(Math.min(0, ...blended) - 1);
      for (let at = 0; at < proposed.length; at++) into[proposed[at] as number] = blended[at] as number;
    },
    similarItems(item, n) {
      const shares = new Map<number, number>();
      for (const [at, model] of models.entries()) {
        const similar = model.similarItems(item, n);
        const best = similar[0]?.score ?? 1;
        for (const { item: other, score } of similar) {
          shares.set(other, (shares.get(other) ?? 0) + (weights[at] as number) * (score / best));
        }
      }
      return ranked(shares).slice(0, n);
    },
    explain(history, item) {
      const { deviations } = propose(history);
      return contributionsOf(
        models.flatMap((model, at) => {
          const deviation = deviations[at] as number;
          const factor = deviation === 0 ? 0 : (weights[at] as number) / deviation;
          return model.explain(history, item).map((part) => [part.item, part.share * factor] as const);
        }),
      );
    },
    toTensors: () => saved(models, weights, names),
  };
}

/** Makes a hybrid again, given the reader of its components. */
export function hybridFrom({ parameters, tensors }: SavedModel, read: (saved: SavedModel) => Model): Model {
  const components = parameters.components as readonly {
    name: string;
    kind: string;
    parameters: SavedModel['parameters'];
  }[];
  const models = components.map(({ kind, parameters: own }, at) => {
    const prefix = `${at}.`;
    const parts = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
    return read({
      kind,
      parameters: own,
      tensors: Object.fromEntries(parts.map(([name, tensor]) => [name.slice(prefix.length), tensor])),
    });
  });
  return hybridModel(
    models,
    parameters.weights as readonly number[],
    components.map(({ name }) => name),
  );
}

/** Makes the function that puts forward candidates; the user's history is not among them. */
export function createProposer(models: readonly Model[]): (history: readonly number[]) => Proposals {
  const items = models[0]?.items ?? 0;
  const buffers = models.map(() => new Float64Array(items));
  const seen = new Uint8Array(items);
  const heap = createTopK(proposedPerComponent);
  const [indexes, values] = [new Int32Array(proposedPerComponent), new Float64Array(proposedPerComponent)];
  return (history) => {
    for (const item of history) if (item >= 0 && item < items) seen[item] = 1;
    const proposed = new Set<number>();
    for (const [at, model] of models.entries()) {
      const buffer = buffers[at] as Float64Array;
      model.score(history, buffer);
      for (let item = 0; item < items; item++) if (seen[item] === 0) heap.offer(item, buffer[item] as number);
      const count = heap.drain(indexes, values, 0);
      for (let place = 0; place < count; place++) proposed.add(indexes[place] as number);
    }
    for (const item of history) if (item >= 0 && item < items) seen[item] = 0;
    const list = [...proposed].sort((a, b) => a - b);
    const standardised = buffers.map((buffer) => standardise(list, buffer));
    return {
      items: list,
      scores: standardised.map(({ scores }) => scores),
      deviations: standardised.map(({ deviation }) => deviation),
    };
  };
}

/** Weighted sum of the component scores of one candidate. */
export function blendAt(scores: readonly Float64Array[], weights: readonly number[], at: number): number {
  let sum = 0;
  for (let component = 0; component < scores.length; component++) {
    sum += (weights[component] as number) * ((scores[component] as Float64Array)[at] as number);
  }
  return sum;
}

function standardise(
  items: readonly number[],
  buffer: Float64Array,
): { readonly scores: Float64Array; readonly deviation: number } {
  const scores = Float64Array.from(items, (item) => buffer[item] as number);
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  const square = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, scores.length);
  const deviation = Math.sqrt(square);
  return { scores: scores.map((score) => (deviation === 0 ? 0 : (score - mean) / deviation)), deviation };
}

function ranked(shares: ReadonlyMap<number, number>): Scored[] {
  return [...shares]
    .map(([item, score]) => ({ item, score }))
    .sort((a, b) => b.score - a.score || a.item - b.item);
}

function saved(models: readonly Model[], weights: readonly number[], names: readonly string[]): SavedModel {
  const parts = models.map((model) => model.toTensors());
  const components: ParameterValue[] = parts.map(({ kind, parameters }, at) => ({
    name: names[at] ?? kind,
    kind,
    parameters,
  }));
  return {
    kind: 'hybrid',
    parameters: { weights: [...weights], components },
    tensors: Object.fromEntries(
      parts.flatMap(({ tensors }, at) =>
        Object.entries(tensors).map(([name, tensor]) => [`${at}.${name}`, tensor] as const),
      ),
    ),
  };
}
