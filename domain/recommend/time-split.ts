import { type Interval, pairedDifference } from '../math/bootstrap.ts';
import { type ContentParameters, contentBased, type ItemVectors } from './content.ts';
import { simpleRule } from './directional-knn.ts';
import type { MetricName } from './evaluate-model.ts';
import type { EvaluationOptions, ModelFigures } from './evaluation-document.ts';
import {
  asymmetricFamily,
  directionalFamily,
  type Family,
  fading,
  liftFamily,
  recencyFamily,
  rp3Family,
} from './families.ts';
import { type HybridProof, proveHybrid } from './hybrid-weights.ts';
import { type ItemLabels, labelMatch } from './label-match.ts';
import { bestOf, type Candidate, candidatesOn, measure } from './measured-models.ts';
import { cosineKnn } from './order-free-knn.ts';
import { popularity } from './popularity.ts';
import type { Recommender } from './recommender.ts';
import {
  type Origin,
  type SplitShares,
  splitByTime,
  type TimedEvents,
  type TimeSplit,
  type Window,
} from './split.ts';
import type { ValidationPart, ValidationParts } from './tuning.ts';

/** What a production evaluation may use beside the events. */
export interface TimeSplitOptions extends EvaluationOptions {
  readonly shares?: SplitShares;
  /** Vectors of all items, where they were embedded. */
  readonly vectors?: ItemVectors;
  /** Labels of all items, where they were classified. */
  readonly labels?: ItemLabels;
}

/** The chosen model against another on the same users of the test window. */
export interface PairedFigure extends Interval {
  readonly against: string;
  readonly metric: string;
}

/** Result of a production evaluation. */
export interface TimeSplitEvaluation {
  readonly outcome: 'evaluated';
  readonly windows: { readonly validation: WindowFacts; readonly test: WindowFacts };
  readonly searchSeconds: number;
  readonly models: readonly ModelFigures[];
  /** Name of the model chosen on the validation window. */
  readonly chosen: string;
  /** The chosen method with its setting: fit it on all events to serve it. */
  readonly recommender: Recommender;
  /** Chosen minus other, over the test users. */
  readonly differences: readonly PairedFigure[];
  /** What became of the hybrid; absent where there was no second component to mix with. */
  readonly hybrid?: Pick<HybridProof, 'weights' | 'gain' | 'proven'>;
}

/** Counts of a window. */
export type WindowFacts = Omit<Window, 'cases'> & { readonly users: number };

/** Nothing could be measured: too few dates, or no user who came back for something new. */
export interface NotEvaluated {
  readonly outcome: 'too-few-days' | 'no-returning-users';
  readonly days: number;
}

const metrics: readonly MetricName[] = ['ndcg@10', 'hr@10', 'recall@20'];

/**
 * Compares all methods on a time split and chooses one on the validation windows.
 *
 * Parameters are searched on the newest validation window and must hold on those before it; every model then learns from
 * train and validation and is measured once on the test window, by full ranking of the items the user has not had. A
 * hybrid takes the single model's place only where it is proven better on validation users its weights have not seen.
 */
export function evaluateTimeSplit(
  events: TimedEvents,
  options: TimeSplitOptions,
): TimeSplitEvaluation | NotEvaluated {
  const split = splitByTime(events, options.shares);
  if (split.outcome !== 'split') return split;
  if (split.validation.cases.length === 0 || split.test.cases.length === 0) {
    return { outcome: 'no-returning-users', days: split.days };
  }
  const parts: ValidationParts = [
    partOf({ train: split.train, window: split.validation }),
    ...split.earlier.map(partOf),
  ];
  const { candidates, searchSeconds } = candidatesOn(
    parts,
    [popularity(), cosineKnn(), simpleRule(), ...(options.labels ? [labelMatch(options.labels)] : [])],
    [
      recencyFamily,
      fading(liftFamily),
      fading(directionalFamily),
      fading(asymmetricFamily),
      rp3Family,
      ...(options.vectors ? [contentFamily(options.vectors)] : []),
    ],
    options,
  );
  const single = bestOf(candidates);
  options.onProgress?.('proving the hybrid');
  const proof = proveHybrid(
    [single, ...partners(candidates, single)].map(({ recommender }) => recommender),
    parts,
    10,
    options.seed,
  );
  const mixed = { recommender: proof.recommender, validation: proof.value, trials: proof.trials };
  const chosen = proof.proven ? mixed : single;
  // A hybrid that was not proven takes no part: ranking with it costs more than all the others.
  const measured = measureAll(proof.proven ? [...candidates, mixed] : candidates, split, options);
  return {
    outcome: 'evaluated',
    windows: { validation: factsOf(split.validation), test: factsOf(split.test) },
    searchSeconds,
    models: measured.map(({ figures }) => figures),
    chosen: chosen.recommender.name,
    recommender: chosen.recommender,
    differences: differencesOf(chosen, measured, options.seed),
    hybrid: { weights: proof.weights, gain: proof.gain, proven: proof.proven },
  };
}

function partOf({ train, window }: Origin): ValidationPart {
  return { train, cases: window.cases, metric: 'ndcg@10' };
}

type Measured = ReturnType<typeof measure>;

/** A component below this share of the best model's figure adds noise and costs time. */
const leastShare = 0.2;

/** The best of each other kind that brings something of its own: order, labels, content, what is bought now. */
function partners(candidates: readonly Candidate[], single: Candidate): Candidate[] {
  const useful = [
    'popularity-lift',
    'directional-knn',
    'asymmetric-knn',
    'recency-popularity',
    'content',
    'label-match',
  ];
  return candidates.filter(
    (candidate) =>
      candidate !== single &&
      useful.includes(candidate.recommender.name) &&
      candidate.validation >= leastShare * single.validation,
  );
}

function measureAll(
  candidates: readonly Candidate[],
  split: TimeSplit,
  options: EvaluationOptions,
): Measured[] {
  return candidates.map((candidate) =>
    measure(candidate, 'train+validation', split.trainAndValidation, split.test.cases, metrics, options),
  );
}

function differencesOf(chosen: Candidate, measured: readonly Measured[], seed: number): PairedFigure[] {
  const name = chosen.recommender.name;
  const own = measured.find(({ figures }) => figures.name === name);
  return measured
    .filter(({ figures }) => figures.name !== name)
    .flatMap(({ figures, evaluation }) =>
      metrics.map((metric) => {
        const [a, b] = [own?.evaluation.perUser[metric], evaluation.perUser[metric]];
        const nobody = new Float64Array(0);
        return { against: figures.name, metric, ...pairedDifference(a ?? nobody, b ?? nobody, { seed }) };
      }),
    );
}

function factsOf({ cases, ...counts }: Window): WindowFacts {
  return { ...counts, users: cases.length };
}

function contentFamily(vectors: ItemVectors): Family {
  return {
    name: 'content',
    space: { decay: { kind: 'uniform', low: 0.3, high: 1 } },
    // One parameter, and a dense product a user: two settings say what there is to say.
    starts: [{ decay: 0.95 }, { decay: 0.8 }],
    mostTrials: 2,
    make: (parameters) => contentBased(vectors, parameters as unknown as ContentParameters),
  };
}
