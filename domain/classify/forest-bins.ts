import type { DenseMatrix } from '../math/sparse.ts';

/** Dense features in a few steps per column, column by column. */
export interface BinnedColumns {
  readonly rows: number;
  readonly width: number;
  /** [width, rows]: the bin of each value. */
  readonly bins: Uint8Array;
  /** Per column, ascending: a value is in bin b when it is above edge b-1 and not above edge b. */
  readonly edges: readonly Float32Array[];
}

/** Most bins of a column. */
export const maxBins = 64;

/** Cuts each column at quantiles into at most 64 bins; equal values share a bin. */
export function binColumns({ rows, width, values }: DenseMatrix): BinnedColumns {
  const bins = new Uint8Array(rows * width);
  const edges: Float32Array[] = [];
  const column = new Float32Array(rows);
  for (let k = 0; k < width; k++) {
    for (let row = 0; row < rows; row++) column[row] = values[row * width + k] as number;
    const cuts = edgesOf(Float32Array.from(column).sort());
    edges.push(cuts);
    for (let row = 0; row < rows; row++) bins[k * rows + row] = binOf(cuts, column[row] as number);
  }
  return { rows, width, bins, edges };
}

function edgesOf(sorted: Float32Array): Float32Array {
  const cuts: number[] = [];
  for (let bin = 1; bin < maxBins; bin++) {
    const cut = sorted[Math.min(sorted.length - 1, Math.floor((bin * sorted.length) / maxBins))] as number;
    if (cuts.at(-1) !== cut) cuts.push(cut);
  }
  return Float32Array.from(cuts);
}

/** Number of edges below the value. */
function binOf(edges: Float32Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
