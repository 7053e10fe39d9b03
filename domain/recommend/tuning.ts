import { type EvaluationCase, evaluateModel, type MetricName } from './evaluate-model.ts';
import type { Family } from './families.ts';
import type { Interactions } from './interactions.ts';
import type { Recommender } from './recommender.ts';
import { type SearchLimits, type SearchResult, searchParameters } from './search.ts';

/** A family after its search: the setting chosen on the validation parts. */
export interface Tuned {
  readonly family: Family;
  readonly recommender: Recommender;
  /** Figure over the users of all parts. */
  readonly value: number;
  readonly search: SearchResult<string>;
}

/** What a search may look at: one part to learn from, another to be right about. */
export interface ValidationPart {
  readonly train: Interactions;
  readonly cases: readonly EvaluationCase[];
  readonly metric: MetricName;
}

/** The part the search runs on, and others its best settings must hold on. */
export type ValidationParts = readonly [ValidationPart, ...ValidationPart[]];

/** Tells of a trial while a search runs. */
export type TrialListener = (family: string, number: number, value: number, best: number) => void;

/** Settings of a search that are looked at on the other parts, beside the starting one. */
const finalists = 2;

/**
 * Searches a family's parameters for the best figure on the first validation part; the best settings and the starting one
 * are then measured on the other parts, and the best over all users is taken. The test part is never looked at.
 *
 * Deterministic for a number of trials (see `searchParameters`).
 */
export function tune(
  family: Family,
  parts: ValidationParts,
  limits: SearchLimits,
  onTrial?: TrialListener,
): Tuned {
  let best = Number.NEGATIVE_INFINITY;
  const search = searchParameters(
    family.name,
    family.space,
    family.starts,
    (parameters) => validationValue(family.make(parameters), [parts[0]]),
    limits,
    ({ value }, number) => {
      best = Math.max(best, value);
      onTrial?.(family.name, number, value, best);
    },
  );
  return { family, ...confirmed(family, search, parts), search };
}

/** A recommender's figure over the users of validation parts, on each of which it learns anew. */
export function validationValue(recommender: Recommender, parts: readonly ValidationPart[]): number {
  let [sum, users] = [0, 0];
  for (const { train, cases, metric } of parts) {
    sum += (evaluateModel(recommender.fit(train), cases, [metric]).metrics[metric] ?? 0) * cases.length;
    users += cases.length;
  }
  return users === 0 ? 0 : sum / users;
}

function confirmed(
  family: Family,
  { trials, best }: SearchResult<string>,
  parts: ValidationParts,
): Pick<Tuned, 'recommender' | 'value'> {
  if (parts.length === 1) return { recommender: family.make(best.parameters), value: best.value };
  const inOrder = trials.toSorted((a, b) => b.value - a.value);
  const measured = [...new Set([...inOrder.slice(0, finalists), ...trials.slice(0, 1)])].map((trial) => {
    const recommender = family.make(trial.parameters);
    return { recommender, value: validationValue(recommender, parts) };
  });
  return measured.reduce((winner, other) => (other.value > winner.value ? other : winner));
}
