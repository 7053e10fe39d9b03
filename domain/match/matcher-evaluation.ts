import { pickPairs, trainMatcher } from './matcher.ts';
import { matchWithoutLabels } from './matcher-em.ts';
import {
  bestThreshold,
  type MatchInterval,
  type MatchMetrics,
  matchMetrics,
  meanMetrics,
  pairInterval,
  seedInterval,
} from './matcher-metrics.ts';
import { boostedTrees, logisticMatcher, type PairModelFamily } from './matcher-models.ts';
import { isContextFeature } from './pair-context.ts';
import { createPairFeatures, type PairMatrix } from './pair-features.ts';
import type { PairSet } from './pair-set.ts';

/** What to evaluate and with what. */
export interface MatchEvaluationInput {
  /** Pairs of three files: train, validation, test. */
  readonly set: PairSet;
  /** First seed; the others follow it. */
  readonly seed: number;
  /** How many seeds the matcher is trained with. */
  readonly seeds: number;
  /** Milliseconds of a clock that only runs forward. */
  readonly clock: () => number;
  readonly note: (line: string) => void;
}

/** How one way to match did on the test pairs. */
export interface MatchFigures {
  readonly name: string;
  /** Means over the seeds. */
  readonly metrics: MatchMetrics;
  readonly intervals: {
    /** 95 % of F1 over draws of test pairs. */
    readonly f1: MatchInterval;
    /** 95 % of the mean F1 over seeds; missing with one seed. */
    readonly f1OverSeeds?: MatchInterval;
  };
  readonly f1BySeed: readonly number[];
  readonly thresholds: readonly number[];
  /** How the threshold was chosen. */
  readonly thresholdFrom: string;
  /** Mean best F1 on train and validation pairs while they were held out; missing without labels. */
  readonly heldOutF1?: number;
  readonly seconds: number;
}

/** The figures of all ways. */
export interface MatchEvaluation {
  readonly models: readonly MatchFigures[];
  /** The way with the best F1 on held-out train and validation pairs. */
  readonly chosen: string;
  readonly searchSeconds: number;
  /** Features and scores of prepared records on one thread, the fastest of three passes over all pairs. */
  readonly pairsPerSecond: number;
  readonly prepareSeconds: number;
  readonly columns: readonly string[];
  readonly features: number;
}

interface Parts {
  readonly all: PairMatrix;
  readonly learned: PairMatrix;
  readonly learnedLabels: Uint8Array;
  readonly test: PairMatrix;
  readonly testLabels: Uint8Array;
}

/**
 * Trains matchers on the train and validation pairs and measures them on the test pairs.
 *
 * Nothing is tuned on the way: the settings are fixed, the threshold comes from train and validation pairs that were held
 * out fold by fold. Rarity of words and the standing of a pair among the others of its records look at the texts of all
 * three files, never at a label.
 */
export async function evaluateMatch(input: MatchEvaluationInput): Promise<MatchEvaluation> {
  const { set, clock, note } = input;
  const begin = clock();
  const features = createPairFeatures(set.records);
  const prepared = clock();
  const all = features.compare(set);
  const parts = partsOf(set, all);
  note(
    `${all.rows} pairs of ${set.records.left.length} and ${set.records.right.length} records, ${all.width} features`,
  );
  const trained = await trainedFigures('learned matcher', boostedTrees, parts, input, input.seeds);
  const alone = await trainedFigures(
    'learned matcher, each pair alone',
    boostedTrees,
    parts,
    input,
    input.seeds,
    (name) => !isContextFeature(name),
  );
  const models = [
    trained.figures,
    alone.figures,
    (await trainedFigures('logistic regression', logisticMatcher, parts, input, 1)).figures,
    cosineFigures(parts, input),
    unlabelledFigures(parts, input),
  ];
  const best = models.reduce((a, b) => ((b.heldOutF1 ?? 0) > (a.heldOutF1 ?? 0) ? b : a));
  // The fastest of three passes: the first ones also compile the code.
  const passSeconds = [1, 2, 3].map(() => {
    const start = clock();
    trained.score(features.compare(set));
    return (clock() - start) / 1000;
  });
  return {
    models,
    chosen: best.name,
    searchSeconds: (clock() - begin) / 1000,
    pairsPerSecond: all.rows / Math.min(...passSeconds),
    prepareSeconds: (prepared - begin) / 1000,
    columns: features.columns.columns.map(
      ({ name, kind }, at) => `${name} (${at === features.columns.main ? 'main ' : ''}${kind})`,
    ),
    features: all.width,
  };
}

function partsOf(set: PairSet, all: PairMatrix): Parts {
  const [train, valid, test] = set.parts as [PairSet['parts'][0], PairSet['parts'][0], PairSet['parts'][0]];
  const rows = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, at) => from + at);
  return {
    all,
    learned: pickPairs(all, rows(train.from, valid.to)),
    learnedLabels: set.labels.subarray(train.from, valid.to),
    test: pickPairs(all, rows(test.from, test.to)),
    testLabels: set.labels.subarray(test.from, test.to),
  };
}

async function trainedFigures(
  name: string,
  family: PairModelFamily,
  { learned, learnedLabels, test, testLabels }: Parts,
  { seed, clock, note }: MatchEvaluationInput,
  seeds: number,
  uses: (feature: string) => boolean = () => true,
): Promise<{ readonly figures: MatchFigures; readonly score: (pairs: PairMatrix) => Float64Array }> {
  const begin = clock();
  const runs: { scores: Float64Array; threshold: number; heldOutF1: number }[] = [];
  let score = (pairs: PairMatrix): Float64Array => new Float64Array(pairs.rows);
  for (let run = 0; run < seeds; run++) {
    const matcher = await trainMatcher(learned, learnedLabels, { seed: seed + run, family, uses });
    runs.push({ ...matcher, scores: matcher.score(test) });
    score = matcher.score;
    note(
      `${name}: seed ${seed + run}, F1 ${matcher.heldOutF1.toFixed(4)} on held-out train and validation pairs`,
    );
  }
  const figures = figuresOf(
    name,
    runs,
    testLabels,
    seed,
    'held-out train and validation pairs',
    (clock() - begin) / 1000,
  );
  return {
    figures: { ...figures, heldOutF1: runs.reduce((sum, run) => sum + run.heldOutF1, 0) / seeds },
    score,
  };
}

/** Cosine of words weighted by rarity, of all text or of the main column, with its threshold: what is better on train and validation. */
function cosineFigures(
  { learned, learnedLabels, test, testLabels }: Parts,
  { seed, clock }: MatchEvaluationInput,
): MatchFigures {
  const begin = clock();
  const tried = ['whole cosine', 'main cosine']
    .filter((feature) => learned.names.includes(feature))
    .map((feature) => ({ feature, ...bestThreshold(featureOf(learned, feature), learnedLabels) }));
  const { feature, threshold, f1 } = tried.reduce((a, b) => (b.f1 > a.f1 ? b : a));
  const run = { scores: featureOf(test, feature), threshold };
  const seconds = (clock() - begin) / 1000;
  const figures = figuresOf(
    `TF-IDF cosine (${feature.startsWith('main') ? 'main column' : 'all text'})`,
    [run],
    testLabels,
    seed,
    'train and validation pairs',
    seconds,
  );
  return { ...figures, heldOutF1: f1 };
}

function unlabelledFigures(
  { all, test, testLabels }: Parts,
  { seed, clock }: MatchEvaluationInput,
): MatchFigures {
  const begin = clock();
  const { scores } = matchWithoutLabels(all);
  const run = { scores: scores.subarray(all.rows - test.rows), threshold: 0 };
  return figuresOf('without labels', [run], testLabels, seed, 'even odds', (clock() - begin) / 1000);
}

function figuresOf(
  name: string,
  runs: readonly { readonly scores: Float64Array; readonly threshold: number }[],
  labels: Uint8Array,
  seed: number,
  thresholdFrom: string,
  seconds: number,
): MatchFigures {
  const bySeed = runs.map(({ scores, threshold }) => matchMetrics(scores, labels, threshold));
  const found = runs.map(({ scores, threshold }) =>
    Uint8Array.from(scores, (score) => (score >= threshold ? 1 : 0)),
  );
  const overSeeds = seedInterval(bySeed);
  return {
    name,
    metrics: meanMetrics(bySeed),
    intervals: {
      f1: pairInterval(found, labels, seed),
      ...(overSeeds ? { f1OverSeeds: overSeeds } : {}),
    },
    f1BySeed: bySeed.map(({ f1 }) => f1),
    thresholds: runs.map(({ threshold }) => threshold),
    thresholdFrom,
    seconds,
  };
}

/** One feature of all pairs; a missing value counts as 0. */
function featureOf(pairs: PairMatrix, name: string): Float64Array {
  const column = pairs.names.indexOf(name);
  return Float64Array.from({ length: pairs.rows }, (_, row) => pairs.values[row * pairs.width + column] || 0);
}
