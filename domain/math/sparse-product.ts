import type { CsrMatrix } from './sparse.ts';
import { sparseKernel } from './sparse-kernel.ts';

/** Floats a row of a dense operand is padded to a multiple of. */
export const lane = 16;

/** A sparse matrix ready to be multiplied many times by dense ones of one width. */
export interface SparseProduct {
  /**
   * `matrix · source`.
   *
   * @param source row-major [matrix.width, stride]; a shorter one stands for the first rows of a longer array
   * @param out    row-major [matrix.rows, stride], overwritten
   */
  into(source: Float32Array, out: Float32Array): void;
}

const pageBytes = 65_536;
const mostBytes = 4 * 1024 ** 3 - pageBytes;
const compiled = new WebAssembly.Module(sparseKernel());

/**
 * Lays a sparse matrix out for products with dense matrices of `stride` columns (a multiple of `lane`).
 *
 * Holds a copy of the matrix, of one source and one result; sums run in 32 bits in the order of a row's columns, so equal
 * inputs give equal bytes on every machine.
 * @throws RangeError when it would need more than 4 GiB
 */
export function openSparseProduct(matrix: CsrMatrix, stride: number): SparseProduct {
  const { offsets, columns, values, rows, width } = matrix;
  const layout = placesOf([(rows + 1) * 4, columns.length * 4, values.length * 4, width * stride * 4]);
  const [offsetsAt, columnsAt, valuesAt, sourceAt, outAt] = layout as [
    number,
    number,
    number,
    number,
    number,
  ];
  const bytes = outAt + rows * stride * 4;
  if (bytes > mostBytes) {
    throw new RangeError(
      `A sparse product of ${rows} × ${width} with ${stride} columns needs ${bytes} bytes, more than 4 GiB; use fewer features or rows`,
    );
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  new Int32Array(memory.buffer, offsetsAt, rows + 1).set(offsets.map((offset) => offset * 4));
  new Uint32Array(memory.buffer, columnsAt, columns.length).set(
    Uint32Array.from(columns, (column) => column * stride * 4),
  );
  new Float32Array(memory.buffer, valuesAt, values.length).set(values);
  const sources = new Float32Array(memory.buffer, sourceAt, width * stride);
  const results = new Float32Array(memory.buffer, outAt, rows * stride);
  const run = new WebAssembly.Instance(compiled, { js: { memory } }).exports.run as (...a: number[]) => void;
  return {
    into(source, out) {
      if (rows === 0) return;
      sources.set(source.subarray(0, sources.length));
      run(offsetsAt, columnsAt, valuesAt, rows, sourceAt, outAt, stride * 4);
      out.set(results);
    },
  };
}

/** Where blocks of these sizes lie one after another, each on a cache line; one more for what follows. */
function placesOf(sizes: readonly number[]): number[] {
  const places = [0];
  for (const size of sizes) places.push(((places.at(-1) ?? 0) + size + 63) & ~63);
  return places;
}
