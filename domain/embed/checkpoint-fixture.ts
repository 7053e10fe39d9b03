import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStream } from '../math/random.ts';
import { encodeSafetensors, type FloatTensor } from '../math/safetensors.ts';
import type { Pooling } from './checkpoint.ts';

/** What a made-up checkpoint is like. */
export interface CheckpointOptions {
  readonly pooling?: Pooling;
  /** Prefix of the weights' names. Default none. */
  readonly prefix?: '' | 'bert.';
  /** A weight that is left out. */
  readonly without?: string;
  readonly maxTokens?: number;
  readonly seed?: number;
  /** Words of the vocabulary that the model has: it fails on a text with one of the others. Default all. */
  readonly words?: number;
}

const sizes = { hidden: 32, layers: 2, heads: 4, wide: 48, positions: 64 };
const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789.,!?'];
const vocabulary = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  ...letters,
  ...letters.map((letter) => `##${letter}`),
];

/** Writes a checkpoint of random weights, small enough to encode a text in a millisecond. One token a letter. */
export async function writeCheckpoint(dir: string, options: CheckpointOptions = {}): Promise<void> {
  await mkdir(join(dir, '1_Pooling'), { recursive: true });
  const isMean = options.pooling !== 'cls';
  const files: Record<string, unknown> = {
    'config.json': {
      model_type: 'bert',
      hidden_act: 'gelu',
      hidden_size: sizes.hidden,
      num_hidden_layers: sizes.layers,
      num_attention_heads: sizes.heads,
      intermediate_size: sizes.wide,
      vocab_size: options.words ?? vocabulary.length,
      max_position_embeddings: sizes.positions,
      layer_norm_eps: 1e-12,
    },
    'tokenizer.json': tokenizerDocument(),
    'sentence_bert_config.json': { max_seq_length: options.maxTokens ?? 40 },
    '1_Pooling/config.json': { pooling_mode_cls_token: !isMean, pooling_mode_mean_tokens: isMean },
  };
  for (const [name, value] of Object.entries(files)) await writeFile(join(dir, name), JSON.stringify(value));
  await writeFile(join(dir, 'model.safetensors'), encodeSafetensors(weights(options)));
}

function weights({
  prefix = '',
  without,
  seed = 1,
  words = vocabulary.length,
}: CheckpointOptions): Record<string, FloatTensor> {
  const { hidden, layers, wide, positions } = sizes;
  const shapes: Record<string, number[]> = {
    'embeddings.word_embeddings.weight': [words, hidden],
    'embeddings.position_embeddings.weight': [positions, hidden],
    'embeddings.token_type_embeddings.weight': [2, hidden],
    'embeddings.LayerNorm.weight': [hidden],
    'embeddings.LayerNorm.bias': [hidden],
  };
  for (let layer = 0; layer < layers; layer++) {
    const linear = (name: string, out: number, width: number): void => {
      shapes[`encoder.layer.${layer}.${name}.weight`] = [out, width];
      shapes[`encoder.layer.${layer}.${name}.bias`] = [out];
    };
    const norm = (name: string): void => {
      shapes[`encoder.layer.${layer}.${name}.weight`] = [hidden];
      shapes[`encoder.layer.${layer}.${name}.bias`] = [hidden];
    };
    for (const name of ['query', 'key', 'value']) linear(`attention.self.${name}`, hidden, hidden);
    linear('attention.output.dense', hidden, hidden);
    norm('attention.output.LayerNorm');
    linear('intermediate.dense', wide, hidden);
    linear('output.dense', hidden, wide);
    norm('output.LayerNorm');
  }
  const names = Object.keys(shapes).filter((name) => name !== without);
  return Object.fromEntries(
    names.map((name) => [prefix + name, randomTensor(seed, name, shapes[name] ?? [])]),
  );
}

function randomTensor(seed: number, name: string, shape: readonly number[]): FloatTensor {
  const random = openStream(seed, name);
  const length = shape.reduce((product, size) => product * size, 1);
  const centre = name.endsWith('LayerNorm.weight') ? 1 : 0;
  return { shape, data: Float32Array.from({ length }, () => centre + random.bell() / 4) };
}

function tokenizerDocument(): unknown {
  const special = vocabulary.slice(0, 4).map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }));
  const token = (id: string): unknown => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: '1.0',
    truncation: { max_length: 5, strategy: 'LongestFirst', stride: 0 },
    padding: { strategy: { Fixed: 5 }, direction: 'Right', pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' },
    added_tokens: special,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [token('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, token('[SEP]')],
      pair: [],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
    },
  };
}
