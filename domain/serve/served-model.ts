import type { DatasetSlice } from '../../schemas/artifact.ts';
import { createTopK, largest } from '../math/top-k.ts';
import { type Catalogue, itemsIn } from './catalogue.ts';
import { numberOf, textAt } from './text-column.ts';

/** What a served model reads beside its own files: what is offered, and the newest training for its histories. */
export interface ServedData {
  /** `unified.items`. */
  readonly items: readonly DatasetSlice[];
  /** `recommend.model`. */
  readonly model: readonly DatasetSlice[];
}

/** The part of a fitted recommender that serving needs; items are indexes 0 … items - 1. */
export interface Scorer {
  readonly items: number;
  /** Scores every item for a history, oldest first. @param into [items], overwritten */
  score(history: readonly number[], into: Float32Array): void;
  similarItems(item: number, n: number): readonly { readonly item: number; readonly score: number }[];
  explain(
    history: readonly number[],
    item: number,
  ): readonly { readonly item: number; readonly share: number }[];
}

/** What a model is made of when it is loaded. */
export interface ModelParts {
  /** Version in the registry, `v7`. */
  readonly version: string;
  /** Name of the method, for people. */
  readonly name: string;
  readonly scorer: Scorer;
  readonly catalogue: Catalogue;
  /** Items of a user's history at training time, oldest first; none for an unknown user. */
  readonly historyOf: (user: string) => readonly number[];
  /**
   * Scores at or below it mean "no evidence". Default: 0, or the lowest score of all items where a model gives scores below
   * 0, since it gives that to what it knows nothing of.
   */
  readonly floor?: number;
}

/** An item with its score, best first in every list. */
export interface Ranked {
  readonly item: number;
  readonly score: number;
}

/** Which items an answer may hold. */
export interface Admission {
  /** Only items that carry all of these. */
  readonly categories: readonly string[];
  /** Items left out, by index: seen ones, say. */
  readonly without: Iterable<number>;
  /** Item ids withheld since the training. */
  readonly withheld: ReadonlySet<string>;
}

/**
 * A model in service. Not for use across an `await`: buffers are reused from call to call.
 *
 * Lists are deterministic: equal scores come in index order.
 */
export interface ServedModel {
  readonly version: string;
  readonly name: string;
  readonly items: number;
  idOf(item: number): string;
  titleOf(item: number): string;
  /** Undefined for an item the model has never seen or that is no longer offered. */
  indexOf(id: string): number | undefined;
  historyOf(user: string): readonly number[];
  /** Items with evidence for this history; fewer than `n` where there are no more. */
  recommend(history: readonly number[], n: number, admission: Admission): Ranked[];
  /** Most asked for first; score = share of the most asked for, 0 to 1. */
  popular(n: number, admission: Admission): Ranked[];
  similar(item: number, n: number, admission: Admission): Ranked[];
  /** Share (0 to 1) of each history item in an item's score, largest first. */
  explain(history: readonly number[], item: number, n: number): { item: number; share: number }[];
}

/** Puts a model into service. Cost of one recommendation: one scoring plus one pass over the items. */
export function createServedModel(parts: ModelParts): ServedModel {
  const { scorer, catalogue } = parts;
  const { ids, titles, interest, gone } = catalogue;
  const scores = new Float32Array(interest.length);
  const skip = new Uint8Array(interest.length);
  let most = 0;
  for (const value of interest) most = Math.max(most, value);

  const admit = ({ categories, without, withheld }: Admission): void => {
    skip.set(gone);
    for (const category of categories) leaveOutOthers(skip, itemsIn(catalogue.categories, category));
    for (const item of without) skip[item] = 1;
    for (const id of withheld) {
      const index = numberOf(ids, id);
      if (index !== undefined) skip[index] = 1;
    }
  };

  return {
    version: parts.version,
    name: parts.name,
    items: interest.length,
    idOf: (item) => textAt(ids, item),
    titleOf: (item) => textAt(titles, item),
    indexOf(id) {
      const index = numberOf(ids, id);
      return index === undefined || gone[index] === 1 ? undefined : index;
    },
    historyOf: parts.historyOf,
    recommend(history, n, admission) {
      scorer.score(history, scores);
      admit(admission);
      return best(scores, parts.floor ?? lowestOrZero(scores), n, skip);
    },
    popular(n, admission) {
      admit(admission);
      return largest(interest, n, skip).map(({ index, value }) => ({
        item: index,
        score: most > 0 ? value / most : 0,
      }));
    },
    similar(item, n, admission) {
      admit({ ...admission, without: [...admission.without, item] });
      const left = skip.reduce((sum, out) => sum + out, 0);
      return scorer
        .similarItems(item, Math.min(scorer.items, n + left))
        .filter((found) => skip[found.item] === 0)
        .slice(0, n)
        .map((found) => ({ item: found.item, score: found.score }));
    },
    explain(history, item, n) {
      const parted = scorer.explain(history, item).filter(({ share }) => share > 0);
      const whole = parted.reduce((sum, { share }) => sum + share, 0);
      return parted.slice(0, n).map((part) => ({ item: part.item, share: part.share / whole }));
    },
  };
}

function lowestOrZero(scores: Float32Array): number {
  let least = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] as number;
    if (score < least) least = score;
  }
  return least;
}

/** The best `n` above the floor in one pass; most items have no evidence and are never shown to the heap. */
function best(scores: Float32Array, floor: number, n: number, skip: Uint8Array): Ranked[] {
  const heap = createTopK(n);
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] as number;
    if (score > floor && skip[item] === 0) heap.offer(item, score);
  }
  const [items, values] = [new Int32Array(n), new Float64Array(n)];
  const found = heap.drain(items, values, 0);
  return Array.from({ length: found }, (_, at) => ({
    item: items[at] as number,
    score: values[at] as number,
  }));
}

function leaveOutOthers(skip: Uint8Array, members: Int32Array): void {
  const kept = members.filter((item) => skip[item] === 0);
  skip.fill(1);
  for (const item of kept) skip[item] = 0;
}
