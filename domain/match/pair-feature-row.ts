import type { ProfiledRecords, TextView } from './pair-profiles.ts';

/** A record's main text and all of it. */
export interface TitleViews {
  readonly main: TextView;
  readonly whole: TextView;
}

/** Where the features of one pair are written, one behind the other. */
export interface FeatureRow {
  put(value: number): void;
}

/** A group of features: their names, and how a pair's are written (as many as names). */
export interface FeatureGroup<Compared> {
  readonly names: readonly string[];
  write(row: FeatureRow, left: Compared, right: Compared, records: ProfiledRecords): void;
}

/** What cannot be compared. */
export const unknown = Number.NaN;

/** Writes that the next features cannot be compared. */
export function unknowns(row: FeatureRow, count: number): void {
  for (let at = 0; at < count; at++) row.put(unknown);
}
