import { InputError } from '../runtime/errors.ts';
import type { FeedbackStore } from './feedback-store.ts';
import type { IsPositive } from './positive-feedback.ts';
import type { Admission, Ranked, ServedModel } from './served-model.ts';

/** What a live answer is made from, beside the model. */
export interface LiveContext {
  readonly feedback: Pick<FeedbackStore, 'feedbackOf' | 'withheld'>;
  readonly isPositive: IsPositive;
}

/** Which part of which list is asked for. */
export interface ListRequest {
  readonly n: number;
  readonly offset: number;
  /** Only items that carry all of these. */
  readonly categories: readonly string[];
}

/** A request for one user's recommendations. */
export interface RecommendRequest extends ListRequest {
  readonly user: string;
  /** Add what each item was recommended for. */
  readonly reasons: boolean;
}

/** Why an item is in the list: an item of the user's own history and its share in the score, or what all users like. */
export interface Reason {
  readonly kind: 'history' | 'popular';
  /** Empty for `popular`. */
  readonly item: string;
  readonly title: string;
  /** 0 to 1; 1 for `popular`. */
  readonly share: number;
}

/** One item of an answer. */
export interface Recommended {
  readonly item: string;
  readonly title: string;
  readonly score: number;
  readonly reasons: readonly Reason[];
}

/** An answer: `popular` where nothing is known of the user, `model` otherwise. */
export interface LiveAnswer {
  readonly source: 'model' | 'popular';
  readonly items: readonly Recommended[];
}

const reasonsPerItem = 3;

/**
 * Recommends from what a user did up to this moment: the history known at training time, then the feedback since.
 *
 * Seen items are left out. Where the model has no more evidence, popular items fill the list at score 0 (or the last score, where that is lower).
 */
export async function recommendLive(
  model: ServedModel,
  context: LiveContext,
  request: RecommendRequest,
): Promise<LiveAnswer> {
  const feedback = await context.feedback.feedbackOf(request.user);
  const withheld = await context.feedback.withheld();
  const known = (items: readonly { readonly item: string }[]): number[] =>
    items.flatMap(({ item }) => model.indexOf(item) ?? []);
  const trained = model.historyOf(request.user);
  const history = [...trained, ...known(feedback.filter(context.isPositive))];
  const seen = [...trained, ...known(feedback)];
  const admission = { categories: request.categories, without: seen, withheld };
  const count = request.n + request.offset;
  if (history.length === 0) {
    const items = model.popular(count, admission).slice(request.offset);
    return { source: 'popular', items: items.map((ranked) => answered(model, ranked, popularReason)) };
  }
  const ranked = model.recommend(history, count, admission);
  const filling = fill(model, ranked, count, admission);
  const items = [
    ...ranked.map((entry) =>
      answered(model, entry, request.reasons ? reasonsOf(model, history, entry.item) : []),
    ),
    ...filling.map((entry) => answered(model, entry, popularReason)),
  ];
  return { source: 'model', items: items.slice(request.offset) };
}

/**
 * Items most like one.
 *
 * @throws InputError STK-SERVE-ITEM-UNKNOWN when the model does not know the item or it is no longer offered
 */
export async function similarLive(
  model: ServedModel,
  context: LiveContext,
  item: string,
  request: ListRequest,
): Promise<readonly Recommended[]> {
  const index = model.indexOf(item);
  const withheld = await context.feedback.withheld();
  if (index === undefined || withheld.has(item)) {
    throw new InputError(
      `Model ${model.version} does not know item '${item}', or it is no longer offered; the next night learns new items`,
      { code: 'STK-SERVE-ITEM-UNKNOWN', details: { model: model.version } },
    );
  }
  return model
    .similar(index, request.n + request.offset, { categories: request.categories, without: [], withheld })
    .slice(request.offset)
    .map((ranked) => answered(model, ranked, []));
}

/** What all users ask for most. */
export async function popularLive(
  model: ServedModel,
  context: LiveContext,
  request: ListRequest,
): Promise<readonly Recommended[]> {
  const withheld = await context.feedback.withheld();
  return model
    .popular(request.n + request.offset, { categories: request.categories, without: [], withheld })
    .slice(request.offset)
    .map((ranked) => answered(model, ranked, popularReason));
}

const popularReason: readonly Reason[] = [{ kind: 'popular', item: '', title: '', share: 1 }];

function fill(model: ServedModel, ranked: readonly Ranked[], count: number, admission: Admission): Ranked[] {
  if (ranked.length >= count) return [];
  const without = [...admission.without, ...ranked.map(({ item }) => item)];
  return model
    .popular(count - ranked.length, { ...admission, without })
    .map(({ item }) => ({ item, score: Math.min(0, ranked.at(-1)?.score ?? 0) }));
}

function reasonsOf(model: ServedModel, history: readonly number[], item: number): Reason[] {
  return model.explain(history, item, reasonsPerItem).map((part) => ({
    kind: 'history',
    item: model.idOf(part.item),
    title: model.titleOf(part.item),
    share: part.share,
  }));
}

function answered(model: ServedModel, ranked: Ranked, reasons: readonly Reason[]): Recommended {
  return {
    item: model.idOf(ranked.item),
    title: model.titleOf(ranked.item),
    score: ranked.score,
    reasons,
  };
}
