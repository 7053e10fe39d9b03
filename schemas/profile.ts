/** A column of a profile and what it means; days and windows end at the data date, which counts as a whole day. */
export type ProfileColumns = Readonly<Record<string, string>>;

/** Columns of `profile.users`, in order; one row a user with events, reviews or a record. */
export const userProfileColumns = {
  user_id: 'The user.',
  events: 'Events up to the data date.',
  events_28d: 'Events of the last 28 days.',
  items: 'Different items touched.',
  sessions: 'Different visits or baskets.',
  active_days: 'Days with an event.',
  first_event: 'Date of the first event.',
  last_event: 'Date of the last event.',
  recency_days: 'Days from the last event to the data date.',
  purchases: 'Events of the kind purchase.',
  returns: 'Events of the kind return.',
  spend: 'Value of purchases less returns, money.',
  purchase_mean: 'Mean value of a purchase event, money.',
  reviews: 'Reviews written.',
  rating_mean: 'Mean rating given.',
  top_category: 'The category most events touched; ties by name.',
} as const satisfies ProfileColumns;

/** Columns of `profile.items`, in order; one row an item with events, reviews or a record. */
export const itemProfileColumns = {
  item_id: 'The item (golden id).',
  category: 'Its category, predicted where the source gives none.',
  price: 'Current price, money.',
  events: 'Events up to the data date.',
  events_7d: 'Events of the last 7 days.',
  events_28d: 'Events of the last 28 days.',
  users: 'Different users.',
  first_event: 'Date of the first event.',
  last_event: 'Date of the last event.',
  recency_days: 'Days from the last event to the data date.',
  purchases: 'Events of the kind purchase.',
  returns: 'Events of the kind return.',
  revenue: 'Value of purchases less returns, money.',
  reviews: 'Reviews received.',
  rating_mean: 'Mean rating received.',
  gone: 'Whether its source no longer has it.',
} as const satisfies ProfileColumns;
