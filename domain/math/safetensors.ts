import { ModelError, messageOf } from '../runtime/errors.ts';

/** Element types that are read; `F32` alone is written. */
export type SafetensorsType = 'F32' | 'F16' | 'BF16';

/** A tensor of floats in row-major order. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A safetensors document, opened: its header is read and checked, tensors are decoded when asked for. */
export interface Safetensors {
  /** Free texts by key. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of all tensors, sorted. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Sizes by axis. @throws ModelError STK-MODEL-TENSOR-MISSING */
  shape(name: string): readonly number[];
  /**
   * A tensor as 32-bit floats; F16 and BF16 are widened exactly. F32 is a view of the document's bytes where they lie
   * aligned, else a copy.
   *
   * @param shape what its sizes must be, where the caller knows them
   * @throws ModelError STK-MODEL-TENSOR-MISSING, STK-MODEL-TENSOR-SHAPE, STK-MODEL-TENSOR-TYPE
   */
  tensor(name: string, shape?: readonly number[]): FloatTensor;
}

/**
 * Opens a safetensors document.
 *
 * Layout: 8 bytes header length (little-endian), a JSON header of `name → {dtype, shape, data_offsets}`, the data.
 * Source: the format's own description (safetensors 0.4).
 *
 * @param label names the document in messages, for example its path
 * @throws ModelError STK-MODEL-SAFETENSORS when the header is damaged or does not fit the bytes
 */
export function readSafetensors(bytes: Uint8Array, label: string): Safetensors {
  const { header, dataStart } = readHeader(bytes, label);
  const entries = new Map<string, Entry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = value as Record<string, string>;
    else entries.set(name, checkEntry(name, value, bytes.length - dataStart, label));
  }
  const entryOf = (name: string): Entry => entries.get(name) ?? raise(missing(name, entries.size, label));
  return {
    metadata,
    names: [...entries.keys()].sort(),
    has: (name) => entries.has(name),
    shape: (name) => entryOf(name).shape,
    tensor(name, shape) {
      const entry = entryOf(name);
      if (shape && !sameShape(shape, entry.shape)) throw wrongShape(name, entry.shape, shape, label);
      const data = bytes.subarray(dataStart + entry.start, dataStart + entry.end);
      return { shape: entry.shape, data: decode(data, entry.type, name, label) };
    },
  };
}

/**
 * Writes tensors as a safetensors document. The same tensors and texts give the same bytes, in whatever order they come:
 * tensors and metadata by name, the header padded with spaces to a multiple of 8.
 *
 * @throws ModelError STK-MODEL-TENSOR-SHAPE when a tensor has other values than its shape asks for
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, FloatTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = Object.keys(tensors).sort();
  const texts = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  const fields = [`"__metadata__":${JSON.stringify(texts)}`];
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors[name] as FloatTensor;
    if (sizeOf(shape) !== data.length) throw wrongShape(name, [data.length], shape, 'the document to write');
    const offsets = [end, end + data.byteLength];
    end += data.byteLength;
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: 'F32', shape, data_offsets: offsets })}`);
  }
  const text = Buffer.from(`{${fields.join(',')}}`);
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const document = new Uint8Array(8 + headerBytes + end);
  new DataView(document.buffer).setBigUint64(0, BigInt(headerBytes), true);
  document.fill(0x20, 8, 8 + headerBytes).set(text, 8);
  const values = new Float32Array(document.buffer, 8 + headerBytes);
  let at = 0;
  for (const name of names) {
    const { data } = tensors[name] as FloatTensor;
    values.set(data, at);
    at += data.length;
  }
  return document;
}

interface Entry {
  readonly type: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

const elementBytes: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** The format's own limit. */
const mostHeaderBytes = 100_000_000;

function readHeader(
  bytes: Uint8Array,
  label: string,
): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) throw damaged(label, `it has ${bytes.length} bytes, a header needs 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > mostHeaderBytes || length > bytes.length - 8) {
    throw damaged(label, `its header claims ${length} bytes of ${bytes.length}`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length));
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null || Array.isArray(header))
      throw new Error('it is no object');
    return { header: header as Record<string, unknown>, dataStart: 8 + length };
  } catch (cause) {
    throw damaged(label, `its header cannot be read (${messageOf(cause)})`, cause);
  }
}

function checkEntry(name: string, value: unknown, dataBytes: number, label: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw damaged(label, `the entry of tensor ${name} is malformed`);
  }
  const [start, end] = offsets as [number, number];
  const expected = sizeOf(shape) * (elementBytes[dtype] ?? Number.NaN);
  if (start > end || end > dataBytes || end - start !== expected) {
    throw damaged(
      label,
      `tensor ${name} (${dtype} ${shapeText(shape)}) lies at ${start}-${end} of ${dataBytes} bytes, ${expected} are expected`,
    );
  }
  return { type: dtype, shape, start, end };
}

function decode(bytes: Uint8Array, type: string, name: string, label: string): Float32Array {
  const size = elementBytes[type] ?? 1;
  // Not bytes.slice(): a Buffer's is a view.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const place = [aligned.buffer, aligned.byteOffset, bytes.length / size] as const;
  if (type === 'F32') return new Float32Array(...place);
  if (type === 'BF16') return widenBfloat(new Uint16Array(...place));
  if (type === 'F16') return Float32Array.from(new Uint16Array(...place), halfToFloat);
  throw new ModelError(`Tensor ${name} of ${label} has type ${type}; F32, F16 and BF16 can be read`, {
    code: 'STK-MODEL-TENSOR-TYPE',
    details: { name, type },
  });
}

/** A BF16 number is the upper half of an F32. */
function widenBfloat(halves: Uint16Array): Float32Array {
  const wide = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) wide[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(wide.buffer);
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

function raise(error: Error): never {
  throw error;
}

function missing(name: string, tensors: number, label: string): ModelError {
  return new ModelError(`${label} has no tensor ${name} among its ${tensors}; use a complete checkpoint`, {
    code: 'STK-MODEL-TENSOR-MISSING',
    details: { name, tensors },
  });
}

function wrongShape(
  name: string,
  found: readonly number[],
  expected: readonly number[],
  label: string,
): ModelError {
  return new ModelError(
    `Tensor ${name} of ${label} has shape ${shapeText(found)}, expected was ${shapeText(expected)}`,
    { code: 'STK-MODEL-TENSOR-SHAPE', details: { name, found, expected } },
  );
}

function damaged(label: string, why: string, cause?: unknown): ModelError {
  return new ModelError(`${label} is no whole safetensors document: ${why}; fetch or make it again`, {
    code: 'STK-MODEL-SAFETENSORS',
    details: { label },
    cause,
  });
}
