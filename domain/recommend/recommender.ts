import type { FloatTensor } from '../math/safetensors.ts';
import type { Interactions } from './interactions.ts';

/** A value of a model's parameters. */
export type ParameterValue =
  | number
  | string
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

/** Parameters of a model: small JSON, enough with its tensors to make it again. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A method that learns from interactions. Fitting is deterministic and never changes its input. */
export interface Recommender {
  /** Name of the method, as tables and documents print it. */
  readonly name: string;
  readonly parameters: Parameters;
  fit(interactions: Interactions): Model;
}

/** An item with a score or a share of one. */
export interface Scored {
  readonly item: number;
  readonly score: number;
}

/** One history item's part in an item's score. */
export interface Contribution {
  readonly item: number;
  readonly share: number;
}

/**
 * A fitted model over items 0 … items - 1.
 *
 * Unknown items in a history (below 0 or from `items` on) are passed over. Not for use from two threads at once:
 * buffers are reused.
 */
export interface Model {
  /** Kind of model: names the reader that makes it again (`modelFrom`). */
  readonly kind: string;
  readonly items: number;
  /**
   * Scores every item for a history, oldest item first; an empty one is allowed. Higher is better, seen items are
   * scored too.
   *
   * @param into [items], overwritten
   */
  score(history: readonly number[], into: Float64Array | Float32Array): void;
  /** Items most like one, best first; fewer than `n` where there are no more, none for an unknown item. */
  similarItems(item: number, n: number): Scored[];
  /**
   * What each distinct history item adds to the score of `item`, largest first; parts of 0 are left out.
   *
   * The parts sum to the score for neighbour and content models; models that do not look at the history give none.
   */
  explain(history: readonly number[], item: number): Contribution[];
  toTensors(): SavedModel;
}

/** A model as tensors and JSON. */
export interface SavedModel {
  readonly kind: string;
  readonly parameters: Parameters;
  readonly tensors: Readonly<Record<string, FloatTensor>>;
}

/** Contributions summed by item, largest first, ties by item. */
export function contributionsOf(parts: Iterable<readonly [item: number, share: number]>): Contribution[] {
  const shares = new Map<number, number>();
  for (const [item, share] of parts) shares.set(item, (shares.get(item) ?? 0) + share);
  return [...shares]
    .map(([item, share]) => ({ item, share }))
    .filter(({ share }) => share !== 0)
    .sort((a, b) => b.share - a.share || a.item - b.item);
}
