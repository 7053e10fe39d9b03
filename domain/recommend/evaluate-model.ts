import { meanOf } from '../math/bootstrap.ts';
import { hitRate, ndcg, recall, type Standing, standingsOf } from '../math/ranking-metrics.ts';
import type { Model } from './recommender.ts';

/** A measure at a cut-off, for example `ndcg@10`. */
export type MetricName = `${'hr' | 'ndcg' | 'recall'}@${number}`;

/** One user to rank for: what the model may see and what it should find. */
export interface EvaluationCase {
  /** Oldest first. */
  readonly history: readonly number[];
  /** Distinct items that should be ranked high; none of them is in the history. */
  readonly wanted: readonly number[];
}

/** A model's figures, user by user in the order of the cases. */
export interface Evaluation {
  readonly metrics: Readonly<Record<string, number>>;
  readonly perUser: Readonly<Record<string, Float64Array>>;
}

const measures = { hr: hitRate, ndcg, recall };

/**
 * Ranks all items for each user, the user's history removed, and measures where the wanted ones stand.
 *
 * Ties are counted at their expected rank (`domain/math/ranking-metrics.ts`); no negatives are sampled.
 */
export function evaluateModel(
  model: Model,
  cases: readonly EvaluationCase[],
  metrics: readonly MetricName[],
): Evaluation {
  const plans = metrics.map((name) => {
    const [measure, k] = name.split('@') as [keyof typeof measures, string];
    return { name, measure: measures[measure], k: Number(k), values: new Float64Array(cases.length) };
  });
  const deepest = Math.max(...plans.map(({ k }) => k));
  const scores = new Float64Array(model.items);
  const seen = new Uint8Array(model.items);
  for (let at = 0; at < cases.length; at++) {
    const standings = standingsIn(model, cases[at] as EvaluationCase, scores, seen, deepest);
    for (const { measure, k, values } of plans) values[at] = measure(standings, k);
  }
  return {
    metrics: Object.fromEntries(plans.map(({ name, values }) => [name, meanOf(values)])),
    perUser: Object.fromEntries(plans.map(({ name, values }) => [name, values])),
  };
}

function standingsIn(
  model: Model,
  { history, wanted }: EvaluationCase,
  scores: Float64Array,
  seen: Uint8Array,
  deepest: number,
): Standing[] {
  model.score(history, scores);
  for (const item of history) if (item >= 0 && item < seen.length) seen[item] = 1;
  const standings = standingsOf(scores, wanted, seen, deepest);
  for (const item of history) if (item >= 0 && item < seen.length) seen[item] = 0;
  return standings;
}
