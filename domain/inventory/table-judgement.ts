import type { CheckStatus } from '../../schemas/inventory.ts';
import type { Bounds, TableCheck } from '../../schemas/table-check.ts';

/** What a table check found: how much was looked at, how much of it was not as expected, and both in short. */
export interface Judgement {
  readonly evaluated: number;
  readonly unexpected: number;
  readonly expected: string;
  readonly observed: string;
}

/** One thing looked at: of which slice, what was found, and whether it is not as expected. */
export interface Finding {
  readonly slice: string;
  readonly text: string;
  readonly bad: boolean;
}

/** How a check ends by its severity and dbt's two thresholds. */
export function statusWithin(
  unexpected: number,
  { severity, warnAbove, errorAbove }: Pick<TableCheck, 'severity' | 'warnAbove' | 'errorAbove'>,
): CheckStatus {
  if (severity === 'error' && unexpected > errorAbove) return 'error';
  return unexpected > warnAbove ? 'warn' : 'pass';
}

/** Whether a number lies outside inclusive bounds. */
export function isOutside(value: number, { min, max }: BoundsLike): boolean {
  return (min !== undefined && value < min) || (max !== undefined && value > max);
}

/** Bounds as text: `≥ 1, ≤ 5`. */
export function boundsText({ min, max }: BoundsLike): string {
  return [...(min === undefined ? [] : [`≥ ${min}`]), ...(max === undefined ? [] : [`≤ ${max}`])].join(', ');
}

/** The first five findings that are not as expected; all is well: the last one. */
export function listed(found: readonly Finding[]): string {
  const bad = found.filter((one) => one.bad);
  const shown = bad.length > 0 ? bad.slice(0, 5) : found.slice(-1);
  const more = bad.length > 5 ? '; …' : '';
  return `${shown.map(({ slice, text }) => `${slice}: ${text}`).join('; ')}${more}`;
}

type BoundsLike = { readonly min?: Bounds['min']; readonly max?: Bounds['max'] };
