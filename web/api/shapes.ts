import type { JsonSchema } from './route.ts';

/** An id of the shop: not empty, no slash, no control character. */
export const idShape: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 512,
  pattern: '^[^/\\u0000-\\u001f\\u007f]+$',
};

/** Any text of bounded length. */
const textShape: JsonSchema = { type: 'string', maxLength: 4096 };

/** Path parameters that are ids. */
export function idParams(...names: string[]): JsonSchema {
  return {
    type: 'object',
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, idShape])),
  };
}

/** `n`, `offset` and repeated `category` of a list, and what else a route takes. */
export function listQuery(further: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  return {
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1, maximum: 1000, default: 10, description: 'How many.' },
      offset: { type: 'integer', minimum: 0, maximum: 100_000, default: 0, description: 'How many to skip.' },
      category: {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: 1024 },
        maxItems: 20,
        default: [],
        description: 'Only items that carry every category given.',
      },
      ...further,
    },
  };
}

/** Scored list, best first. */
export const scoredShape: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['Id', 'Score'],
    properties: { Id: { type: 'string' }, Score: { type: 'number' } },
  },
};

/** How many rows a write touched. */
export const rowAffectedShape: JsonSchema = {
  type: 'object',
  required: ['RowAffected'],
  properties: { RowAffected: { type: 'integer' } },
};

const feedbackProperties = {
  FeedbackType: idShape,
  UserId: idShape,
  ItemId: idShape,
  Value: { type: 'number', default: 0 },
  Timestamp: { ...textShape, default: '', description: 'Read loosely; empty = now.' },
  Comment: { ...textShape, default: '' },
} as const;

/** One feedback as received. */
export const feedbackShape: JsonSchema = {
  type: 'object',
  required: ['FeedbackType', 'UserId', 'ItemId'],
  properties: feedbackProperties,
};

/** Feedback lists as received. */
export const feedbackListShape: JsonSchema = { type: 'array', items: feedbackShape, maxItems: 10_000 };

/** One user as received and returned. */
export const userShape: JsonSchema = {
  type: 'object',
  required: ['UserId'],
  properties: { UserId: idShape, Labels: {}, Comment: { ...textShape, default: '' } },
};

/** One item as received and returned. */
export const itemShape: JsonSchema = {
  type: 'object',
  required: ['ItemId'],
  properties: {
    ItemId: idShape,
    IsHidden: { type: 'boolean', default: false },
    Categories: { type: ['array', 'null'], items: { type: 'string', maxLength: 1024 }, default: [] },
    Labels: {},
    Timestamp: { ...textShape, default: '' },
    Comment: { ...textShape, default: '' },
  },
};

/** Every answer that is no success. */
export const errorShape: JsonSchema = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', description: 'Stable and searchable, STK-…' },
    message: { type: 'string' },
  },
};
