import type { Kind } from './kind.ts';
import { type ColumnProfile, share } from './profile-columns.ts';

/** Names of profile alerts, as ydata-profiling has them. */
export type Alert =
  | 'empty'
  | 'constant'
  | 'missing'
  | 'unique'
  | 'high cardinality'
  | 'imbalance'
  | 'zeros'
  | 'skewed';

/**
 * What is notable about a column.
 *
 * empty: no value · constant: one value · missing: at least 5 % of rows without a value · unique: every value once ·
 * high cardinality: a category or text with more than 50 values, over half of them distinct · imbalance: one of several
 * values in at least 90 % of the rows · zeros: at least 10 % zeros · skewed: the mean lies outside the middle half.
 */
export function alertsOf(profile: ColumnProfile, kind: Kind): Alert[] {
  const valued = profile.rows - profile.nulls;
  if (profile.rows === 0) return [];
  if (valued === 0) return ['empty'];
  const alerts: Alert[] = [];
  const unique = profile.distinct === valued && valued > 1;
  if (profile.distinct === 1 && valued > 1) alerts.push('constant');
  if (share(profile.nulls, profile.rows) >= 0.05) alerts.push('missing');
  if (unique) alerts.push('unique');
  const worded = kind === 'category' || kind === 'unknown' || kind === 'country';
  if (worded && !unique && profile.distinct > 50 && profile.distinct > valued / 2)
    alerts.push('high cardinality');
  if (profile.distinct > 1 && share(profile.top[0]?.rows ?? 0, valued) >= 0.9) alerts.push('imbalance');
  return [...alerts, ...numberAlerts(profile, kind)];
}

function numberAlerts({ numbers, rows, nulls }: ColumnProfile, kind: Kind): Alert[] {
  if (!numbers || kind === 'id') return [];
  const alerts: Alert[] = [];
  if (share(numbers.zeros, rows - nulls) >= 0.1) alerts.push('zeros');
  const mean = Number(numbers.mean);
  const [p25, p75] = [Number(numbers.p25), Number(numbers.p75)];
  if (p25 < p75 && (mean < p25 || mean > p75)) alerts.push('skewed');
  return alerts;
}
