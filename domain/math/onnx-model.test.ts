import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { encodeModel, floatConstant, intConstant, type OnnxGraph } from './onnx-model.ts';

const graph: OnnxGraph = {
  name: 'scores',
  inputs: [{ name: 'x', type: 'float', dims: ['rows', 2] }],
  outputs: [{ name: 'y', type: 'float', dims: ['rows', 1] }],
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
    { op: 'LeakyRelu', inputs: ['product'], outputs: ['bent'], attributes: { alpha: { float: 0.5 } } },
    {
      op: 'ReduceSum',
      inputs: ['bent', 'axes'],
      outputs: ['y'],
      attributes: { keepdims: { int: 1 }, noop_with_empty_axes: { int: 0 } },
    },
  ],
  constants: [floatConstant('w', [2, 2], Float32Array.of(1, 2, 3, 4)), intConstant('axes', [1], [-1])],
};

describe('encodeModel', () => {
  it('writes a model that ONNX Runtime loads and computes', async () => {
    const session = await InferenceSession.create(encodeModel(graph));
    const x = new Tensor('float32', Float32Array.of(1, 1, -1, -1), [2, 2]);
    const { y } = await session.run({ x });
    expect(y?.dims).toEqual([2, 1]);
    expect(Array.from((y?.data ?? []) as Float32Array)).toEqual([10, -5]);
  });

  it('gives the same bytes whatever order attributes are written in', () => {
    const [first, second, reduce] = graph.nodes;
    const turned = {
      ...(reduce as OnnxGraph['nodes'][number]),
      attributes: { noop_with_empty_axes: { int: 0 }, keepdims: { int: 1 } },
    };
    const other = { ...graph, nodes: [first, second, turned] as OnnxGraph['nodes'] };
    expect(encodeModel(other)).toEqual(encodeModel(graph));
  });
});
