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
  const nodes: TreeNodes = { columns: [], bins: [], lefts: [], values: [] };
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
  if (!roots || !nodes || width === undefined || base === undefined || nodes.data.length % 3 !== 0) {
    throw damaged('they need the tensors roots, nodes [n, 3] and shape');
  }
  const count = nodes.data.length / 3;
  const trees: Trees = {
    roots: Int32Array.from(roots.data),
    links: Int32Array.from({ length: 2 * count }, (_, at) => nodes.data[3 * (at >> 1) + (at & 1)] as number),
    amounts: Float32Array.from({ length: count }, (_, node) => nodes.data[3 * node + 2] as number),
  };
  // Children stand behind their parents, so that no walk can go round in circles.
  const isWhole = trees.amounts.every((_, node) => {
    const [column, left] = [trees.links[2 * node] as number, trees.links[2 * node + 1] as number];
    return column < 0 || (column < width && left > node && left + 1 < count);
  });
  if (!isWhole || !trees.roots.every((root) => root >= 0 && root < count)) {
    throw damaged('they name columns or nodes they do not have');
  }
  return createGbdt(trees, base, width);
}

function damaged(why: string): ModelError {
  return new ModelError(`These are no whole boosted trees: ${why}; train them again`, {
    code: 'STK-MODEL-GBDT',
  });
}

/** Trees as arrays; amounts are 32-bit floats, so that trees read back score alike. */
interface Trees {
  readonly roots: Int32Array;
  /** [nodes, 2]: column (-1 of a leaf) and left child; the right child stands behind it. */
  readonly links: Int32Array;
  /** [nodes]: go left when the value is not above; of a leaf, what it adds. */
  readonly amounts: Float32Array;
}

function packed(nodes: TreeNodes, roots: readonly number[], cuts: readonly Float32Array[]): Trees {
  return {
    roots: Int32Array.from(roots),
    links: Int32Array.from(nodes.columns.flatMap((column, node) => [column, nodes.lefts[node] as number])),
    amounts: Float32Array.from(nodes.columns, (column, node) =>
      column < 0
        ? (nodes.values[node] as number)
        : ((cuts[column] as Float32Array)[nodes.bins[node] as number] as number),
    ),
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
      nodes: {
        shape: [trees.amounts.length, 3],
        data: Float32Array.from({ length: 3 * trees.amounts.length }, (_, at) => {
          const node = Math.floor(at / 3);
          return (at % 3 === 2 ? trees.amounts[node] : trees.links[2 * node + (at % 3)]) as number;
        }),
      },
    }),
  };
}

/** Rows that are walked through one tree before the next: their values and the tree stay in the cache. */
const blockRows = 32;

function predict(
  trees: Trees,
  base: number,
  width: number,
  { rows, ...features }: DenseMatrix,
): Float64Array {
  if (features.width !== width) {
    throw new ModelError(`Trees that learned from ${width} columns were given ${features.width}`, {
      code: 'STK-MODEL-GBDT-WIDTH',
      details: { expected: width, found: features.width },
    });
  }
  const scores = new Float64Array(rows).fill(base);
  for (let from = 0; from < rows; from += blockRows) {
    const to = Math.min(rows, from + blockRows);
    for (const root of trees.roots) addTree(scores, trees, root, features.values, width, from, to);
  }
  return scores;
}

function addTree(
  scores: Float64Array,
  { links, amounts }: Trees,
  root: number,
  values: Float32Array,
  width: number,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    const start = row * width;
    let node = root;
    for (let column = links[2 * node] as number; column >= 0; column = links[2 * node] as number) {
      const goesLeft = (values[start + column] as number) <= (amounts[node] as number);
      node = (links[2 * node + 1] as number) + (goesLeft ? 0 : 1);
    }
    scores[row] = (scores[row] as number) + (amounts[node] as number);
  }
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
  { columns, bins: highest, lefts, values }: TreeNodes,
  root: number,
  bins: Uint8Array,
  width: number,
): void {
  for (let row = 0; row < scores.length; row++) {
    let node = root;
    for (let column = columns[node] as number; column >= 0; column = columns[node] as number) {
      const goesLeft = (bins[row * width + column] as number) <= (highest[node] as number);
      node = (lefts[node] as number) + (goesLeft ? 0 : 1);
    }
    scores[row] = (scores[row] as number) + (values[node] as number);
  }
}
