import {
  floatConstant,
  intConstant,
  type OnnxConstant,
  type OnnxGraph,
  type OnnxNode,
} from '../math/onnx-model.ts';
import type { Safetensors } from '../math/safetensors.ts';
import { ModelError } from '../runtime/errors.ts';
import type { BertConfig, Checkpoint, Pooling } from './checkpoint.ts';

/** Name of the graph's input: token ids, int32 `[texts, tokens]`. */
export const inputName = 'input_ids';
/** Name of its output: unit vectors, float32 `[texts, dimensions]`. */
export const outputName = 'vectors';

/**
 * A checkpoint as an ONNX graph of standard operators in 32-bit floats: token ids in, unit vectors out.
 *
 * All texts of a batch have the same number of tokens, so there is no attention mask: padding would change the order in
 * which sums are taken, and with it the last bits of a vector. The row of token type 0 is folded into the position table.
 * The same checkpoint gives the same graph.
 *
 * Source: Devlin et al. 2019; GELU by the error function; pooling and L2 norm as in sentence-transformers.
 *
 * @throws ModelError STK-MODEL-TENSOR-MISSING, STK-MODEL-TENSOR-SHAPE, STK-ENCODER-CHECKPOINT
 */
export function bertGraph({ config, pooling, weights }: Checkpoint): OnnxGraph {
  const builder = createBuilder(config, weights);
  let hidden = embed(builder);
  for (let layer = 0; layer < config.layers; layer++) hidden = transform(builder, layer, hidden);
  pool(builder, pooling, hidden);
  return {
    name: 'bert-encoder',
    inputs: [{ name: inputName, type: 'int32', dims: ['texts', 'tokens'] }],
    outputs: [{ name: outputName, type: 'float', dims: ['texts', config.hiddenSize] }],
    nodes: builder.nodes,
    constants: builder.constants,
  };
}

interface Builder {
  readonly config: BertConfig;
  readonly nodes: OnnxNode[];
  readonly constants: OnnxConstant[];
  /** Adds an operator call and returns the name of its output. */
  call(op: string, inputs: readonly string[], attributes?: OnnxNode['attributes'], output?: string): string;
  ints(name: string, values: readonly number[]): string;
  floats(name: string, dims: readonly number[], values: Float32Array): string;
  /** A weight of the checkpoint, with or without the prefix `bert.`. */
  weight(name: string, shape: readonly number[]): Float32Array;
}

function createBuilder(config: BertConfig, weights: Safetensors): Builder {
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const prefix = weights.has('embeddings.word_embeddings.weight') ? '' : 'bert.';
  const add = (constant: OnnxConstant): string => {
    constants.push(constant);
    return constant.name;
  };
  return {
    config,
    nodes,
    constants,
    call(op, inputs, attributes, output = `${op}_${nodes.length}`) {
      nodes.push({ op, inputs, outputs: [output], ...(attributes ? { attributes } : {}) });
      return output;
    },
    ints: (name, values) => add(intConstant(name, [values.length], values)),
    floats: (name, dims, values) => add(floatConstant(name, dims, values)),
    weight: (name, shape) => weights.tensor(prefix + name, shape).data,
  };
}

function embed(builder: Builder): string {
  const { config, call, ints, floats, weight } = builder;
  const { hiddenSize, vocabularySize, positions } = config;
  const words = floats(
    'words',
    [vocabularySize, hiddenSize],
    weight('embeddings.word_embeddings.weight', [vocabularySize, hiddenSize]),
  );
  const places = floats('places', [positions, hiddenSize], foldTokenType(builder));
  const [zero, one] = [ints('zero', [0]), ints('one', [1])];
  const tokens = call('Slice', [call('Shape', [inputName]), one, ints('two', [2]), zero]);
  const atPlaces = call('Slice', [places, zero, tokens, zero]);
  const sum = call('Add', [call('Gather', [words, inputName]), atPlaces]);
  return normalise(builder, 'embeddings.LayerNorm', sum);
}

/** Position table plus the row of token type 0, which every token of a single text has. */
function foldTokenType({ config, weight }: Builder): Float32Array {
  const { hiddenSize, positions } = config;
  const table = weight('embeddings.position_embeddings.weight', [positions, hiddenSize]).slice();
  const types = weight('embeddings.token_type_embeddings.weight', [2, hiddenSize]);
  for (let index = 0; index < table.length; index++) {
    table[index] = (table[index] ?? 0) + (types[index % hiddenSize] ?? 0);
  }
  return table;
}

function transform(builder: Builder, layer: number, input: string): string {
  const { config, call } = builder;
  const { hiddenSize, intermediateSize } = config;
  const at = `encoder.layer.${layer}`;
  const context = attend(builder, `${at}.attention.self`, input);
  const attended = linear(builder, `${at}.attention.output.dense`, context, hiddenSize, hiddenSize);
  const middle = normalise(builder, `${at}.attention.output.LayerNorm`, call('Add', [attended, input]));
  const wide = linear(builder, `${at}.intermediate.dense`, middle, hiddenSize, intermediateSize);
  const bent = call('Gelu', [wide], { approximate: { text: 'none' } });
  const narrow = linear(builder, `${at}.output.dense`, bent, intermediateSize, hiddenSize);
  return normalise(builder, `${at}.output.LayerNorm`, call('Add', [narrow, middle]));
}

/** Scaled dot-product attention over all heads: `[texts, tokens, hidden]` in and out. */
function attend(builder: Builder, at: string, input: string): string {
  const { config, call } = builder;
  const { hiddenSize, heads } = config;
  const [split, join] = [shapeOnce(builder, 'heads'), shapeOnce(builder, 'joined')];
  const headsOf = (name: string, order: readonly number[]): string => {
    const flat = linear(builder, `${at}.${name}`, input, hiddenSize, hiddenSize);
    return call('Transpose', [call('Reshape', [flat, split])], { perm: { ints: order } });
  };
  const query = headsOf('query', [0, 2, 1, 3]);
  const key = headsOf('key', [0, 2, 3, 1]);
  const value = headsOf('value', [0, 2, 1, 3]);
  const scale = scaleOnce(builder, Math.sqrt(hiddenSize / heads));
  const scores = call('Div', [call('MatMul', [query, key]), scale]);
  const shares = call('Softmax', [scores], { axis: { int: -1 } });
  const context = call('Transpose', [call('MatMul', [shares, value])], { perm: { ints: [0, 2, 1, 3] } });
  return call('Reshape', [context, join]);
}

/** Target shapes of the two reshapes; 0 keeps an axis. */
function shapeOnce({ config, constants, ints }: Builder, name: 'heads' | 'joined'): string {
  const { hiddenSize, heads } = config;
  if (constants.some((constant) => constant.name === name)) return name;
  return ints(name, name === 'heads' ? [0, 0, heads, hiddenSize / heads] : [0, 0, hiddenSize]);
}

function scaleOnce({ constants, floats }: Builder, scale: number): string {
  if (constants.some(({ name }) => name === 'scale')) return 'scale';
  return floats('scale', [], Float32Array.of(scale));
}

/** `x · Wᵀ + b`; a checkpoint holds W as `[out, in]`. */
function linear(builder: Builder, name: string, input: string, width: number, out: number): string {
  const { call, floats, weight } = builder;
  const matrix = floats(
    `${name}.weight`,
    [width, out],
    transpose(weight(`${name}.weight`, [out, width]), out, width),
  );
  const bias = floats(`${name}.bias`, [out], weight(`${name}.bias`, [out]));
  return call('Add', [call('MatMul', [input, matrix]), bias]);
}

function normalise({ config, call, floats, weight }: Builder, name: string, input: string): string {
  const shape = [config.hiddenSize];
  const scale = floats(`${name}.weight`, shape, weight(`${name}.weight`, shape));
  const shift = floats(`${name}.bias`, shape, weight(`${name}.bias`, shape));
  return call('LayerNormalization', [input, scale, shift], {
    axis: { int: -1 },
    epsilon: { float: config.layerNormEpsilon },
  });
}

/**
 * One unit vector a text: the sum of its tokens (the mean, once scaled) or its first token.
 *
 * Sums are matrix products: the reduction operators take other paths for one text than for several.
 */
function pool({ call, ints, floats }: Builder, pooling: Pooling, hidden: string): void {
  const axis = ints('axis', [1]);
  const first = (): string => call('Slice', [hidden, 'zero', 'one', axis]);
  const sum = (): string => {
    const tokens = call('Slice', [call('Shape', [inputName]), 'one', 'two', 'zero']);
    const shape = call('Concat', ['one', tokens], { axis: { int: 0 } });
    return call('MatMul', [call('Expand', [floats('unit', [], Float32Array.of(1)), shape]), hidden]);
  };
  const pooled = pooling === 'mean' ? sum() : first();
  const square = call('MatMul', [pooled, call('Transpose', [pooled], { perm: { ints: [0, 2, 1] } })]);
  const norm = call('Max', [call('Sqrt', [square]), floats('least', [], Float32Array.of(1e-12))]);
  call('Squeeze', [call('Div', [pooled, norm]), axis], undefined, outputName);
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  if (values.length !== rows * columns) {
    throw new ModelError(`A weight has ${values.length} values, ${rows} × ${columns} are expected`, {
      code: 'STK-ENCODER-CHECKPOINT',
    });
  }
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return turned;
}
