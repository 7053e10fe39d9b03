import { InputError } from '../../domain/runtime/errors.ts';
import type { Feedback, FeedbackMode } from '../../domain/serve/feedback-store.ts';
import { looseTimestamp } from '../../domain/serve/timestamps.ts';
import type { ApiAnswer, ApiDeps, ApiRequest, Route } from './route.ts';
import { feedbackListShape, feedbackShape, idParams, rowAffectedShape } from './shapes.ts';

interface ReceivedFeedback {
  readonly FeedbackType: string;
  readonly UserId: string;
  readonly ItemId: string;
  readonly Value: number;
  readonly Timestamp: string;
}

const returnedListShape = { type: 'array', items: feedbackShape } as const;

/** Routes that take and show feedback. */
export const feedbackRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/feedback',
    tag: 'feedback',
    summary: 'Add feedback; values add up. The next recommendation knows it',
    body: feedbackListShape,
    answer: rowAffectedShape,
    handle: (request, deps) => receive(request, deps, 'accumulate'),
  },
  {
    method: 'PUT',
    path: '/api/feedback',
    tag: 'feedback',
    summary: 'Put feedback; values replace what was there',
    body: feedbackListShape,
    answer: rowAffectedShape,
    handle: (request, deps) => receive(request, deps, 'overwrite'),
  },
  {
    method: 'DELETE',
    path: '/api/feedback/:type/:user/:item',
    tag: 'feedback',
    summary: 'Take one feedback away',
    params: idParams('type', 'user', 'item'),
    answer: rowAffectedShape,
    async handle({ params }, { feedback }) {
      const { type = '', user = '', item = '' } = params;
      return { body: { RowAffected: await feedback.removeFeedback(type, user, item) } };
    },
  },
  {
    method: 'GET',
    path: '/api/user/:user/feedback',
    tag: 'feedback',
    summary: 'Feedback of a user, oldest first',
    params: idParams('user'),
    answer: returnedListShape,
    handle: show,
  },
  {
    method: 'GET',
    path: '/api/user/:user/feedback/:type',
    tag: 'feedback',
    summary: 'Feedback of one type of a user, oldest first',
    params: idParams('user', 'type'),
    answer: returnedListShape,
    handle: show,
  },
];

async function receive(request: ApiRequest, deps: ApiDeps, mode: FeedbackMode): Promise<ApiAnswer> {
  const received = request.body as readonly ReceivedFeedback[];
  const now = deps.now().toISOString();
  const feedback = received.map((entry, index) => feedbackFrom(entry, index, now));
  return { body: { RowAffected: await deps.feedback.putFeedback(feedback, mode) } };
}

function feedbackFrom(entry: ReceivedFeedback, index: number, now: string): Feedback {
  const timestamp = entry.Timestamp.trim() === '' ? now : looseTimestamp(entry.Timestamp);
  if (timestamp === undefined) {
    throw new InputError(
      `body[${index}].Timestamp is no time: received '${entry.Timestamp.slice(0, 40)}', expected ISO 8601 such as 2026-01-31T12:00:00Z, Unix seconds, or nothing for now. Nothing was written`,
      { code: 'STK-SERVE-INPUT' },
    );
  }
  return {
    type: entry.FeedbackType,
    user: entry.UserId,
    item: entry.ItemId,
    value: entry.Value,
    timestamp,
  };
}

async function show({ params }: ApiRequest, { feedback }: ApiDeps): Promise<ApiAnswer> {
  const list = await feedback.feedbackOf(params.user ?? '', params.type);
  return {
    body: list.map(({ type, user, item, value, timestamp }) => ({
      FeedbackType: type,
      UserId: user,
      ItemId: item,
      Value: value,
      Timestamp: timestamp,
      Comment: '',
    })),
  };
}
