import type { Random } from '../math/random.ts';
import { type BinnedColumns, maxBins } from './forest-bins.ts';

/** Growing trees, all nodes behind one another; a leaf has column -1 and its entries at `[left, right)`. */
export interface Forest {
  readonly roots: number[];
  readonly columns: number[];
  /** Highest bin that goes left. */
  readonly bins: number[];
  readonly lefts: number[];
  readonly rights: number[];
  readonly entryClasses: number[];
  readonly entryShares: number[];
}

/** When a tree stops, and how many columns it looks at for each split. */
export interface TreeRules {
  readonly classes: number;
  readonly minLeaf: number;
  readonly maxDepth: number;
  readonly columns: number;
}

interface Split {
  readonly column: number;
  readonly bin: number;
  readonly gain: number;
}

interface Task {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly node: number;
}

/**
 * Grows one tree on the rows given (a row may stand several times) and adds it to the forest.
 *
 * A split's cost is its rows plus bins plus classes for each column tried: rows are sorted by bin, then classes move from the
 * right to the left side while the squares of both sides' counts are kept up to date.
 */
export function growTree(
  forest: Forest,
  binned: BinnedColumns,
  targets: Int32Array,
  rows: Int32Array,
  rules: TreeRules,
  random: Random,
): void {
  const search = openSplitSearch(binned, targets, rows, rules, random);
  const root = addNode(forest);
  forest.roots.push(root);
  const tasks: Task[] = [{ from: 0, to: rows.length, depth: 0, node: root }];
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    const { from, to, depth, node } = task;
    const small = to - from < 2 * rules.minLeaf || depth >= rules.maxDepth;
    const split = small ? undefined : search(from, to);
    if (!split) {
      makeLeaf(forest, node, targets, rows.subarray(from, to), rules.classes);
      continue;
    }
    const middle = partition(rows, from, to, binned, split);
    const [left, right] = [addNode(forest), addNode(forest)];
    forest.columns[node] = split.column;
    forest.bins[node] = split.bin;
    forest.lefts[node] = left;
    forest.rights[node] = right;
    tasks.push({ from: middle, to, depth: depth + 1, node: right });
    tasks.push({ from, to: middle, depth: depth + 1, node: left });
  }
}

type SplitSearch = (from: number, to: number) => Split | undefined;

function openSplitSearch(
  binned: BinnedColumns,
  targets: Int32Array,
  rows: Int32Array,
  rules: TreeRules,
  random: Random,
): SplitSearch {
  const order = Int32Array.from({ length: binned.width }, (_, column) => column);
  const [all, left, right] = [0, 1, 2].map(() => new Int32Array(rules.classes)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const starts = new Int32Array(maxBins + 1);
  const sorted = new Int32Array(rows.length);
  return (from, to) => {
    all.fill(0);
    for (let at = from; at < to; at++) count(all, targets[rows[at] as number] as number, 1);
    const squares = all.reduce((sum, value) => sum + value * value, 0);
    const size = to - from;
    if (squares === size * size) return undefined;
    let best: Split | undefined;
    for (let tried = 0; tried < rules.columns; tried++) {
      const column = draw(order, tried, random);
      sortByBin(binned, column, rows, from, to, starts, sorted);
      left.fill(0);
      right.set(all);
      const found = bestCut(column, starts, sorted, size, squares, targets, left, right, rules.minLeaf);
      if (found && (!best || found.gain > best.gain)) best = found;
    }
    return best && best.gain > squares / size + 1e-9 ? best : undefined;
  };
}

/** Best cut of one column by `Σ left² / n_left + Σ right² / n_right`, the part of Gini that a cut changes. */
function bestCut(
  column: number,
  starts: Int32Array,
  sorted: Int32Array,
  size: number,
  squares: number,
  targets: Int32Array,
  left: Int32Array,
  right: Int32Array,
  minLeaf: number,
): Split | undefined {
  let [leftSquares, rightSquares] = [0, squares];
  let best: Split | undefined;
  for (let bin = 0; bin + 1 < maxBins; bin++) {
    const [begin, end] = [starts[bin] as number, starts[bin + 1] as number];
    for (let at = begin; at < end; at++) {
      const target = targets[sorted[at] as number] as number;
      leftSquares += 2 * (left[target] as number) + 1;
      rightSquares -= 2 * (right[target] as number) - 1;
      count(left, target, 1);
      count(right, target, -1);
    }
    if (end === begin || end < minLeaf || size - end < minLeaf) continue;
    const gain = leftSquares / end + rightSquares / (size - end);
    if (!best || gain > best.gain) best = { column, bin, gain };
  }
  return best;
}

/** Counting sort of the rows `[from, to)` by their bin. */
function sortByBin(
  { bins, rows: height }: BinnedColumns,
  column: number,
  rows: Int32Array,
  from: number,
  to: number,
  starts: Int32Array,
  sorted: Int32Array,
): void {
  const base = column * height;
  starts.fill(0);
  for (let at = from; at < to; at++) count(starts, (bins[base + (rows[at] as number)] as number) + 1, 1);
  for (let bin = 0; bin < maxBins; bin++) count(starts, bin + 1, starts[bin] as number);
  for (let at = to - 1; at >= from; at--) {
    const row = rows[at] as number;
    const bin = (bins[base + row] as number) + 1;
    const place = (starts[bin] as number) - 1;
    starts[bin] = place;
    sorted[place] = row;
  }
  starts.copyWithin(0, 1);
  starts[maxBins] = to - from;
}

/** Moves a random column not drawn yet to place `at` and returns it. */
function draw(order: Int32Array, at: number, random: Random): number {
  const from = random.between(at, order.length - 1);
  const column = order[from] as number;
  order[from] = order[at] as number;
  order[at] = column;
  return column;
}

function partition(rows: Int32Array, from: number, to: number, binned: BinnedColumns, split: Split): number {
  const base = split.column * binned.rows;
  let middle = from;
  for (let at = from; at < to; at++) {
    const row = rows[at] as number;
    if ((binned.bins[base + row] as number) > split.bin) continue;
    rows[at] = rows[middle] as number;
    rows[middle++] = row;
  }
  return middle;
}

function addNode(forest: Forest): number {
  forest.bins.push(0);
  forest.lefts.push(0);
  forest.rights.push(0);
  return forest.columns.push(-1) - 1;
}

function makeLeaf(
  forest: Forest,
  node: number,
  targets: Int32Array,
  rows: Int32Array,
  classes: number,
): void {
  const counts = new Int32Array(classes);
  for (const row of rows) count(counts, targets[row] as number, 1);
  forest.lefts[node] = forest.entryClasses.length;
  for (const [target, times] of counts.entries()) {
    if (times === 0) continue;
    forest.entryClasses.push(target);
    forest.entryShares.push(times / rows.length);
  }
  forest.rights[node] = forest.entryClasses.length;
}

function count(counts: Int32Array, at: number, by: number): void {
  counts[at] = (counts[at] as number) + by;
}
