import { ModelError } from '../runtime/errors.ts';
import { binRows } from './gbdt-bins.ts';
import { type BoostedTreeRules, growBoostedTree, type TreeNodes } from './gbdt-tree.ts';
import { openStream, type Random } from './random.ts';
import type { FloatTensor } from './safetensors.ts';
import type { DenseMatrix } from './sparse.ts';

/** Settings of gradient boosted trees. */
export interface GbdtSettings {
  readonly trees: number;
  /** Most leaves of a tree. */
  readonly leaves: number;
  readonly learningRate: number;
  /** Least sum of second derivatives in a leaf. Default 1. */
  readonly minHessian?: number;
  /** L2 penalty on leaf values. Default 1. */
  readonly l2?: number;
  /** Share of the rows each tree learns from. Default 1. */
  readonly rowShare?: number;
  /** Share of the columns each tree looks at. Default 1. */
  readonly columnShare?: number;
}

/** Boosted trees for yes or no. */
export interface Gbdt {
  readonly width: number;
  /** Log-odds of yes, one per row. */
  predict(features: DenseMatrix): Float64Array;
  /** Everything it knows, for `gbdtFromTensors`. */
  toTensors(): Readonly<Record<string, FloatTensor>>;
}

/**
 * Learns gradient boosted trees with logistic loss from dense features; a missing value (NaN) goes right at every split.
 *
 * Histograms of 64 quantile bins, leaves split in order of gain. The rows and columns of a tree depend on seed and tree
 * number only, so the same data and seed give the same bytes.
 * Source: Friedman 2001; histogram splits and leaf-wise growth as in LightGBM (Ke et al. 2017).
 *
 * @param targets 0 or 1 per row
 */
export function trainGbdt(
  features: DenseMatrix,
  targets: ArrayLike<number>,
  settings: GbdtSettings,
  seed: number,
): Gbdt {
  const { rowShare = 1, columnShare = 1 } = settings;
  const rules: BoostedTreeRules = {
    leaves: settings.leaves,
    learningRate: settings.learningRate,
    minHessian: settings.minHessian ?? 1,
    l2: settings.l2 ?? 1,
    minGain: 1e-6,
  };
  const binned = binRows(features);
  const base = priorOf(targets);
  const scores = new Float64Array(features.rows).fill(base);
  const gradients = new Float64Array(features.rows);
  const hessians = new Float64Array(features.rows);
  const nodes: TreeNodes = { columns: [], bins: [], lefts: [], rights: [], values: [] };
  const roots: number[] = [];
  for (let tree = 0; tree < settings.trees; tree++) {
    const random = openStream(seed, 'gbdt', tree);
    derive(scores, targets, gradients, hessians);
    const rows = sample(features.rows, rowShare, random);
    const picked = sample(features.width, columnShare, random);
    const root = growBoostedTree(nodes, binned, { gradients, hessians }, rows, picked, rules);
    roots.push(root);
    addScores(scores, nodes, root, binned.bins, features.width);
  }
  return createGbdt(packed(nodes, roots, binned.cuts), base, features.width);
}

/** Opens trees that were written by `toTensors`. @throws ModelError STK-MODEL-GBDT when they do not fit together */
export function gbdtFromTensors(tensors: Readonly<Record<string, FloatTensor>>): Gbdt {
  const { roots, nodes, shape } = tensors;
  const [width, base] = shape?.data ?? [];
  if (!roots || !nodes || width === undefined || base === undefined || nodes.data.length % 5 !== 0) {
    throw new ModelError('Boosted trees need the tensors roots, nodes [n, 5] and shape; train them again', {
      code: 'STK-MODEL-GBDT',
    });
  }
  const count = nodes.data.length / 5;
  const forest = emptyTrees(count, Int32Array.from(roots.data));
  for (let node = 0; node < count; node++) {
    const [column, cut, left, right, value] = nodes.data.subarray(5 * node, 5 * node + 5);
    forest.columns[node] = column as number;
    forest.cuts[node] = cut as number;
    forest.lefts[node] = left as number;
    forest.rights[node] = right as number;
    forest.values[node] = value as number;
  }
  const fits = (node: number): boolean => node >= 0 && node < count;
  // Children stand behind their parents, so that no walk can go round in circles.
  const whole = forest.columns.every((column, node) => {
    const [left, right] = [forest.lefts[node] as number, forest.rights[node] as number];
    return column < 0 || (column < width && left > node && right > node && fits(left) && fits(right));
  });
  if (!whole || !forest.roots.every(fits)) {
    throw new ModelError('Boosted trees name columns or nodes they do not have; train them again', {
      code: 'STK-MODEL-GBDT',
    });
  }
  return createGbdt(forest, base, width);
}

/** Trees as arrays; values are 32-bit floats, so that trees read back score alike. */
interface Trees {
  readonly roots: Int32Array;
  /** -1 of a leaf. */
  readonly columns: Int32Array;
  /** Go left when the value is not above. */
  readonly cuts: Float32Array;
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
  readonly values: Float32Array;
}

function emptyTrees(count: number, roots: Int32Array): Trees {
  return {
    roots,
    columns: new Int32Array(count),
    cuts: new Float32Array(count),
    lefts: new Int32Array(count),
    rights: new Int32Array(count),
    values: new Float32Array(count),
  };
}

function packed(nodes: TreeNodes, roots: readonly number[], cuts: readonly Float32Array[]): Trees {
  return {
    roots: Int32Array.from(roots),
    columns: Int32Array.from(nodes.columns),
    cuts: Float32Array.from(nodes.columns, (column, node) => cuts[column]?.[nodes.bins[node] as number] ?? 0),
    lefts: Int32Array.from(nodes.lefts),
    rights: Int32Array.from(nodes.rights),
    values: Float32Array.from(nodes.values),
  };
}

function createGbdt(trees: Trees, exactBase: number, width: number): Gbdt {
  const base = Math.fround(exactBase);
  return {
    width,
    predict: (features) => predict(trees, base, width, features),
    toTensors: () => ({
      shape: { shape: [2], data: Float32Array.of(width, base) },
      roots: { shape: [trees.roots.length], data: Float32Array.from(trees.roots) },
      nodes: { shape: [trees.columns.length, 5], data: nodeRows(trees) },
    }),
  };
}

function nodeRows({ columns, cuts, lefts, rights, values }: Trees): Float32Array {
  const rows = new Float32Array(columns.length * 5);
  for (let node = 0; node < columns.length; node++) {
    const fields = [columns, cuts, lefts, rights, values].map((field) => field[node] as number);
    rows.set(fields, 5 * node);
  }
  return rows;
}

function predict(trees: Trees, base: number, width: number, features: DenseMatrix): Float64Array {
  if (features.width !== width) {
    throw new ModelError(`Trees that learned from ${width} columns were given ${features.width}`, {
      code: 'STK-MODEL-GBDT-WIDTH',
      details: { expected: width, found: features.width },
    });
  }
  const { roots, columns, cuts, lefts, rights, values } = trees;
  const scores = new Float64Array(features.rows);
  for (let row = 0; row < features.rows; row++) {
    const start = row * width;
    let score = base;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree] as number;
      for (let column = columns[node] as number; column >= 0; column = columns[node] as number) {
        const goesLeft = (features.values[start + column] as number) <= (cuts[node] as number);
        node = (goesLeft ? lefts[node] : rights[node]) as number;
      }
      score += values[node] as number;
    }
    scores[row] = score;
  }
  return scores;
}

/** Log-odds of the share of yes, one yes and one no added. */
function priorOf(targets: ArrayLike<number>): number {
  let yes = 0;
  for (let row = 0; row < targets.length; row++) yes += targets[row] as number;
  return Math.log((yes + 1) / (targets.length - yes + 1));
}

function derive(
  scores: Float64Array,
  targets: ArrayLike<number>,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let row = 0; row < scores.length; row++) {
    const probability = 1 / (1 + Math.exp(-(scores[row] as number)));
    gradients[row] = probability - (targets[row] as number);
    hessians[row] = probability * (1 - probability);
  }
}

/** A share of the numbers below `count`, at least one, rising. */
function sample(count: number, share: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, at) => at);
  const wanted = Math.max(1, Math.round(count * share));
  if (wanted >= count) return order;
  for (let at = 0; at < wanted; at++) {
    const from = random.between(at, count - 1);
    const drawn = order[from] as number;
    order[from] = order[at] as number;
    order[at] = drawn;
  }
  return order.slice(0, wanted).sort();
}

function addScores(
  scores: Float64Array,
  { columns, bins: highest, lefts, rights, values }: TreeNodes,
  root: number,
  bins: Uint8Array,
  width: number,
): void {
  for (let row = 0; row < scores.length; row++) {
    let node = root;
    for (let column = columns[node] as number; column >= 0; column = columns[node] as number) {
      const goesLeft = (bins[row * width + column] as number) <= (highest[node] as number);
      node = (goesLeft ? lefts[node] : rights[node]) as number;
    }
    scores[row] = (scores[row] as number) + (values[node] as number);
  }
}
