import type { Normalizer, NormalizerData } from './normalizer.ts';
import { chineseNormalizers } from './normalizers-chinese.ts';
import { contactNormalizers } from './normalizers-contact.ts';
import { dateNormalizers } from './normalizers-dates.ts';
import { languageNormalizers } from './normalizers-language.ts';
import { missingNormalizers } from './normalizers-missing.ts';
import { numberNormalizers } from './normalizers-numbers.ts';
import { rateNormalizers } from './normalizers-rates.ts';
import { textNormalizers } from './normalizers-text.ts';
import { unitNormalizers } from './normalizers-units.ts';
import { wordNormalizers } from './normalizers-words.ts';

export type { Normalizer, NormalizerData } from './normalizer.ts';

/** Raise it when a built-in normalizer gives other values: slices whose expressions use one are then made anew. */
export const normalizersVersion = 2;

/**
 * The functions that are there without being configured, those that others call first. All take text, give text, and give
 * null for what they cannot read, so that `coalesce` chooses and the column's own type check has the last word.
 */
export const builtInNormalizers: readonly Normalizer[] = builtInsWith({});

/** The built-in normalizers with the words and rates that the configuration and its files add. */
export function builtInsWith(data: NormalizerData): readonly Normalizer[] {
  return [
    ...textNormalizers,
    ...missingNormalizers,
    ...numberNormalizers,
    ...rateNormalizers(data.rates),
    ...dateNormalizers,
    ...contactNormalizers,
    ...unitNormalizers,
    ...wordNormalizers(data),
    ...languageNormalizers,
    ...chineseNormalizers,
  ];
}

/** Statements that make normalizers known to the engine, each with its table, those they call first. */
export async function normalizerStatements(normalizers: readonly Normalizer[]): Promise<string[]> {
  const tables: string[] = [];
  for (const { lay } of normalizers) if (lay) tables.push(...(await lay()));
  const macros = normalizers.map(({ name, parameters, sql }) => {
    const list = parameters.map((one) =>
      one.default === undefined ? one.name : `${one.name} := ${one.default}`,
    );
    return `create or replace temp macro ${name}(${list.join(', ')}) as (${sql})`;
  });
  return [...tables, ...macros];
}
