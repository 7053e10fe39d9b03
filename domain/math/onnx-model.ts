import protobuf from 'protobufjs/minimal.js';

/** Element types of tensors we write; numbers of `onnx.proto`'s TensorProto.DataType. */
export const elementTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementTypes;

/** An attribute of a node, by kind. */
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] };

/** One operator call. Inputs and outputs are value names; an empty name leaves an optional input out. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant: little-endian bytes in row-major order. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/** An input or output of the graph; a dimension is a size or the name of one that varies. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

/** A whole model: nodes in topological order. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  /** Version of the standard operator set. Default 20. */
  readonly opset?: number;
}

/** Version of the file format; read by every ONNX Runtime since 1.15. */
const irVersion = 8;
const attributeTypes = { float: 1, int: 2, text: 3, ints: 7 } as const;

/**
 * Writes a model as ONNX protobuf. The same graph gives the same bytes: fields in a fixed order, attributes by name, no time.
 *
 * Source: onnx.proto (field numbers are frozen).
 */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, varint)).int64(irVersion);
  writer.uint32(tag(2, bytes)).string('stocktake');
  message(writer, 7, (inner) => writeGraph(inner, graph));
  message(writer, 8, (inner) => {
    inner.uint32(tag(1, bytes)).string('');
    inner.uint32(tag(2, varint)).int64(graph.opset ?? 20);
  });
  return writer.finish();
}

/** A constant of floats. */
export function floatConstant(name: string, dims: readonly number[], values: Float32Array): OnnxConstant {
  return { name, type: 'float', dims, data: bytesOf(values) };
}

/** A constant of 64-bit integers: shapes, axes, indices. */
export function intConstant(name: string, dims: readonly number[], values: readonly number[]): OnnxConstant {
  return { name, type: 'int64', dims, data: bytesOf(BigInt64Array.from(values, BigInt)) };
}

function writeGraph(writer: protobuf.Writer, graph: OnnxGraph): void {
  for (const node of graph.nodes) message(writer, 1, (inner) => writeNode(inner, node));
  writer.uint32(tag(2, bytes)).string(graph.name);
  for (const constant of graph.constants) message(writer, 5, (inner) => writeConstant(inner, constant));
  for (const value of graph.inputs) message(writer, 11, (inner) => writeValue(inner, value));
  for (const value of graph.outputs) message(writer, 12, (inner) => writeValue(inner, value));
}

function writeNode(writer: protobuf.Writer, { op, inputs, outputs, attributes = {} }: OnnxNode): void {
  for (const name of inputs) writer.uint32(tag(1, bytes)).string(name);
  for (const name of outputs) writer.uint32(tag(2, bytes)).string(name);
  writer.uint32(tag(4, bytes)).string(op);
  for (const name of Object.keys(attributes).sort()) {
    message(writer, 5, (inner) => writeAttribute(inner, name, attributes[name] as OnnxAttribute));
  }
}

function writeAttribute(writer: protobuf.Writer, name: string, attribute: OnnxAttribute): void {
  writer.uint32(tag(1, bytes)).string(name);
  if ('float' in attribute) writer.uint32(tag(2, fixed32)).float(attribute.float);
  if ('int' in attribute) writer.uint32(tag(3, varint)).int64(attribute.int);
  if ('text' in attribute) writer.uint32(tag(4, bytes)).string(attribute.text);
  if ('ints' in attribute) for (const value of attribute.ints) writer.uint32(tag(8, varint)).int64(value);
  const kind = Object.keys(attribute)[0] as keyof typeof attributeTypes;
  writer.uint32(tag(20, varint)).int32(attributeTypes[kind]);
}

function writeConstant(writer: protobuf.Writer, { name, type, dims, data }: OnnxConstant): void {
  for (const size of dims) writer.uint32(tag(1, varint)).int64(size);
  writer.uint32(tag(2, varint)).int32(elementTypes[type]);
  writer.uint32(tag(8, bytes)).string(name);
  writer.uint32(tag(9, bytes)).bytes(data);
}

function writeValue(writer: protobuf.Writer, { name, type, dims }: OnnxValue): void {
  writer.uint32(tag(1, bytes)).string(name);
  message(writer, 2, (typeProto) =>
    message(typeProto, 1, (tensor) => {
      tensor.uint32(tag(1, varint)).int32(elementTypes[type]);
      message(tensor, 2, (shape) => {
        for (const size of dims) message(shape, 1, (dimension) => writeDimension(dimension, size));
      });
    }),
  );
}

function writeDimension(writer: protobuf.Writer, size: number | string): void {
  if (typeof size === 'number') writer.uint32(tag(1, varint)).int64(size);
  else writer.uint32(tag(2, bytes)).string(size);
}

const varint = 0;
const bytes = 2;
const fixed32 = 5;

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function message(writer: protobuf.Writer, field: number, write: (inner: protobuf.Writer) => void): void {
  writer.uint32(tag(field, bytes)).fork();
  write(writer);
  writer.ldelim();
}

function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
