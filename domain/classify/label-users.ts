import { quotedString } from '../warehouse/quoting.ts';
import { loadSql } from '../warehouse/steps.ts';

/** Version of the rules behind user labels; it stands on every label. Raise it when a rule changes. */
export const userLabelVersion = 'user-rules-1';

/** Kinds of user labels and what each says. */
export const userLabelKinds = {
  interest:
    'Up to three item labels the user dealt with most: purchase 5, cart 3, view 1, half after 30 days, at least 10 % of all.',
  week: 'weekend or weekday: at least half, at most a fifth of 5 or more events on Saturday and Sunday.',
  'time of day': 'night, morning, afternoon or evening: at least half of 5 or more events.',
  frequency: 'Days with an event in the last 28: most days (14), weekly (4), occasional (1), away (0).',
  'price band':
    'low, middle or high third of all unit prices bought: at least half of the user’s own 3 or more purchases.',
  reviewer: 'some (1 or 2 reviews) or frequent (3 or more).',
} as const;

/** What the rules need to know. */
export interface UserLabelRules {
  /** Last day that counts, YYYY-MM-DD: nothing after it is seen. */
  readonly dataDate: string;
  /** Added to UTC for the time of day. Default 0; a change of clocks within the data is not followed. */
  readonly utcOffsetMinutes?: number;
}

/**
 * The query of `label.users`: (user_id, label_kind, label, confidence, model_version), ordered by its key.
 *
 * Reads the tables interactions (`interactionsSql`), item_labels (item_id, label, confidence) and past_reviews (user_id,
 * event_date). Same rows at any thread count.
 */
export function userLabelsSql({ dataDate, utcOffsetMinutes = 0 }: UserLabelRules): string {
  return loadSql(new URL('./sql/user_labels.sql', import.meta.url))
    .sql.replaceAll('$data_date', quotedString(dataDate))
    .replaceAll('$model_version', quotedString(userLabelVersion))
    .replaceAll('$utc_offset_minutes', String(Math.trunc(utcOffsetMinutes)));
}
