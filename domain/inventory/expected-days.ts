import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { CheckRow } from '../../schemas/inventory.ts';
import { medianOf } from '../math/median.ts';
import { addDays, datesBetween, daysBetween, isIsoDate, weekdayOf } from '../plan/dates.ts';
import { checkRow } from './check-rows.ts';
import { slicesBefore } from './earlier-slices.ts';

/** Rows a slice is expected to have, both bounds included, and how many earlier slices say so. */
export interface ExpectedRows {
  readonly least: number;
  readonly most: number;
  readonly compared: number;
}

/** Earlier slices one is compared with. */
const volumeWindow = 14;
/** The narrowest band, as multiples of the median. */
const narrowest = { least: 0.5, most: 2 };
/** Robust deviations from the median that pass: the 3.5 of Iglewicz and Hoaglin; 1.4826 makes the MAD a standard deviation. */
const deviations = 3.5 * 1.4826;
/** Of fewer slices the MAD says nothing. */
const leastSpread = 4;
/** Weeks looked back on to tell whether a weekday usually has a slice, and how many there must be. */
const weeks = { most: 8, least: 4 };
/** From this share of its weeks on a weekday is expected. */
const usually = 0.75;
/** A source silent for longer is a matter of freshness, not of a missing day. */
const quietDays = 14;

/**
 * The rows a slice of this date should have: the median of up to 14 earlier slices, of the same weekday where there are at
 * least 4, ± 3.5 robust deviations where there are at least 4, and never narrower than 0.5 to 2 times the median. At least 1 row where there were some.
 *
 * @param slices ordered by name
 * @returns nothing without an earlier dated slice
 */
export function expectedRows(slices: readonly DatasetSlice[], date: string): ExpectedRows | undefined {
  const rows = slicesBefore(slices, date, volumeWindow).map((slice) => slice.rows);
  if (rows.length === 0) return undefined;
  const median = medianOf(rows);
  const apart = rows.length < leastSpread ? [] : rows.map((count) => Math.abs(count - median));
  const spread = deviations * medianOf(apart);
  const least = Math.ceil(Math.min(narrowest.least * median, median - spread));
  return {
    least: Math.max(median > 0 ? 1 : 0, least),
    most: Math.floor(Math.max(narrowest.most * median, median + spread)),
    compared: rows.length,
  };
}

/**
 * The days after a source's newest slice that should have one: their weekday had a slice in at least 75 % of the last 8 weeks,
 * counted from the source's first slice and at least 4. A weekday on which the shop is closed is never expected.
 *
 * A source without a slice for more than 14 days tells nothing here: its age does.
 *
 * @param slices ordered by name
 * @param through the last day a slice could be there of
 */
export function missingDays(slices: readonly DatasetSlice[], through: string): string[] {
  const present = new Set(slices.map(({ slice }) => slice).filter(isIsoDate));
  const [first, last] = [[...present][0], [...present].at(-1)];
  if (first === undefined || last === undefined || last >= through) return [];
  if (daysBetween(last, through) > quietDays) return [];
  return datesBetween(addDays(last, 1), through).filter((day) => {
    const alike = datesBetween(addDays(last, -7 * weeks.most + 1), last).filter(
      (earlier) => earlier >= first && weekdayOf(earlier) === weekdayOf(day),
    );
    const there = alike.filter((earlier) => present.has(earlier)).length;
    return alike.length >= weeks.least && there >= usually * alike.length;
  });
}

/**
 * A warning for each expected day without a slice, but those of weekdays whose slices are empty.
 *
 * @param graceDays days a delivery may come late without being missed
 */
export function missingDayChecks(
  source: string,
  slices: readonly DatasetSlice[],
  dataDate: string,
  graceDays: number,
): CheckRow[] {
  return missingDays(slices, addDays(dataDate, -graceDays)).flatMap((day) => {
    const expected = expectedRows(slices, day);
    if (!expected || expected.least === 0) return [];
    return checkRow({
      source,
      type: 'volume',
      slice: day,
      status: 'warn',
      evaluated: expected.compared,
      expected: `${expected.least} – ${expected.most}`,
      observed: '0',
    });
  });
}
