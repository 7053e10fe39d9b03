import type { SparseMatrix } from './csr.ts';

/** A sparse matrix by rows that knows its size; columns of a row are ascending and distinct. */
export interface CsrMatrix extends SparseMatrix {
  readonly rows: number;
  readonly width: number;
}

/** A dense matrix, row-major [rows, width]. */
export interface DenseMatrix {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** The named rows of a sparse matrix, in the order given; a row may be named twice. */
export function sparseRows(matrix: CsrMatrix, picked: ArrayLike<number>): CsrMatrix {
  const offsets = new Int32Array(picked.length + 1);
  for (let row = 0; row < picked.length; row++) {
    const from = picked[row] as number;
    offsets[row + 1] =
      (offsets[row] as number) + (matrix.offsets[from + 1] as number) - (matrix.offsets[from] as number);
  }
  const size = offsets[picked.length] as number;
  const columns = new Int32Array(size);
  const values = new Float32Array(size);
  for (let row = 0; row < picked.length; row++) {
    const from = picked[row] as number;
    const begin = matrix.offsets[from] as number;
    const end = matrix.offsets[from + 1] as number;
    columns.set(matrix.columns.subarray(begin, end), offsets[row]);
    values.set(matrix.values.subarray(begin, end), offsets[row]);
  }
  return { rows: picked.length, width: matrix.width, offsets, columns, values };
}

/** The named rows of a dense matrix, in the order given. */
export function denseRows(matrix: DenseMatrix, picked: ArrayLike<number>): DenseMatrix {
  const values = new Float32Array(picked.length * matrix.width);
  for (let row = 0; row < picked.length; row++) {
    const from = (picked[row] as number) * matrix.width;
    values.set(matrix.values.subarray(from, from + matrix.width), row * matrix.width);
  }
  return { rows: picked.length, width: matrix.width, values };
}

/** The transpose: row r of it is column r, its columns ascending. */
export function transposed(matrix: CsrMatrix): CsrMatrix {
  const offsets = new Int32Array(matrix.width + 1);
  for (const column of matrix.columns) offsets[column + 1] = (offsets[column + 1] as number) + 1;
  for (let row = 0; row < matrix.width; row++) {
    offsets[row + 1] = (offsets[row + 1] as number) + (offsets[row] as number);
  }
  const next = Int32Array.from(offsets);
  const columns = new Int32Array(matrix.columns.length);
  const values = new Float32Array(matrix.values.length);
  for (let row = 0; row < matrix.rows; row++) {
    const end = matrix.offsets[row + 1] as number;
    for (let at = matrix.offsets[row] as number; at < end; at++) {
      const column = matrix.columns[at] as number;
      const to = next[column] as number;
      next[column] = to + 1;
      columns[to] = row;
      values[to] = matrix.values[at] as number;
    }
  }
  return { rows: matrix.width, width: matrix.rows, offsets, columns, values };
}
