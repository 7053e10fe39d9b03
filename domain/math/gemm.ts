import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from './onnx-model.ts';
import type { DenseMatrix } from './sparse.ts';

/** Dense products of 32-bit floats; open one and close it after use. */
export interface Gemm {
  /** `a · b`: [a.rows, a.width] · [a.width, b.width]. */
  product(a: DenseMatrix, b: DenseMatrix): Promise<DenseMatrix>;
  /** `aᵀ · b`: [a.rows, a.width]ᵀ · [a.rows, b.width]. */
  transposedProduct(a: DenseMatrix, b: DenseMatrix): Promise<DenseMatrix>;
  close(): Promise<void>;
}

/**
 * Opens dense products on ONNX Runtime, a hundred times a plain loop's speed.
 *
 * Two threads only where nothing else computes; a row's result does not depend on their number. Worth it from about
 * 64 × 64 × 64 on (a call costs about 20 µs).
 */
export async function openGemm(threads = 1): Promise<Gemm> {
  const [plain, transposed] = await Promise.all([openSession(false, threads), openSession(true, threads)]);
  const run = async (
    session: InferenceSession,
    a: DenseMatrix,
    b: DenseMatrix,
    rows: number,
  ): Promise<DenseMatrix> => {
    const values = new Float32Array(rows * b.width);
    if (values.length > 0 && a.values.length > 0) {
      await session.run({ a: tensorOf(a), b: tensorOf(b) }, { c: new Tensor(values, [rows, b.width]) });
    }
    return { rows, width: b.width, values };
  };
  return {
    product: (a, b) => run(plain, a, b, a.rows),
    transposedProduct: (a, b) => run(transposed, a, b, a.width),
    async close() {
      await Promise.all([plain.release(), transposed.release()]);
    },
  };
}

function openSession(transposed: boolean, threads: number): Promise<InferenceSession> {
  const model = encodeModel({
    name: 'gemm',
    inputs: [
      { name: 'a', type: 'float', dims: ['m', 'k'] },
      { name: 'b', type: 'float', dims: ['p', 'n'] },
    ],
    outputs: [{ name: 'c', type: 'float', dims: ['q', 'n'] }],
    nodes: [
      {
        op: 'Gemm',
        inputs: ['a', 'b'],
        outputs: ['c'],
        attributes: { transA: { int: transposed ? 1 : 0 } },
      },
    ],
    constants: [],
  });
  return InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1 });
}

function tensorOf(matrix: DenseMatrix): Tensor {
  return new Tensor('float32', matrix.values, [matrix.rows, matrix.width]);
}
