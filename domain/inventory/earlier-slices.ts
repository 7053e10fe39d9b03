import type { DatasetSlice } from '../../schemas/artifact.ts';
import { isIsoDate, weekdayOf } from '../plan/dates.ts';

/** From this many earlier slices of the same weekday on, only those are compared. */
const weekdayHistory = 4;

/**
 * The dated slices before a date that the rows of its slice are compared with: those of the same weekday where there are at
 * least 4, else all; of these the last ones.
 *
 * @param slices ordered by name
 * @param most how many at most
 */
export function slicesBefore(slices: readonly DatasetSlice[], date: string, most: number): DatasetSlice[] {
  const earlier = slices.filter(({ slice }) => isIsoDate(slice) && slice < date);
  const alike = earlier.filter(({ slice }) => weekdayOf(slice) === weekdayOf(date));
  return (alike.length >= weekdayHistory ? alike : earlier).slice(-most);
}
