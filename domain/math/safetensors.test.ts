import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors, type FloatTensor, readSafetensors } from './safetensors.ts';

const two: Record<string, FloatTensor> = {
  weight: { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) },
  bias: { shape: [2], data: Float32Array.of(0.25, -0) },
};

/** A document with one tensor of any type, written by hand. */
function documentOf(dtype: string, shape: number[], data: Uint8Array, claimed = data.length): Uint8Array {
  const header = Buffer.from(JSON.stringify({ x: { dtype, shape, data_offsets: [0, claimed] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}

const halves = (...bits: number[]): Uint8Array => new Uint8Array(Uint16Array.from(bits).buffer);
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'nothing was thrown';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('encodeSafetensors', () => {
  it('writes what readSafetensors gives back, bit for bit', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.float32Array()), fc.string(), (values, text) => {
        delete values.__metadata__;
        const tensors = Object.fromEntries(
          Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data }]),
        );
        const read = readSafetensors(encodeSafetensors(tensors, { text }), 'x');
        expect(read.metadata).toEqual({ text });
        expect(read.names).toEqual(Object.keys(tensors).sort());
        for (const name of read.names) {
          const data = read.tensor(name).data;
          expect(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).toEqual(
            new Uint8Array((values[name] as Float32Array).buffer),
          );
        }
      }),
    );
  });

  it('gives the same bytes in whatever order tensors and texts come', () => {
    const turned = { bias: two.bias as FloatTensor, weight: two.weight as FloatTensor };
    expect(encodeSafetensors(turned, { b: '2', a: '1' })).toEqual(encodeSafetensors(two, { a: '1', b: '2' }));
  });

  it('refuses a tensor with other values than its shape asks for', () => {
    const wrong = { x: { shape: [3], data: Float32Array.of(1) } };
    expect(codeOf(() => encodeSafetensors(wrong))).toBe('STK-MODEL-TENSOR-SHAPE');
  });
});

describe('readSafetensors', () => {
  it('widens F16 exactly: normal, subnormal, signed zero, infinity, not a number', () => {
    const { data } = readSafetensors(
      documentOf('F16', [6], halves(0x3c00, 0xc500, 0x0001, 0x8000, 0x7c00, 0x7e00)),
      'x',
    ).tensor('x');
    expect([...data]).toEqual([1, -5, 2 ** -24, -0, Number.POSITIVE_INFINITY, Number.NaN]);
  });

  it('widens BF16 exactly', () => {
    const { data } = readSafetensors(documentOf('BF16', [2], halves(0x3f80, 0xc0a0)), 'x').tensor('x');
    expect([...data]).toEqual([1, -5]);
  });

  it('reads a document that does not begin at an aligned byte', () => {
    const bytes = encodeSafetensors(two);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect([...readSafetensors(shifted.subarray(1), 'x').tensor('weight', [2, 2]).data]).toEqual([
      1, -2, 3.5, 0,
    ]);
  });

  it('says which tensor is missing, or of another shape or type', () => {
    const read = readSafetensors(encodeSafetensors(two), 'model.safetensors');
    expect(() => read.tensor('scale')).toThrow('model.safetensors has no tensor scale among its 2');
    expect(codeOf(() => read.tensor('scale'))).toBe('STK-MODEL-TENSOR-MISSING');
    expect(codeOf(() => read.tensor('bias', [3]))).toBe('STK-MODEL-TENSOR-SHAPE');
    const integers = readSafetensors(documentOf('I8', [1], Uint8Array.of(1)), 'x');
    expect(codeOf(() => integers.tensor('x'))).toBe('STK-MODEL-TENSOR-TYPE');
  });

  it('refuses documents whose header does not fit their bytes', () => {
    const whole = encodeSafetensors(two);
    const damaged = [
      new Uint8Array(3),
      new Uint8Array(8).fill(255),
      whole.subarray(0, whole.length - 4),
      whole.slice().fill(0x7b, 8, 20),
      documentOf('F32', [2], new Uint8Array(4)),
      documentOf('F32', [1], new Uint8Array(4), 8),
      documentOf('F7', [1], new Uint8Array(4)),
    ];
    expect(damaged.map((bytes) => codeOf(() => readSafetensors(bytes, 'x')))).toEqual(
      damaged.map(() => 'STK-MODEL-SAFETENSORS'),
    );
  });
});
