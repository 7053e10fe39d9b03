import { InputError } from '../../domain/runtime/errors.ts';
import type { OnlineItem, OnlineUser } from '../../domain/serve/feedback-store.ts';
import { looseTimestamp } from '../../domain/serve/timestamps.ts';
import type { Route } from './route.ts';
import { idParams, itemShape, rowAffectedShape, userShape } from './shapes.ts';

interface ReceivedUser {
  readonly UserId: string;
  readonly Labels?: unknown;
  readonly Comment: string;
}

interface ReceivedItem {
  readonly ItemId: string;
  readonly IsHidden: boolean;
  readonly Categories: readonly string[] | null;
  readonly Labels?: unknown;
  readonly Timestamp: string;
  readonly Comment: string;
}

/** Routes that take and show users and items. */
export const recordRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/user',
    tag: 'user',
    summary: 'Make or replace a user',
    body: userShape,
    answer: rowAffectedShape,
    handle: async ({ body }, { feedback }) => ({
      body: { RowAffected: await feedback.putUsers([userFrom(body as ReceivedUser)]) },
    }),
  },
  {
    method: 'GET',
    path: '/api/user/:user',
    tag: 'user',
    summary: 'A user as the API keeps it',
    params: idParams('user'),
    answer: userShape,
    async handle({ params }, { feedback }) {
      const user = await feedback.user(params.user ?? '');
      if (!user) throw unknown('user', 'STK-SERVE-USER-UNKNOWN');
      return { body: { UserId: user.id, Labels: user.labels, Comment: user.comment } };
    },
  },
  {
    method: 'DELETE',
    path: '/api/user/:user',
    tag: 'user',
    summary: 'Take a user and all feedback of theirs away',
    params: idParams('user'),
    answer: rowAffectedShape,
    handle: async ({ params }, { feedback }) => ({
      body: { RowAffected: await feedback.removeUser(params.user ?? '') },
    }),
  },
  {
    method: 'POST',
    path: '/api/item',
    tag: 'item',
    summary: 'Make or replace an item; a hidden one is not recommended',
    body: itemShape,
    answer: rowAffectedShape,
    handle: async ({ body }, { feedback }) => ({
      body: { RowAffected: await feedback.putItems([itemFrom(body as ReceivedItem)]) },
    }),
  },
  {
    method: 'GET',
    path: '/api/item/:item',
    tag: 'item',
    summary: 'An item as the API keeps it',
    params: idParams('item'),
    answer: itemShape,
    async handle({ params }, { feedback }) {
      const item = await feedback.item(params.item ?? '');
      if (!item) throw unknown('item', 'STK-SERVE-ITEM-UNKNOWN');
      return {
        body: {
          ItemId: item.id,
          IsHidden: item.hidden,
          Categories: item.categories,
          Labels: item.labels,
          Timestamp: item.timestamp,
          Comment: item.comment,
        },
      };
    },
  },
  {
    method: 'DELETE',
    path: '/api/item/:item',
    tag: 'item',
    summary: 'Take an item away; it is no longer recommended',
    params: idParams('item'),
    answer: rowAffectedShape,
    handle: async ({ params }, { feedback }) => ({
      body: { RowAffected: await feedback.removeItem(params.item ?? '') },
    }),
  },
];

function userFrom({ UserId, Labels, Comment }: ReceivedUser): OnlineUser {
  return { id: UserId, labels: Labels ?? null, comment: Comment };
}

function itemFrom(received: ReceivedItem): OnlineItem {
  const timestamp = received.Timestamp.trim() === '' ? '' : looseTimestamp(received.Timestamp);
  if (timestamp === undefined) {
    throw new InputError(
      `body.Timestamp is no time: received '${received.Timestamp.slice(0, 40)}', expected ISO 8601 such as 2026-01-31T12:00:00Z`,
      { code: 'STK-SERVE-INPUT' },
    );
  }
  return {
    id: received.ItemId,
    labels: received.Labels ?? null,
    comment: received.Comment,
    hidden: received.IsHidden,
    categories: received.Categories ?? [],
    timestamp,
  };
}

function unknown(what: string, code: string): InputError {
  return new InputError(
    `The online store has no such ${what}; what came by file is in the snapshot, not here`,
    { code },
  );
}
