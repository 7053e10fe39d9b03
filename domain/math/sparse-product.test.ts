import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStream } from './random.ts';
import { type CsrMatrix, transposed } from './sparse.ts';
import { lane, openSparseProduct } from './sparse-product.ts';

function randomMatrix(seed: number, rows: number, width: number): CsrMatrix {
  const random = openStream(seed, 'matrix');
  const offsets = [0];
  const columns: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      if (!random.chance(0.3)) continue;
      columns.push(column);
      values.push(random.bell());
    }
    offsets.push(columns.length);
  }
  return {
    rows,
    width,
    offsets: Int32Array.from(offsets),
    columns: Int32Array.from(columns),
    values: Float32Array.from(values),
  };
}

/** The same sums in the same order with the same rounding. */
function plainProduct(matrix: CsrMatrix, source: Float32Array, stride: number): Float32Array {
  const out = new Float32Array(matrix.rows * stride);
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.offsets[row] ?? 0; at < (matrix.offsets[row + 1] ?? 0); at++) {
      for (let k = 0; k < stride; k++) {
        const term = Math.fround(
          (matrix.values[at] ?? 0) * (source[(matrix.columns[at] ?? 0) * stride + k] ?? 0),
        );
        out[row * stride + k] = (out[row * stride + k] ?? 0) + term;
      }
    }
  }
  return out;
}

describe('openSparseProduct', () => {
  it('gives the bits of a plain loop, for any shape', () => {
    const shapes = fc.record({
      seed: fc.nat(),
      rows: fc.integer({ min: 0, max: 12 }),
      width: fc.integer({ min: 0, max: 12 }),
      lanes: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(shapes, ({ seed, rows, width, lanes }) => {
        const matrix = randomMatrix(seed, rows, width);
        const random = openStream(seed, 'source');
        const stride = lanes * lane;
        const source = Float32Array.from({ length: width * stride }, () => random.bell());
        const out = new Float32Array(rows * stride).fill(7);
        openSparseProduct(matrix, stride).into(source, out);
        expect(out).toEqual(plainProduct(matrix, source, stride));
      }),
    );
  });

  it('can be used again with another source', () => {
    const matrix = randomMatrix(3, 4, 5);
    const product = openSparseProduct(matrix, lane);
    const out = new Float32Array(4 * lane);
    for (const value of [1, 2]) {
      const source = new Float32Array(5 * lane).fill(value);
      product.into(source, out);
      expect(out).toEqual(plainProduct(matrix, source, lane));
    }
  });
});

describe('transposed', () => {
  it('turned twice is the matrix again', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(9), fc.nat(9), (seed, rows, width) => {
        const matrix = randomMatrix(seed, rows, width);
        expect(transposed(transposed(matrix))).toEqual(matrix);
      }),
    );
  });
});
