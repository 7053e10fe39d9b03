import { type Estimate, estimateMatches, type Presumed } from '../math/fellegi-sunter.ts';
import { blockingRules } from './user-blocking.ts';
import { comparedFields } from './user-fields.ts';
import { levelIn, levels, outcomeCount, presumedOfFields, presumedPosterior } from './user-levels.ts';

/** Compared pairs: outcome and blocking rule of each, and whether nobody has decided about it. */
export interface OpenPairs {
  readonly outcomes: Int32Array;
  readonly ruleOf: Uint8Array;
  isOpen(place: number): boolean;
}

/** A pair that people decided about. */
export interface SaidPair {
  readonly outcome: number;
  readonly action: 'accept' | 'reject';
}

/** What was learned of all pairs. */
export interface LearnedUserMatches {
  /** Probability that a pair is a match, 0-1; without a rule, of a pair that no rule found. */
  probabilityOf(outcome: number, rule?: number): number;
  /** Over all rules: weights per field and level, share of matches among the candidates. */
  readonly learned: Pick<Estimate, 'weights' | 'matchShare' | 'iterations'>;
}

/** How much of what all pairs tell counts within a rule, in pairs: matches are much alike whatever found them, others are not. */
const carried = { matches: 100, others: 10 };

/** Within a rule EM takes a few steps only: where all pairs are alike it would part the matches themselves in two. */
const mostWithinRule = 4;

/**
 * Learns how likely each outcome is a match: over all pairs first, then within each blocking rule, with what all told as
 * presumption.
 *
 * Within a rule the fields are nearly independent again: of pairs with one e-mail address those that are not one person are a
 * family, in whom given names differ; over all pairs an equal given name would say little.
 */
export function learnUserMatches(open: OpenPairs, said: readonly SaidPair[]): LearnedUserMatches {
  const { placeOf, seen } = numberOutcomes(open.outcomes, said);
  const levelOf = comparedFields.map((_, field) =>
    Int8Array.from(seen, (outcome) => levelIn(outcome, field)),
  );
  const { counts, perRule } = countOutcomes(open, placeOf, seen.length);
  const labelled = { matches: new Float64Array(seen.length), others: new Float64Array(seen.length) };
  for (const { outcome, action } of said) {
    const place = placeOf[outcome] as number;
    const of = action === 'accept' ? labelled.matches : labelled.others;
    of[place] = (of[place] as number) + 1;
    counts[place] = (counts[place] as number) + 1;
  }
  const start = Float64Array.from(seen, presumedPosterior);
  const all = estimateMatches({ levels, levelOf, counts, start }, { presumed: presumedOfFields, labelled });
  const [likely, presumed] = [probabilities(all), all.seen.map(carry)];
  const rules = perRule.map((own) =>
    probabilities(
      estimateMatches(
        { levels, levelOf, counts: own, start: likely },
        { presumed, mostIterations: mostWithinRule },
      ),
    ),
  );
  const { weights, matchShare, iterations } = all;
  return {
    probabilityOf: (outcome, rule) => (rules[rule ?? -1] ?? likely)[placeOf[outcome] as number] as number,
    learned: { weights, matchShare, iterations },
  };
}

/** Gives each outcome that occurs a place, in the order in which they are first seen. */
function numberOutcomes(outcomes: Int32Array, said: readonly SaidPair[]) {
  const placeOf = new Int32Array(outcomeCount).fill(-1);
  const seen: number[] = [];
  const see = (outcome: number): void => {
    if (placeOf[outcome] === -1) placeOf[outcome] = seen.push(outcome) - 1;
  };
  for (let pair = 0; pair < outcomes.length; pair++) see(outcomes[pair] as number);
  for (const { outcome } of said) see(outcome);
  return { placeOf, seen };
}

function countOutcomes({ outcomes, ruleOf, isOpen }: OpenPairs, placeOf: Int32Array, size: number) {
  const counts = new Float64Array(size);
  const perRule = blockingRules.map(() => new Float64Array(size));
  for (let pair = 0; pair < outcomes.length; pair++) {
    if (!isOpen(pair)) continue;
    const place = placeOf[outcomes[pair] as number] as number;
    const own = perRule[ruleOf[pair] as number] as Float64Array;
    counts[place] = (counts[place] as number) + 1;
    own[place] = (own[place] as number) + 1;
  }
  return { counts, perRule };
}

function probabilities({ scores }: Estimate): Float64Array {
  return scores.map((score) => 1 / (1 + Math.exp(-score)));
}

function carry({ matches, others }: Presumed): Presumed {
  return { matches: scaled(matches, carried.matches), others: scaled(others, carried.others) };
}

function scaled(counts: ArrayLike<number>, to: number): Float64Array {
  const all = Array.from(counts).reduce((sum, count) => sum + count, 0);
  return Float64Array.from(counts, (count) => (count * to) / all);
}
