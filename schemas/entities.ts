/** Column types the warehouse writes for an entity's own columns. */
export type EntityColumnType = 'text' | 'money' | 'number' | 'integer' | 'time' | 'date' | 'json';

/** One column of an entity: its type, whether a row without it is rejected, and what it means. */
export interface EntityColumn {
  readonly type: EntityColumnType;
  readonly required: boolean;
  readonly meaning: string;
}

/** One of the five entities every source is mapped onto. */
export interface Entity {
  readonly meaning: string;
  readonly columns: Readonly<Record<string, EntityColumn>>;
  /** Columns that identify a record; empty where the source's own event key or row identity does. */
  readonly key: readonly string[];
  /** `record` entities are merged by key over all slices; `event` entities are partitioned by date. */
  readonly kind: 'record' | 'event';
}

const text = (meaning: string, required = false): EntityColumn => ({ type: 'text', required, meaning });
const time = (meaning: string, required = false): EntityColumn => ({ type: 'time', required, meaning });
const attributes: EntityColumn = {
  type: 'json',
  required: false,
  meaning: 'Further columns of the source, as a JSON object with sorted keys.',
};

/** The names of the five entities. */
export const entityNames = ['users', 'items', 'events', 'reviews', 'market'] as const;
export type EntityName = (typeof entityNames)[number];

/**
 * The five entities and their columns. Types in the warehouse: text VARCHAR, money DECIMAL(18,4), number DECIMAL(18,6),
 * integer BIGINT, time TIMESTAMP in UTC, date DATE, json VARCHAR holding one JSON object.
 */
export const entities: Readonly<Record<EntityName, Entity>> = {
  users: {
    meaning: 'People the shop knows, one record per user id.',
    kind: 'record',
    key: ['user_id'],
    columns: {
      user_id: text('The shop’s id of the user.', true),
      signed_up_at: time('When the user registered.'),
      country: text('Country as the source writes it.'),
      attributes,
    },
  },
  items: {
    meaning: 'Things the shop offers, one record per item id and namespace.',
    kind: 'record',
    key: ['item_id'],
    columns: {
      item_id: text('The id of the item within its namespace.', true),
      title: text('Name shown to people.'),
      description: text('Longer text.'),
      category: text('Category path as the source writes it.'),
      brand: text('Maker or brand.'),
      price: { type: 'money', required: false, meaning: 'Current price of one unit, at least 0.' },
      currency: text('ISO 4217 code of the price.'),
      image_refs: text('Addresses of images; never fetched.'),
      attributes,
    },
  },
  events: {
    meaning: 'What users did with items: views, carts, purchases, returns.',
    kind: 'event',
    key: [],
    columns: {
      event_id: text('The source’s own id of the event.'),
      user_id: text('Who did it; empty for anonymous visits.'),
      item_id: text('What it was done to.', true),
      kind: text('view, cart, purchase, return or another word of the source.', true),
      time: time('When it happened.', true),
      quantity: { type: 'number', required: false, meaning: 'Units concerned.' },
      value: { type: 'money', required: false, meaning: 'Money moved by the event, all units together.' },
      currency: text('ISO 4217 code of the value.'),
      session_id: text('Visit or basket the event belongs to.'),
      attributes,
    },
  },
  reviews: {
    meaning: 'What users wrote about items.',
    kind: 'event',
    key: [],
    columns: {
      review_id: text('The source’s own id of the review.'),
      user_id: text('Who wrote it.'),
      item_id: text('What it is about.', true),
      text: text('The words.'),
      rating: { type: 'number', required: false, meaning: 'The grade given.' },
      time: time('When it was written.', true),
      attributes,
    },
  },
  market: {
    meaning: 'Outside series: prices and indices by time.',
    kind: 'event',
    key: [],
    columns: {
      series: text('Name of the series.', true),
      time: time('The time the value holds for.', true),
      value: { type: 'number', required: true, meaning: 'The value in the series’ own unit.' },
      attributes,
    },
  },
};
