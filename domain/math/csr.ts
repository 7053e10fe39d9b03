import { createTopK } from './top-k.ts';

/** Rows of indexes, one behind the other: row r is `columns[offsets[r] .. offsets[r + 1])`. */
export interface SparseRows {
  /** [rows + 1], rising from 0. */
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
}

/** Rows of weighted indexes. */
export interface SparseMatrix extends SparseRows {
  /** [non-zeros], one per entry of `columns`. */
  readonly values: Float32Array;
}

/**
 * Turns rows round by counting sort: row c of the result lists the rows that hold column c, in rising order.
 *
 * A row that holds a column twice is listed twice. Cost: one pass to count, one to write.
 */
export function transpose(rows: SparseRows, columns: number): SparseRows {
  const offsets = new Int32Array(columns + 1);
  for (const column of rows.columns) offsets[column + 1] = (offsets[column + 1] as number) + 1;
  for (let column = 0; column < columns; column++) {
    offsets[column + 1] = (offsets[column + 1] as number) + (offsets[column] as number);
  }
  const next = offsets.slice(0, columns);
  const lists = new Int32Array(rows.columns.length);
  for (let row = 0; row + 1 < rows.offsets.length; row++) {
    const end = rows.offsets[row + 1] as number;
    for (let at = rows.offsets[row] as number; at < end; at++) {
      const column = rows.columns[at] as number;
      const place = next[column] as number;
      lists[place] = row;
      next[column] = place + 1;
    }
  }
  return { offsets, columns: lists };
}

/** Where a row's sums are gathered: a dense array and the list of the columns touched. */
export interface Accumulator {
  /** [columns], 0 where nothing was added. */
  readonly sums: Float64Array;
  /** Adds to a column; values of one column have one sign, so that a sum never returns to 0. */
  add(column: number, value: number): void;
}

/**
 * Builds a square matrix row by row and keeps the best entries of each row.
 *
 * `fill` adds a row's sums; `weigh` turns a sum into the value kept. Values not above 0 and the diagonal are left out.
 * Entries of a row are ordered best first, ties by the lower column. Sums run in the order of `fill`'s additions.
 */
export function buildTopRows(
  size: number,
  keep: number,
  fill: (row: number, into: Accumulator) => void,
  weigh: (row: number, column: number, sum: number) => number,
): SparseMatrix {
  const sums = new Float64Array(size);
  const touched = new Int32Array(size);
  let count = 0;
  const into: Accumulator = {
    sums,
    add(column, value) {
      const old = sums[column] as number;
      if (old === 0) touched[count++] = column;
      sums[column] = old + value;
    },
  };
  const heap = createTopK(Math.max(1, Math.min(keep, size)));
  const out = createRowWriter(size);
  for (let row = 0; row < size; row++) {
    fill(row, into);
    for (let at = 0; at < count; at++) {
      const column = touched[at] as number;
      const value = column === row ? 0 : weigh(row, column, sums[column] as number);
      if (value > 0) heap.offer(column, value);
      sums[column] = 0;
    }
    out.write(row, Math.min(count, keep), (columns, values, at) => heap.drain(columns, values, at));
    count = 0;
  }
  return out.done();
}

interface RowWriter {
  write(
    row: number,
    atMost: number,
    put: (columns: Int32Array, values: Float32Array, at: number) => number,
  ): void;
  done(): SparseMatrix;
}

/** Arrays that double when they are full. */
function createRowWriter(rows: number): RowWriter {
  const offsets = new Int32Array(rows + 1);
  let columns = new Int32Array(1024);
  let values = new Float32Array(1024);
  let end = 0;
  return {
    write(row, atMost, put) {
      if (end + atMost > columns.length) {
        const capacity = Math.max(2 * columns.length, end + atMost);
        const [wider, widerValues] = [new Int32Array(capacity), new Float32Array(capacity)];
        wider.set(columns);
        widerValues.set(values);
        [columns, values] = [wider, widerValues];
      }
      end += put(columns, values, end);
      offsets[row + 1] = end;
    },
    done: () => ({ offsets, columns: columns.slice(0, end), values: values.slice(0, end) }),
  };
}
