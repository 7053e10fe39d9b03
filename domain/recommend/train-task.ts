import { type Interval, pairedDifference } from '../math/bootstrap.ts';
import { type Evaluation, evaluateModel, type MetricName } from './evaluate-model.ts';
import { encodeModelFiles, type ModelFiles } from './model-file.ts';
import { popularity } from './popularity.ts';
import { type ItemFeatures, type Recipe, recipeOf, recommenderOf } from './recipe.ts';
import { interactionsOfEvents, splitByTime, type TimedEvents, type TimeSplit, windowAfter } from './split.ts';
import { evaluateTimeSplit, type NotEvaluated, type TimeSplitEvaluation } from './time-split.ts';

/** What a training learns from. Plain data: it goes to a thread. */
export interface TrainInput extends ItemFeatures {
  readonly events: TimedEvents;
  readonly seed: number;
  readonly trials: number;
  readonly budgetSeconds: number;
}

/** The chosen method, its figures, and the model that learned from all events. */
export interface Trained {
  readonly evaluation: Omit<TimeSplitEvaluation, 'recommender'>;
  readonly recipe: Recipe;
  readonly files: ModelFiles;
}

/** Searches, chooses and measures on a time split, then lets the chosen method learn from all events. */
export function train(input: TrainInput, onProgress?: (phrase: string) => void): Trained | NotEvaluated {
  const { events, seed, trials, budgetSeconds, vectors, labels } = input;
  const evaluated = evaluateTimeSplit(events, {
    seed,
    trials,
    budgetSeconds,
    now: () => performance.now(),
    ...(onProgress ? { onProgress } : {}),
    ...(vectors ? { vectors } : {}),
    ...(labels ? { labels } : {}),
  });
  if (evaluated.outcome !== 'evaluated') return evaluated;
  const { recommender, ...evaluation } = evaluated;
  onProgress?.(`learning from all events: ${recommender.name}`);
  const model = recommender.fit(interactionsOfEvents(events));
  return { evaluation, recipe: recipeOf(recommender), files: encodeModelFiles(model) };
}

/** What a recipe is taught again with. */
export interface RefitInput extends ItemFeatures {
  readonly events: TimedEvents;
  readonly recipe: Recipe;
}

/** Teaches a recipe all events. */
export function refit(input: RefitInput): ModelFiles {
  const model = recommenderOf(input.recipe, input).fit(interactionsOfEvents(input.events));
  return encodeModelFiles(model);
}

/** What a candidate is compared with: the champion's recipe, where one serves. */
export interface CompareInput extends ItemFeatures {
  readonly events: TimedEvents;
  readonly seed: number;
  readonly candidate: Recipe;
  readonly champion?: Recipe | undefined;
}

/** A model's lead over another on some users. */
export interface Lead {
  readonly users: number;
  readonly difference: Interval;
}

/** Candidate, champion and popularity on the same users of the test window, all taught the same days before it. */
export interface Comparison {
  readonly fromDay: number;
  readonly toDay: number;
  /** Newest day anything was learned from. */
  readonly trainedThrough: number;
  readonly users: number;
  readonly events: number;
  readonly candidate: Readonly<Record<string, number>>;
  readonly popularity: { readonly metrics: Readonly<Record<string, number>>; readonly difference: Interval };
  readonly champion?: {
    readonly metrics: Readonly<Record<string, number>>;
    /** Candidate − champion. */
    readonly difference: Interval;
    /** Champion − popularity. */
    readonly overPopularity: Interval;
  };
  /** The candidate's lead over popularity on the newest day, and on the days of the window before it. */
  readonly newestDay: Lead;
  readonly usualDays: Lead;
}

const metrics: readonly MetricName[] = ['ndcg@10', 'hr@10', 'recall@20'];
const decisive = 'ndcg@10';

/**
 * Compares recipes on the test window: each learns from the days before it and is measured on the same users.
 *
 * The champion is taught again: the model in service has seen days of the window, and would be measured on what it knows.
 * Undefined where the events cannot be split.
 */
export function compare(input: CompareInput): Comparison | undefined {
  const { events, seed, candidate, champion } = input;
  const split = splitByTime(events);
  if (split.outcome !== 'split' || split.test.cases.length === 0) return undefined;
  const figures = (recipe: Recipe, cases = split.test.cases): Evaluation =>
    evaluateModel(recommenderOf(recipe, input).fit(split.trainAndValidation), cases, metrics);
  const own = figures(candidate);
  const floor = figures(recipeOf(popularity()));
  const serving = champion && figures(champion);
  const lead = (against: Evaluation): Interval => difference(own, against, seed);
  const toDay = newestOf(events);
  return {
    fromDay: split.test.fromDay,
    toDay,
    trainedThrough: newestBefore(events, split.test.fromDay),
    users: split.test.cases.length,
    events: events.dayOf.reduce((sum, day) => sum + (day >= split.test.fromDay ? 1 : 0), 0),
    candidate: own.metrics,
    popularity: { metrics: floor.metrics, difference: lead(floor) },
    ...(serving
      ? {
          champion: {
            metrics: serving.metrics,
            difference: lead(serving),
            overPopularity: difference(serving, floor, seed),
          },
        }
      : {}),
    newestDay: leadOn(split, events, toDay, toDay + 1, figures, candidate, seed),
    usualDays: leadOn(split, events, split.test.fromDay, toDay, figures, candidate, seed),
  };
}

function leadOn(
  split: TimeSplit,
  events: TimedEvents,
  from: number,
  to: number,
  figures: (recipe: Recipe, cases: TimeSplit['test']['cases']) => Evaluation,
  candidate: Recipe,
  seed: number,
): Lead {
  const { cases } = windowAfter(split.trainAndValidation, interactionsOfEvents(events, from, to), from);
  const floor = figures(recipeOf(popularity()), cases);
  return { users: cases.length, difference: difference(figures(candidate, cases), floor, seed) };
}

function difference(a: Evaluation, b: Evaluation, seed: number): Interval {
  const nobody = new Float64Array(0);
  return pairedDifference(a.perUser[decisive] ?? nobody, b.perUser[decisive] ?? nobody, { seed });
}

function newestOf({ dayOf }: TimedEvents): number {
  return dayOf.reduce((newest, day) => Math.max(newest, Math.floor(day)), Number.NEGATIVE_INFINITY);
}

function newestBefore({ dayOf }: TimedEvents, day: number): number {
  return dayOf.reduce(
    (newest, own) => (own < day ? Math.max(newest, Math.floor(own)) : newest),
    Number.NEGATIVE_INFINITY,
  );
}
