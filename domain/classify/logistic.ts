import type { Gemm } from '../math/gemm.ts';
import { minimize } from '../math/lbfgs.ts';
import { transposed } from '../math/sparse.ts';
import { lane, openSparseProduct, type SparseProduct } from '../math/sparse-product.ts';
import { InputError } from '../runtime/errors.ts';
import {
  type Classifier,
  type ClassifierFamily,
  type Contribution,
  type Features,
  type FitContext,
  type LabelledFeatures,
  type ModelTensors,
  requireClasses,
  tensorOf,
} from './classifier.ts';

/** Settings of logistic regression. */
export interface LogisticSettings {
  /** Inverse strength of the L2 penalty, as in scikit-learn: minimises Σ loss + |W|² / (2c). */
  readonly c: number;
  /** Share by which the loss may still fall. Default 3e-5. */
  readonly tolerance?: number;
  /** Default 100. */
  readonly maxIterations?: number;
}

/** Passes over remembered steps cost more than the products; with 3 the search needs about as many steps as with 8. */
const memory = 3;

/** Where the weights lie: rows of the sparse part, of the dense part, one of biases; each row padded to `stride`. */
interface Shape {
  readonly sparse: number;
  readonly dense: number;
  readonly classes: number;
  readonly stride: number;
}

/**
 * Multinomial logistic regression with an L2 penalty (not on the biases), by L-BFGS.
 *
 * Takes sparse and dense features, or both. The optimum is unique up to its tolerance; a start only saves steps.
 * @throws InputError STK-CLASSIFY-ONE-CLASS when fewer than two classes are given
 */
export const logisticRegression: ClassifierFamily<LogisticSettings> = {
  name: 'logistic regression',
  grid: [10, 30, 100].map((c) => ({ c, tolerance: 1e-4 })),
  fit: fitLogistic,
  fromTensors: logisticFromTensors,
};

async function fitLogistic(
  labelled: LabelledFeatures,
  settings: LogisticSettings,
  context: FitContext,
  start?: Classifier,
): Promise<Classifier> {
  const { features, targets, classes } = labelled;
  requireClasses(classes);
  const shape = shapeOf(features, classes.length);
  const { maxIterations = 100, tolerance = 3e-5 } = settings;
  const penalty = 1 / (settings.c * features.rows);
  const products = openProducts(features, shape, context.gemm);
  const objective = async (weights: Float32Array, gradient: Float32Array): Promise<number> => {
    const scores = await products.scores(weights);
    const loss = residuals(scores, targets, shape);
    await products.gradient(scores, gradient);
    return loss + addPenalty(weights, gradient, penalty, shape);
  };
  const given = start?.toTensors().tensors.weights?.data;
  const size = (shape.sparse + shape.dense + 1) * shape.stride;
  const from = given?.length === size ? given : new Float32Array(size);
  const { point } = await minimize(objective, from, {
    maxIterations,
    tolerance,
    memory,
    onStep: () => context.onStep?.(),
  });
  return createLogistic(point, classes, shape, context.gemm);
}

function createLogistic(
  weights: Float32Array,
  classes: readonly string[],
  shape: Shape,
  gemm: Gemm,
): Classifier {
  return {
    family: 'logistic regression',
    classes,
    async predict(features) {
      requireShape(features, shape);
      return probabilities(await openProducts(features, shape, gemm).scores(weights), features.rows, shape);
    },
    explain: (features, row, classIndex) => explain(features, row, classIndex, weights, shape),
    toTensors: () => ({
      metadata: {
        kind: 'logistic',
        version: '1',
        classes: JSON.stringify(classes),
        sparse: String(shape.sparse),
      },
      tensors: { weights: { shape: [weights.length / shape.stride, shape.stride], data: weights } },
    }),
  };
}

function logisticFromTensors(model: ModelTensors, gemm: Gemm): Classifier {
  const weights = tensorOf(model, 'weights').data;
  const classes = JSON.parse(model.metadata.classes ?? '[]') as string[];
  const sparse = Number(model.metadata.sparse);
  const stride = padded(classes.length);
  const dense = weights.length / stride - 1 - sparse;
  return createLogistic(weights, classes, { sparse, dense, classes: classes.length, stride }, gemm);
}

function shapeOf(features: Features, classes: number): Shape {
  return {
    sparse: features.sparse?.width ?? 0,
    dense: features.dense?.width ?? 0,
    classes,
    stride: padded(classes),
  };
}

/** Rows of whole lanes, for vector instructions. */
function padded(classes: number): number {
  return Math.ceil(classes / lane) * lane;
}

/** The two products of a fit, over both parts of the features. */
interface Products {
  /** Scores before softmax, row-major [rows, stride]; padding is 0. */
  scores(weights: Float32Array): Promise<Float32Array>;
  /** Writes the gradient of the weights, from factors row-major [rows, stride]. */
  gradient(factors: Float32Array, out: Float32Array): Promise<void>;
}

function openProducts(features: Features, shape: Shape, gemm: Gemm): Products {
  const { sparse, dense, rows } = features;
  const { stride } = shape;
  const denseFrom = shape.sparse * stride;
  const biasFrom = denseFrom + shape.dense * stride;
  const forward = sparse && openSparseProduct(sparse, stride);
  let backward: SparseProduct | undefined;
  return {
    async scores(weights) {
      const scores = new Float32Array(rows * stride);
      forward?.into(weights, scores);
      const biases = weights.subarray(biasFrom);
      addRows(scores, biases);
      if (dense) {
        const values = weights.subarray(denseFrom, biasFrom);
        addTo(scores, (await gemm.product(dense, { rows: shape.dense, width: stride, values })).values);
      }
      return scores;
    },
    async gradient(factors, out) {
      if (sparse) {
        backward ??= openSparseProduct(transposed(sparse), stride);
        backward.into(factors, out.subarray(0, denseFrom));
      }
      if (dense) {
        const part = await gemm.transposedProduct(dense, { rows, width: stride, values: factors });
        out.set(part.values, denseFrom);
      }
      out.set(columnSums(factors, stride), biasFrom);
    },
  };
}

function addRows(matrix: Float32Array, row: Float32Array): void {
  for (let from = 0; from < matrix.length; from += row.length) {
    for (let k = 0; k < row.length; k++) {
      matrix[from + k] = (matrix[from + k] as number) + (row[k] as number);
    }
  }
}

function addTo(target: Float32Array, source: Float32Array): void {
  for (let at = 0; at < target.length; at++) {
    target[at] = (target[at] as number) + (source[at] as number);
  }
}

function columnSums(matrix: Float32Array, stride: number): Float64Array {
  const sums = new Float64Array(stride);
  for (let from = 0; from < matrix.length; from += stride) {
    for (let k = 0; k < stride; k++) sums[k] = (sums[k] as number) + (matrix[from + k] as number);
  }
  return sums;
}

/** Turns scores into (probability - truth) / rows, in place, and returns the mean loss. */
function residuals(scores: Float32Array, targets: Int32Array, shape: Shape): number {
  let loss = 0;
  const rows = targets.length;
  for (let row = 0; row < rows; row++) {
    const from = row * shape.stride;
    const target = from + (targets[row] as number);
    const own = scores[target] as number;
    const [top, sum] = softmax(scores, from, shape.classes);
    loss += Math.log(sum) + top - own;
    scores[target] = (scores[target] as number) - 1;
    for (let k = from; k < from + shape.classes; k++) scores[k] = (scores[k] as number) / rows;
  }
  return loss / rows;
}

/** Softmax of one row in place; returns the top score and the sum of exp(score - top). */
function softmax(scores: Float32Array, from: number, classes: number): [top: number, sum: number] {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = from; k < from + classes; k++) top = Math.max(top, scores[k] as number);
  let sum = 0;
  for (let k = from; k < from + classes; k++) {
    const power = Math.exp((scores[k] as number) - top);
    scores[k] = power;
    sum += power;
  }
  for (let k = from; k < from + classes; k++) scores[k] = (scores[k] as number) / sum;
  return [top, sum];
}

function addPenalty(weights: Float32Array, gradient: Float32Array, penalty: number, shape: Shape): number {
  const end = (shape.sparse + shape.dense) * shape.stride;
  let squares = 0;
  for (let k = 0; k < end; k++) {
    const weight = weights[k] as number;
    squares += weight * weight;
    gradient[k] = (gradient[k] as number) + penalty * weight;
  }
  return (penalty / 2) * squares;
}

function probabilities(scores: Float32Array, rows: number, shape: Shape): Float32Array {
  const out = new Float32Array(rows * shape.classes);
  for (let row = 0; row < rows; row++) {
    const from = row * shape.stride;
    softmax(scores, from, shape.classes);
    out.set(scores.subarray(from, from + shape.classes), row * shape.classes);
  }
  return out;
}

function explain(
  features: Features,
  row: number,
  classIndex: number,
  weights: Float32Array,
  shape: Shape,
): Contribution[] {
  requireShape(features, shape);
  const found: Contribution[] = [];
  const add = (part: Contribution['part'], column: number, weightRow: number, value: number): void => {
    found.push({ part, column, value: value * centred(weights, weightRow, classIndex, shape) });
  };
  const { sparse, dense } = features;
  if (sparse) {
    for (let at = sparse.offsets[row] ?? 0; at < (sparse.offsets[row + 1] ?? 0); at++) {
      const column = sparse.columns[at] as number;
      add('sparse', column, column, sparse.values[at] as number);
    }
  }
  if (dense) {
    for (let column = 0; column < dense.width; column++) {
      add('dense', column, shape.sparse + column, dense.values[row * dense.width + column] as number);
    }
  }
  add('bias', 0, shape.sparse + shape.dense, 1);
  return found.sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.column - b.column);
}

/** A class's weight less the mean over classes: what moves its odds. */
function centred(weights: Float32Array, weightRow: number, classIndex: number, shape: Shape): number {
  const from = weightRow * shape.stride;
  let sum = 0;
  for (let k = from; k < from + shape.classes; k++) sum += weights[k] as number;
  return (weights[from + classIndex] as number) - sum / shape.classes;
}

function requireShape(features: Features, shape: Shape): void {
  const sparse = features.sparse?.width ?? 0;
  const dense = features.dense?.width ?? 0;
  if (sparse === shape.sparse && dense === shape.dense) return;
  throw new InputError(
    `The model was trained on ${shape.sparse} sparse and ${shape.dense} dense features, got ${sparse} and ${dense}; use the features it was trained with`,
    { code: 'STK-CLASSIFY-SHAPE' },
  );
}
