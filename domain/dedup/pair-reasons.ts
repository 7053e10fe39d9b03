import type { PairRow } from './match-sql.ts';

/** The figures of a compared pair that people are told, as `match.pairs` holds them. */
export type PairFigures = Pick<
  PairRow,
  | 'word_overlap'
  | 'text_cosine'
  | 'contradiction'
  | 'variant_conflict'
  | 'numbers'
  | 'model_number'
  | 'brand'
  | 'price_ratio'
>;

const numberReasons: Readonly<Record<string, string>> = {
  agree: 'same numbers',
  differ: 'numbers differ',
  omitted: 'a number only one side has',
};

/**
 * Why a pair has its score, in short sentences, what weighs most last: names and texts in percent, then what speaks for
 * and against. Pure; figures are shown as they are stored.
 */
export function pairReasons(figures: PairFigures): string[] {
  const ratio = figures.price_ratio === null ? undefined : Number(figures.price_ratio);
  const is = (value: PairRow[string & keyof PairRow], least: number): boolean => Number(value) >= least;
  return [
    `names ${percent(figures.word_overlap)} alike`,
    `texts ${percent(figures.text_cosine)} alike`,
    ...(ratio === undefined ? [] : [ratio === 1 ? 'same price' : `price ${percent(1 - ratio)} apart`]),
    ...(figures.brand === 'differs' ? ['other brand'] : []),
    ...(figures.model_number === 'agrees' ? ['same model number'] : []),
    ...(figures.model_number === 'differs' ? ['other model number'] : []),
    ...(is(figures.contradiction, 0.2) ? ['each has a word the other contradicts'] : []),
    ...(is(figures.variant_conflict, 0.1) ? ['a word that tells variants apart'] : []),
    ...[numberReasons[String(figures.numbers)] ?? []].flat(),
  ];
}

function percent(share: string | number | boolean | null): string {
  return `${Math.round(100 * Number(share))} %`;
}
