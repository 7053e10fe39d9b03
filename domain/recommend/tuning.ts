import { type EvaluationCase, evaluateModel, type MetricName } from './evaluate-model.ts';
import type { Family } from './families.ts';
import type { Interactions } from './interactions.ts';
import type { Recommender } from './recommender.ts';
import { type SearchLimits, type SearchResult, searchParameters } from './search.ts';

/** A family after its search: the setting chosen on the validation part. */
export interface Tuned {
  readonly family: Family;
  readonly recommender: Recommender;
  readonly search: SearchResult<string>;
}

/** What a search may look at: one part to learn from, another to be right about. */
export interface ValidationPart {
  readonly train: Interactions;
  readonly cases: readonly EvaluationCase[];
  readonly metric: MetricName;
}

/** Tells of a trial while a search runs. */
export type TrialListener = (family: string, number: number, value: number, best: number) => void;

/**
 * Searches a family's parameters for the best figure on the validation part; the test part is never looked at.
 *
 * Deterministic for a number of trials (see `searchParameters`).
 */
export function tune(
  family: Family,
  part: ValidationPart,
  limits: SearchLimits,
  onTrial?: TrialListener,
): Tuned {
  let best = Number.NEGATIVE_INFINITY;
  const search = searchParameters(
    family.name,
    family.space,
    family.starts,
    (parameters) => validationValue(family.make(parameters), part),
    limits,
    ({ value }, number) => {
      best = Math.max(best, value);
      onTrial?.(family.name, number, value, best);
    },
  );
  return { family, recommender: family.make(search.best.parameters), search };
}

/** A recommender's figure on the validation part. */
export function validationValue(recommender: Recommender, { train, cases, metric }: ValidationPart): number {
  return evaluateModel(recommender.fit(train), cases, [metric]).metrics[metric] ?? 0;
}
