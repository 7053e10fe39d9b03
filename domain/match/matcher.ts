import { openStream } from '../math/random.ts';
import { InputError, ModelError } from '../runtime/errors.ts';
import { bestThreshold } from './matcher-metrics.ts';
import { boostedTrees, type PairModel, type PairModelFamily } from './matcher-models.ts';
import type { PairColumns } from './pair-columns.ts';
import type { PairMatrix } from './pair-features.ts';

/** Tells whether the records of a pair are one thing. */
export interface Matcher {
  readonly family: string;
  /** How the columns of its training records were compared; for `createPairFeatures` of other records. */
  readonly columns: PairColumns;
  /** Features it looks at, in order; part of those of the pairs it is given. */
  readonly names: readonly string[];
  /** A pair is a match when its score is at least this; the one with the best F1 on pairs held out of training. */
  readonly threshold: number;
  /** One per fold; their mean is the score. */
  readonly models: readonly PairModel[];
  /**
   * Log-odds that the records of each pair are one thing.
   *
   * @throws ModelError STK-MATCH-FEATURES when a feature it learned from is not there
   */
  score(pairs: PairMatrix): Float64Array;
}

/** A matcher, and what it said of its own training pairs while they were held out. */
export interface TrainedMatcher extends Matcher {
  readonly heldOut: Float64Array;
  readonly heldOutF1: number;
}

/** How a matcher is trained. */
export interface MatcherOptions {
  readonly seed: number;
  /** Default: boosted trees. */
  readonly family?: PairModelFamily;
  /** Default 5. */
  readonly folds?: number;
  /** Which features to look at; default: all. */
  readonly uses?: (name: string) => boolean;
}

/**
 * Trains a matcher from labelled pairs: a model per fold, each without the pairs of its fold, which choose the threshold; the
 * matcher's score is the mean of the models.
 *
 * @param labels 1 where the records of a pair are one thing
 * @throws InputError STK-MATCH-ONE-CLASS when there are fewer than two pairs of either label
 */
export async function trainMatcher(
  pairs: PairMatrix,
  labels: Uint8Array,
  { seed, family = boostedTrees, folds = 5, uses = () => true }: MatcherOptions,
): Promise<TrainedMatcher> {
  const matches = labels.reduce((sum, label) => sum + label, 0);
  if (Math.min(matches, labels.length - matches) < 2) {
    throw new InputError(
      `${labels.length} pairs with ${matches} matches; a matcher learns from two pairs of either label at least`,
      { code: 'STK-MATCH-ONE-CLASS' },
    );
  }
  const names = pairs.names.filter(uses);
  const seen = pickFeatures(pairs, names);
  const foldOf = drawFolds(labels, Math.min(folds, matches, labels.length - matches), seed);
  const heldOut = new Float64Array(labels.length);
  const models: PairModel[] = [];
  for (let fold = 0; fold < Math.max(...foldOf) + 1; fold++) {
    const [rest, held] = [rowsWhere(foldOf, (f) => f !== fold), rowsWhere(foldOf, (f) => f === fold)];
    const model = await family.fit(
      pickPairs(seen, rest),
      Uint8Array.from(rest, (row) => labels[row] as number),
      seed * 100 + fold,
    );
    models.push(model);
    for (const [at, score] of model.predict(pickPairs(seen, held)).entries())
      heldOut[held[at] as number] = score;
  }
  const { threshold, f1 } = bestThreshold(heldOut, labels);
  const matcher = createMatcher({ family: family.name, columns: pairs.columns, names, threshold, models });
  return { ...matcher, heldOut, heldOutF1: f1 };
}

/** Puts a matcher together from its parts. */
export function createMatcher(parts: Omit<Matcher, 'score'>): Matcher {
  const { names, models } = parts;
  return {
    ...parts,
    score(pairs) {
      const seen = pickFeatures(pairs, names);
      const scores = new Float64Array(pairs.rows);
      for (const model of models) {
        const predicted = model.predict(seen);
        for (let row = 0; row < scores.length; row++) {
          scores[row] = (scores[row] as number) + (predicted[row] as number) / models.length;
        }
      }
      return scores;
    },
  };
}

/** The named pairs of a matrix, in the order given. */
export function pickPairs(pairs: PairMatrix, rows: Int32Array): PairMatrix {
  const { width } = pairs;
  const values = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries()) {
    values.set(pairs.values.subarray(row * width, (row + 1) * width), at * width);
  }
  return {
    ...pairs,
    rows: rows.length,
    values,
    lefts: Int32Array.from(rows, (row) => pairs.lefts[row] as number),
    rights: Int32Array.from(rows, (row) => pairs.rights[row] as number),
  };
}

/** The named features of all pairs, in the order given; the matrix itself where these are all. */
function pickFeatures(pairs: PairMatrix, names: readonly string[]): PairMatrix {
  if (names.length === pairs.names.length && names.every((name, at) => name === pairs.names[at]))
    return pairs;
  const columns = names.map((name) => {
    const column = pairs.names.indexOf(name);
    if (column >= 0) return column;
    throw new ModelError(`The matcher looks at '${name}', which these pairs do not have; train it again`, {
      code: 'STK-MATCH-FEATURES',
      details: { name },
    });
  });
  const width = columns.length;
  const values = new Float32Array(pairs.rows * width);
  for (let row = 0; row < pairs.rows; row++) {
    for (let k = 0; k < width; k++) {
      values[row * width + k] = pairs.values[row * pairs.width + (columns[k] as number)] as number;
    }
  }
  return { ...pairs, names, width, values };
}

/** A fold per pair; either label is spread evenly. */
function drawFolds(labels: Uint8Array, folds: number, seed: number): Int32Array {
  const foldOf = new Int32Array(labels.length);
  const random = openStream(seed, 'match-folds', labels.length);
  for (const label of [0, 1]) {
    const rows = rowsWhere(labels, (value) => value === label);
    for (let at = rows.length - 1; at > 0; at--) {
      const from = random.between(0, at);
      const row = rows[from] as number;
      rows[from] = rows[at] as number;
      rows[at] = row;
    }
    for (const [at, row] of rows.entries()) foldOf[row] = at % folds;
  }
  return foldOf;
}

function rowsWhere(values: Int32Array | Uint8Array, wanted: (value: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (const [row, value] of values.entries()) if (wanted(value)) rows.push(row);
  return Int32Array.from(rows);
}
