import { bootstrapMeans } from '../math/bootstrap.ts';
import { type Evaluation, type EvaluationCase, evaluateModel, type MetricName } from './evaluate-model.ts';
import type { EvaluationOptions, ModelFigures } from './evaluation-document.ts';
import type { Family } from './families.ts';
import type { Interactions } from './interactions.ts';
import type { Recommender } from './recommender.ts';
import { tune, type ValidationPart, type ValidationParts, validationValue } from './tuning.ts';

/** A recommender with its figure on the validation parts. */
export interface Candidate {
  readonly recommender: Recommender;
  readonly validation: number;
  readonly trials: number;
}

/**
 * Figures of every method on the validation parts: fixed ones as they are, families after a search.
 *
 * A method that is dear to rank with is left out when it stands far behind on a few users. The budget is shared among the
 * families in proportion to the time that is left, in the order given.
 */
export function candidatesOn(
  parts: ValidationParts,
  fixed: readonly Recommender[],
  families: readonly Family[],
  options: EvaluationOptions,
): { readonly candidates: readonly Candidate[]; readonly searchSeconds: number } {
  const begun = options.now();
  const spent = (): number => (options.now() - begun) / 1000;
  const candidates: Candidate[] = fixed.map((recommender) => {
    options.onProgress?.(`validating ${recommender.name}`);
    return { recommender, validation: validationValue(recommender, parts), trials: 0 };
  });
  for (const [at, family] of families.entries()) {
    if (family.mostTrials !== undefined && isOutrun(family, bestOf(candidates), parts[0])) {
      options.onProgress?.(`${family.name} is left out: far behind on the first ${raceUsers} users`);
      continue;
    }
    const budgetSeconds = Math.max(0, options.budgetSeconds - spent()) / (families.length - at);
    const trials = Math.min(options.trials, family.mostTrials ?? options.trials);
    const limits = { seed: options.seed, trials, budgetSeconds, now: options.now };
    const { recommender, value, search } = tune(family, parts, limits, (name, number, tried, best) =>
      options.onProgress?.(
        `${name}: trial ${number}, ${parts[0].metric} ${tried.toFixed(4)}, best ${best.toFixed(4)}`,
      ),
    );
    candidates.push({ recommender, validation: value, trials: search.trials.length });
  }
  return { candidates, searchSeconds: spent() };
}

/** The candidate with the best figure on the validation parts; the first of equals. */
export function bestOf(candidates: readonly Candidate[]): Candidate {
  let best = candidates[0] as Candidate;
  for (const candidate of candidates) if (candidate.validation > best.validation) best = candidate;
  return best;
}

/** Users a dear method has to show itself on before it is searched and measured on all. */
const raceUsers = 200;

/** A method below this share of the best one's figure in the race can be neither chosen nor mixed in. */
const leastShare = 0.2;

/**
 * Whether a method's first setting stands far behind the best so far on a few users, the same for both.
 *
 * Source: racing, Maron and Moore 1994; with a wide margin instead of a bound.
 */
function isOutrun(family: Family, best: Candidate, part: ValidationPart): boolean {
  const start = family.starts[0];
  if (!start || part.cases.length <= raceUsers) return false;
  const step = part.cases.length / raceUsers;
  const cases = Array.from({ length: raceUsers }, (_, index) => part.cases[Math.floor(index * step)]);
  const race = { ...part, cases: cases.filter((one) => one !== undefined) };
  return validationValue(family.make(start), [race]) < leastShare * validationValue(best.recommender, [race]);
}

/** Fits a candidate and measures it on the test cases, with intervals. */
export function measure(
  { recommender, validation, trials }: Candidate,
  trainedOn: ModelFigures['trainedOn'],
  train: Interactions,
  cases: readonly EvaluationCase[],
  metrics: readonly MetricName[],
  options: EvaluationOptions,
): { readonly figures: ModelFigures; readonly evaluation: Evaluation } {
  options.onProgress?.(`testing ${recommender.name}, learned from ${trainedOn}`);
  const begun = options.now();
  const evaluation = evaluateModel(recommender.fit(train), cases, metrics);
  const seconds = (options.now() - begun) / 1000;
  const columns = metrics.map((metric) => evaluation.perUser[metric] ?? new Float64Array(0));
  const intervals = Object.fromEntries(
    bootstrapMeans(columns, { seed: options.seed }).map(
      ({ low, high }, at) => [metrics[at] as string, [low, high] as const] as const,
    ),
  );
  const { name, parameters } = recommender;
  const figures = {
    name,
    trainedOn,
    metrics: evaluation.metrics,
    intervals,
    validation,
    trials,
    parameters,
    seconds,
  };
  return { figures, evaluation };
}
