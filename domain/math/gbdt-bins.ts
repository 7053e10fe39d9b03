import type { DenseMatrix } from './sparse.ts';

/** Dense features in a few steps per column, row by row. */
export interface BinnedRows {
  readonly rows: number;
  readonly width: number;
  /** [rows, width]: the bin of each value. */
  readonly bins: Uint8Array;
  /**
   * Per column, ascending, the last one infinite: a value is in bin b when it is not above cut b and above cut b - 1. A
   * value that is missing (NaN) is in the bin behind the last cut.
   */
  readonly cuts: readonly Float32Array[];
}

/** Most bins of a column, the one for missing values included. */
export const mostBins = 64;

/** Cuts each column at quantiles into at most 63 bins and one for missing values; equal values share a bin. */
export function binRows({ rows, width, values }: DenseMatrix): BinnedRows {
  const bins = new Uint8Array(rows * width);
  const cuts: Float32Array[] = [];
  const column = new Float32Array(rows);
  for (let k = 0; k < width; k++) {
    let known = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row * width + k] as number;
      if (!Number.isNaN(value)) column[known++] = value;
    }
    const edges = cutsOf(column.slice(0, known).sort());
    cuts.push(edges);
    for (let row = 0; row < rows; row++) {
      bins[row * width + k] = binOf(edges, values[row * width + k] as number);
    }
  }
  return { rows, width, bins, cuts };
}

/** Halfway between neighbouring values; of many values, those at quantiles. */
function cutsOf(sorted: Float32Array): Float32Array {
  const cuts: number[] = [];
  const distinct = sorted.filter((value, at) => at === 0 || value !== sorted[at - 1]);
  const few = distinct.length < mostBins;
  const steps = few ? distinct.length - 1 : mostBins - 2;
  for (let step = 1; step <= steps; step++) {
    const at = Math.floor((step * sorted.length) / (steps + 1));
    const below = few ? (distinct[step - 1] as number) : (sorted[at] as number);
    const above = few ? distinct[step] : nextAbove(sorted, at);
    if (above === undefined) break;
    const cut = Math.fround((below + above) / 2);
    // Neighbouring floats may have no float between them: then the lower value itself is the cut.
    const edge = cut < above ? cut : below;
    if (cuts.at(-1) !== edge) cuts.push(edge);
  }
  cuts.push(Number.POSITIVE_INFINITY);
  return Float32Array.from(cuts);
}

function nextAbove(sorted: Float32Array, at: number): number | undefined {
  const value = sorted[at] as number;
  for (let next = at + 1; next < sorted.length; next++) {
    if ((sorted[next] as number) > value) return sorted[next];
  }
  return undefined;
}

/** Number of cuts below the value; of a missing value all. */
function binOf(cuts: Float32Array, value: number): number {
  if (Number.isNaN(value)) return cuts.length;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cuts[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
