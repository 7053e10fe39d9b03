import type { EvaluationCase } from './evaluate-model.ts';
import { historyOf, type Interactions } from './interactions.ts';

/** Events in any order; users and items are indexes from 0. */
export interface TimedEvents {
  readonly users: number;
  readonly items: number;
  /** [events] */
  readonly userOf: Int32Array;
  /** [events] */
  readonly itemOf: Int32Array;
  /** [events], days since some fixed day; the whole part is the date. */
  readonly dayOf: Float64Array;
}

/** How the dates are shared out. */
export interface SplitShares {
  /** Part of the dates that validate, default 0.1. */
  readonly validation?: number;
  /** Part of the dates that test, default 0.2. */
  readonly test?: number;
}

/** A window of dates: what each user who came back should be shown. */
export interface Window {
  /** First whole day of the window. */
  readonly fromDay: number;
  /** Users with something new in the window and a history before it. */
  readonly cases: readonly EvaluationCase[];
  readonly usersWithoutHistory: number;
  /** Users who came back for items they had had before only. */
  readonly usersWithNothingNew: number;
  /** Wanted items (over all cases) that no event before the window has. */
  readonly coldItems: number;
}

/** A validation window with what may be learned for it: the days before. */
export interface Origin {
  readonly train: Interactions;
  readonly window: Window;
}

/** Train < validation < test by date. */
export interface TimeSplit {
  readonly outcome: 'split';
  readonly days: number;
  readonly train: Interactions;
  readonly trainAndValidation: Interactions;
  readonly validation: Window;
  /**
   * Windows of the same length before the validation window, newest first, each with the days before it: what holds in one
   * window only is no reason to choose. At most two, none with less than half of the dates to learn from.
   */
  readonly earlier: readonly Origin[];
  readonly test: Window;
}

/** Fewer than three dates, for example one time stamp in all events: nothing can be held out by time. */
export interface TooFewDays {
  readonly outcome: 'too-few-days';
  readonly days: number;
}

/**
 * Splits events by date: the last dates test, those before them validate, the rest is learned from.
 *
 * A date is never divided. With three dates or more every window has at least one. Ties in time keep the order given.
 * Source of the earlier windows: rolling-origin evaluation, Tashman 2000.
 */
export function splitByTime(events: TimedEvents, shares: SplitShares = {}): TimeSplit | TooFewDays {
  const days = [...new Set(Array.from(events.dayOf, Math.floor))].sort((a, b) => a - b);
  if (days.length < 3) return { outcome: 'too-few-days', days: days.length };
  const testDays = atLeastOne(days.length, shares.test ?? 0.2, days.length - 2);
  const validationDays = atLeastOne(days.length, shares.validation ?? 0.1, days.length - 1 - testDays);
  const testAt = days.length - testDays;
  const testFrom = days[testAt] as number;
  const originAt = (at: number): Origin => {
    const [from, to] = [days[at] as number, days[at + validationDays] as number];
    const train = interactionsOfEvents(events, Number.NEGATIVE_INFINITY, from);
    return { train, window: windowAfter(train, interactionsOfEvents(events, from, to), from) };
  };
  const newest = originAt(testAt - validationDays);
  const earlier = [2, 3].map((back) => testAt - back * validationDays).filter((at) => at >= days.length / 2);
  const trainAndValidation = interactionsOfEvents(events, Number.NEGATIVE_INFINITY, testFrom);
  return {
    outcome: 'split',
    days: days.length,
    train: newest.train,
    trainAndValidation,
    validation: newest.window,
    earlier: earlier.map(originAt).filter(({ window }) => window.cases.length > 0),
    test: windowAfter(
      trainAndValidation,
      interactionsOfEvents(events, testFrom, Number.POSITIVE_INFINITY),
      testFrom,
    ),
  };
}

/** Events of the days `from` (included) to `to` (excluded) by user and time. */
export function interactionsOfEvents(
  events: TimedEvents,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): Interactions {
  const { userOf, itemOf, dayOf } = events;
  const kept: number[] = [];
  for (let at = 0; at < dayOf.length; at++) {
    const day = dayOf[at] as number;
    if (day >= from && day < to) kept.push(at);
  }
  kept.sort(
    (a, b) =>
      (userOf[a] as number) - (userOf[b] as number) || (dayOf[a] as number) - (dayOf[b] as number) || a - b,
  );
  const offsets = new Int32Array(events.users + 1);
  for (const at of kept)
    offsets[(userOf[at] as number) + 1] = (offsets[(userOf[at] as number) + 1] as number) + 1;
  for (let user = 0; user < events.users; user++) {
    offsets[user + 1] = (offsets[user + 1] as number) + (offsets[user] as number);
  }
  return {
    users: events.users,
    items: events.items,
    offsets,
    itemOf: Int32Array.from(kept, (at) => itemOf[at] as number),
    dayOf: Float64Array.from(kept, (at) => dayOf[at] as number),
  };
}

function atLeastOne(days: number, share: number, most: number): number {
  return Math.max(1, Math.min(most, Math.round(days * share)));
}

/** What the users of `within` did that is new to them after `before`. */
export function windowAfter(before: Interactions, within: Interactions, fromDay: number): Window {
  const known = new Set(before.itemOf);
  const cases: EvaluationCase[] = [];
  let [usersWithoutHistory, usersWithNothingNew, coldItems] = [0, 0, 0];
  for (let user = 0; user < within.users; user++) {
    if (within.offsets[user] === within.offsets[user + 1]) continue;
    const history = historyOf(before, user);
    if (history.length === 0) {
      usersWithoutHistory++;
      continue;
    }
    const seen = new Set(history);
    const wanted = [...new Set(historyOf(within, user))].filter((item) => !seen.has(item));
    coldItems += wanted.filter((item) => !known.has(item)).length;
    if (wanted.length === 0) usersWithNothingNew++;
    else cases.push({ history, wanted });
  }
  return { fromDay, cases, usersWithoutHistory, usersWithNothingNew, coldItems };
}
