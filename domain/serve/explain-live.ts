import { InputError } from '../runtime/errors.ts';
import type { Feedback } from './feedback-store.ts';
import { type LiveContext, type Reason, recommendLive } from './live.ts';
import type { ServedModel } from './served-model.ts';

/** An item of a user's list, and everything it was recommended for. */
export interface Explanation {
  readonly item: string;
  readonly title: string;
  /** Place in the user's list from 1; undefined where the list's first hundred do not hold it. */
  readonly rank: number | undefined;
  readonly score: number | undefined;
  /** `popular`: nothing the user did led to it. */
  readonly source: 'model' | 'popular';
  /** Items of the user's history with a share in the score, the largest first; none where nothing the user did speaks for it. */
  readonly reasons: readonly Reason[];
  /** What the user did with those items since the training, by HTTP. */
  readonly feedback: readonly Feedback[];
}

const searched = 100;

/**
 * Why a user is shown an item now: the first of the list, or the item named, whether or not the list holds it.
 *
 * @throws InputError STK-SERVE-ITEM-UNKNOWN, STK-SERVE-NOTHING
 */
export async function explainLive(
  model: ServedModel,
  context: LiveContext,
  user: string,
  item: string | undefined,
): Promise<Explanation> {
  const request = { user, n: searched, offset: 0, categories: [], reasons: false };
  const { source, items } = await recommendLive(model, context, request);
  const wanted = item ?? items[0]?.item;
  if (wanted === undefined) {
    throw new InputError(
      `Model ${model.version} has nothing to recommend to this user; name an item with --item`,
      { code: 'STK-SERVE-NOTHING', details: { model: model.version } },
    );
  }
  const index = model.indexOf(wanted);
  if (index === undefined) {
    throw new InputError(
      `Model ${model.version} does not know item '${wanted}', or it is no longer offered; 'stocktake recommend <user>' lists items it knows`,
      { code: 'STK-SERVE-ITEM-UNKNOWN', details: { model: model.version } },
    );
  }
  const place = items.findIndex((one) => one.item === wanted);
  const shown = items[place];
  const isPopular = source === 'popular' || shown?.reasons.some(({ kind }) => kind === 'popular') === true;
  const feedback = await context.feedback.feedbackOf(user);
  const reasons = isPopular ? [] : reasonsOf(model, context, user, feedback, index);
  const because = new Set(reasons.map((reason) => reason.item));
  return {
    item: wanted,
    title: model.titleOf(index),
    rank: place === -1 ? undefined : place + 1,
    score: shown?.score,
    source: isPopular ? 'popular' : 'model',
    reasons,
    feedback: feedback.filter((one) => because.has(one.item)),
  };
}

function reasonsOf(
  model: ServedModel,
  { isPositive }: LiveContext,
  user: string,
  feedback: readonly Feedback[],
  index: number,
): Reason[] {
  const since = feedback.filter(isPositive).flatMap((one) => model.indexOf(one.item) ?? []);
  const history = [...model.historyOf(user), ...since];
  return model.explain(history, index, history.length).map((part) => ({
    kind: 'history',
    item: model.idOf(part.item),
    title: model.titleOf(part.item),
    share: part.share,
  }));
}
