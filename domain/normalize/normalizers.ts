import type { Normalizer } from './normalizer.ts';
import { contactNormalizers } from './normalizers-contact.ts';
import { dateNormalizers } from './normalizers-dates.ts';
import { missingNormalizers } from './normalizers-missing.ts';
import { numberNormalizers } from './normalizers-numbers.ts';
import { textNormalizers } from './normalizers-text.ts';
import { unitNormalizers } from './normalizers-units.ts';

export type { Normalizer } from './normalizer.ts';

/** Raise it when a built-in normalizer gives other values: slices whose expressions use one are then made anew. */
export const normalizersVersion = 1;

/**
 * The functions that are there without being configured, those that others call first. All take text, give text, and give
 * null for what they cannot read, so that `coalesce` chooses and the column's own type check has the last word.
 */
export const builtInNormalizers: readonly Normalizer[] = [
  ...textNormalizers,
  ...missingNormalizers,
  ...numberNormalizers,
  ...dateNormalizers,
  ...contactNormalizers,
  ...unitNormalizers,
];

/** Statements that make normalizers known to the engine, those they call first. */
export function normalizerStatements(normalizers: readonly Normalizer[]): string[] {
  return normalizers.map(({ name, parameters, sql }) => {
    const list = parameters.map((one) =>
      one.default === undefined ? one.name : `${one.name} := ${one.default}`,
    );
    return `create or replace temp macro ${name}(${list.join(', ')}) as (${sql})`;
  });
}
