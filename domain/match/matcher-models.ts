import { type Gbdt, type GbdtSettings, gbdtFromTensors, trainGbdt } from '../math/gbdt.ts';
import { minimize } from '../math/lbfgs.ts';
import type { FloatTensor } from '../math/safetensors.ts';
import type { DenseMatrix } from '../math/sparse.ts';

/** What gives a pair's features a score: log-odds that the records are one thing. */
export interface PairModel {
  predict(features: DenseMatrix): Float64Array;
  toTensors(): Readonly<Record<string, FloatTensor>>;
}

/** A way to learn a pair model. */
export interface PairModelFamily {
  readonly name: string;
  fit(features: DenseMatrix, labels: Uint8Array, seed: number): Promise<PairModel>;
  fromTensors(tensors: Readonly<Record<string, FloatTensor>>): PairModel;
}

/** Fixed on the training and validation pairs of Abt-Buy, held out fold by fold. */
export const matcherTrees: GbdtSettings = {
  trees: 100,
  leaves: 8,
  learningRate: 0.1,
  minHessian: 1,
  l2: 2,
  rowShare: 0.8,
  columnShare: 0.5,
};

/** Gradient boosted trees with `matcherTrees`. */
export const boostedTrees: PairModelFamily = {
  name: 'boosted trees',
  fit: async (features, labels, seed): Promise<Gbdt> => trainGbdt(features, labels, matcherTrees, seed),
  fromTensors: gbdtFromTensors,
};

/**
 * Logistic regression on standardised features; a missing value counts as the mean, and has a feature of its own.
 *
 * L2 penalty of 1 over the number of pairs, not on the constant; L-BFGS. The seed plays no part.
 */
export const logisticMatcher: PairModelFamily = {
  name: 'logistic regression',
  fit: fitLogistic,
  fromTensors: ({ weights, scale }) =>
    createLogistic(weights?.data ?? new Float32Array(1), scale?.data ?? new Float32Array(0)),
};

async function fitLogistic(features: DenseMatrix, labels: Uint8Array): Promise<PairModel> {
  const scale = scaleOf(features);
  const inputs = standardised(features, scale);
  const { rows, width, values } = inputs;
  const penalty = 1 / Math.max(1, rows);
  const { point } = await minimize(
    (weights, gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (let row = 0; row < rows; row++) {
        const score = scoreOf(values, row * width, weights, width);
        const label = labels[row] as number;
        loss += Math.max(score, 0) - score * label + Math.log1p(Math.exp(-Math.abs(score)));
        const residual = (1 / (1 + Math.exp(-score)) - label) / rows;
        for (let k = 0; k < width; k++) {
          gradient[k] = (gradient[k] as number) + residual * (values[row * width + k] as number);
        }
        gradient[width] = (gradient[width] as number) + residual;
      }
      let squares = 0;
      for (let k = 0; k < width; k++) {
        squares += (weights[k] as number) ** 2;
        gradient[k] = (gradient[k] as number) + penalty * (weights[k] as number);
      }
      return loss / rows + (penalty * squares) / 2;
    },
    new Float32Array(width + 1),
    { maxIterations: 150, tolerance: 1e-4 },
  );
  return createLogistic(point, scale);
}

function createLogistic(weights: Float32Array, scale: Float32Array): PairModel {
  return {
    predict(features) {
      const { rows, width, values } = standardised(features, scale);
      return Float64Array.from({ length: rows }, (_, row) => scoreOf(values, row * width, weights, width));
    },
    toTensors: () => ({
      weights: { shape: [weights.length], data: weights },
      scale: { shape: [scale.length / 2, 2], data: scale },
    }),
  };
}

function scoreOf(values: Float32Array, start: number, weights: Float32Array, width: number): number {
  let score = weights[width] as number;
  for (let k = 0; k < width; k++) score += (values[start + k] as number) * (weights[k] as number);
  return score;
}

/** Mean and one over the standard deviation of each column's known values. */
function scaleOf({ rows, width, values }: DenseMatrix): Float32Array {
  const scale = new Float32Array(2 * width);
  for (let k = 0; k < width; k++) {
    let [count, sum, squares] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = values[row * width + k] as number;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
      squares += value * value;
    }
    const mean = count === 0 ? 0 : sum / count;
    const variance = count === 0 ? 0 : Math.max(0, squares / count - mean * mean);
    scale[2 * k] = mean;
    scale[2 * k + 1] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
  }
  return scale;
}

/** Columns at mean 0 and deviation 1 (cut at ±8), then a column each for what is missing. */
function standardised({ rows, width, values }: DenseMatrix, scale: Float32Array): DenseMatrix {
  const out = new Float32Array(rows * 2 * width);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++) {
      const value = values[row * width + k] as number;
      const at = row * 2 * width + k;
      const isMissing = Number.isNaN(value);
      const scaled = (value - (scale[2 * k] as number)) * (scale[2 * k + 1] as number);
      out[at] = isMissing ? 0 : Math.max(-8, Math.min(8, scaled));
      out[at + width] = isMissing ? 1 : 0;
    }
  }
  return { rows, width: 2 * width, values: out };
}
