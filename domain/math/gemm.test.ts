import { afterAll, describe, expect, it } from 'vitest';
import { openGemm } from './gemm.ts';

const a = { rows: 2, width: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) };
const gemm = await openGemm();
afterAll(() => gemm.close());

describe('openGemm', () => {
  it('multiplies two matrices', async () => {
    const b = { rows: 3, width: 2, values: Float32Array.of(1, 0, 0, 1, 1, 1) };
    expect(await gemm.product(a, b)).toEqual({ rows: 2, width: 2, values: Float32Array.of(4, 5, 10, 11) });
  });

  it('multiplies with the first one turned', async () => {
    const b = { rows: 2, width: 1, values: Float32Array.of(1, 10) };
    expect((await gemm.transposedProduct(a, b)).values).toEqual(Float32Array.of(41, 52, 63));
  });

  it('gives an empty matrix for no rows', async () => {
    const none = { rows: 0, width: 3, values: new Float32Array(0) };
    const b = { rows: 3, width: 2, values: new Float32Array(6) };
    expect(await gemm.product(none, b)).toEqual({ rows: 0, width: 2, values: new Float32Array(0) });
  });
});
