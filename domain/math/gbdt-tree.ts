import { type BinnedRows, mostBins } from './gbdt-bins.ts';

/** Nodes of growing trees behind one another; a leaf has column -1. */
export interface TreeNodes {
  readonly columns: number[];
  /** Highest bin that goes left. */
  readonly bins: number[];
  /** The left child; the right one stands behind it. */
  readonly lefts: number[];
  /** Of a leaf: what it adds to the score. */
  readonly values: number[];
}

/** When a tree stops and how it is kept small. */
export interface BoostedTreeRules {
  readonly leaves: number;
  /** Least sum of second derivatives in a leaf. */
  readonly minHessian: number;
  /** L2 penalty on leaf values. */
  readonly l2: number;
  /** Least gain of a split. */
  readonly minGain: number;
  readonly learningRate: number;
}

/** First and second derivatives of the loss, one per row. */
export interface Derivatives {
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

interface Leaf {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly gradient: number;
  readonly hessian: number;
  /** [columns, bins, 2]: sums of gradients and hessians. */
  readonly histogram: Float64Array;
  readonly split: Split | undefined;
}

interface Split {
  readonly column: number;
  readonly bin: number;
  readonly gain: number;
}

/**
 * Grows one tree leaf by leaf, the leaf with the highest gain first, and adds it to `nodes`; returns its root.
 *
 * The histogram of the smaller child is summed, the other one is what is left of the parent's.
 *
 * @param rows the rows to learn from, each once; put into another order
 * @param picked the columns to look at
 */
export function growBoostedTree(
  nodes: TreeNodes,
  binned: BinnedRows,
  derivatives: Derivatives,
  rows: Int32Array,
  picked: Int32Array,
  rules: BoostedTreeRules,
): number {
  const open = (node: number, from: number, to: number, histogram: Float64Array): Leaf => {
    const [gradient, hessian] = totalsOf(histogram);
    const split = bestSplit(histogram, picked, binned.cuts, gradient, hessian, rules);
    return { node, from, to, gradient, hessian, histogram, split };
  };
  const root = addNode(nodes);
  const leaves = [open(root, 0, rows.length, sum(binned, derivatives, rows, 0, rows.length, picked))];
  while (leaves.length < rules.leaves) {
    const at = highestGain(leaves);
    const leaf = leaves[at] as Leaf;
    if (!leaf.split) break;
    const middle = partition(rows, leaf.from, leaf.to, binned, leaf.split);
    const [left, right] = [addNode(nodes), addNode(nodes)];
    nodes.columns[leaf.node] = leaf.split.column;
    nodes.bins[leaf.node] = leaf.split.bin;
    nodes.lefts[leaf.node] = left;
    const leftIsSmall = middle - leaf.from <= leaf.to - middle;
    const [begin, end] = leftIsSmall ? [leaf.from, middle] : [middle, leaf.to];
    const small = sum(binned, derivatives, rows, begin, end, picked);
    const large = leaf.histogram;
    for (let k = 0; k < large.length; k++) large[k] = (large[k] as number) - (small[k] as number);
    leaves[at] = open(left, leaf.from, middle, leftIsSmall ? small : large);
    leaves.push(open(right, middle, leaf.to, leftIsSmall ? large : small));
  }
  for (const { node, gradient, hessian } of leaves) {
    nodes.values[node] = (-rules.learningRate * gradient) / (hessian + rules.l2);
  }
  return root;
}

function highestGain(leaves: readonly Leaf[]): number {
  let best = 0;
  for (let at = 1; at < leaves.length; at++) {
    if ((leaves[at]?.split?.gain ?? 0) > (leaves[best]?.split?.gain ?? 0)) best = at;
  }
  return best;
}

function sum(
  { bins, width }: BinnedRows,
  { gradients, hessians }: Derivatives,
  rows: Int32Array,
  from: number,
  to: number,
  picked: Int32Array,
): Float64Array {
  const histogram = new Float64Array(picked.length * mostBins * 2);
  for (let at = from; at < to; at++) {
    const row = rows[at] as number;
    const base = row * width;
    const gradient = gradients[row] as number;
    const hessian = hessians[row] as number;
    for (let k = 0; k < picked.length; k++) {
      const place = 2 * (k * mostBins + (bins[base + (picked[k] as number)] as number));
      histogram[place] = (histogram[place] as number) + gradient;
      histogram[place + 1] = (histogram[place + 1] as number) + hessian;
    }
  }
  return histogram;
}

/** Sums over the bins of the first column: every row is in one of them. */
function totalsOf(histogram: Float64Array): [gradient: number, hessian: number] {
  let [gradient, hessian] = [0, 0];
  for (let bin = 0; bin < mostBins; bin++) {
    gradient += histogram[2 * bin] as number;
    hessian += histogram[2 * bin + 1] as number;
  }
  return [gradient, hessian];
}

/** The cut with the highest gain in the quadratic loss; equal gains: the first column, the lowest bin. */
function bestSplit(
  histogram: Float64Array,
  picked: Int32Array,
  cuts: readonly Float32Array[],
  gradient: number,
  hessian: number,
  { minHessian, l2, minGain }: BoostedTreeRules,
): Split | undefined {
  if (hessian < 2 * minHessian) return undefined;
  const whole = (gradient * gradient) / (hessian + l2);
  let [bestGain, bestK, bestBin] = [minGain, -1, 0];
  for (let k = 0; k < picked.length; k++) {
    let [leftGradient, leftHessian] = [0, 0];
    const lastBin = (cuts[picked[k] as number] as Float32Array).length;
    for (let bin = 0; bin < lastBin; bin++) {
      const place = 2 * (k * mostBins + bin);
      leftGradient += histogram[place] as number;
      leftHessian += histogram[place + 1] as number;
      if (leftHessian < minHessian) continue;
      const rightHessian = hessian - leftHessian;
      if (rightHessian < minHessian) break;
      const rightGradient = gradient - leftGradient;
      const gain =
        (leftGradient * leftGradient) / (leftHessian + l2) +
        (rightGradient * rightGradient) / (rightHessian + l2) -
        whole;
      if (gain > bestGain) [bestGain, bestK, bestBin] = [gain, k, bin];
    }
  }
  if (bestK < 0) return undefined;
  return { column: picked[bestK] as number, bin: bestBin, gain: bestGain };
}

function partition(rows: Int32Array, from: number, to: number, binned: BinnedRows, split: Split): number {
  let middle = from;
  for (let at = from; at < to; at++) {
    const row = rows[at] as number;
    if ((binned.bins[row * binned.width + split.column] as number) > split.bin) continue;
    rows[at] = rows[middle] as number;
    rows[middle++] = row;
  }
  return middle;
}

function addNode(nodes: TreeNodes): number {
  nodes.bins.push(0);
  nodes.lefts.push(0);
  nodes.values.push(0);
  return nodes.columns.push(-1) - 1;
}
