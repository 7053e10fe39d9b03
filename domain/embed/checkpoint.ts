import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readSafetensors, type Safetensors } from '../math/safetensors.ts';
import { ModelError, messageOf, systemErrorCode } from '../runtime/errors.ts';

/** How a text's token vectors become one. */
export type Pooling = 'mean' | 'cls';

/** Sizes of a BERT encoder, as its `config.json` names them. */
export interface BertConfig {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly vocabularySize: number;
  readonly positions: number;
  readonly layerNormEpsilon: number;
}

/** A BERT-family sentence encoder as it is published: weights, tokenizer, and how its vectors are made. */
export interface Checkpoint {
  readonly config: BertConfig;
  readonly pooling: Pooling;
  /** Longest text in tokens, `[CLS]` and `[SEP]` included. */
  readonly maxTokens: number;
  readonly weights: Safetensors;
  /** Bytes of `tokenizer.json`. */
  readonly tokenizer: Uint8Array;
}

/** Files of a checkpoint folder that are read; the last two may be absent. */
export const checkpointFiles = [
  'config.json',
  'model.safetensors',
  'tokenizer.json',
  'sentence_bert_config.json',
  '1_Pooling/config.json',
] as const;

/**
 * Reads a checkpoint folder.
 *
 * Without `1_Pooling/config.json` tokens are averaged; without `sentence_bert_config.json` the position table limits the
 * length.
 *
 * @throws ModelError STK-ENCODER-CHECKPOINT when a file is missing, unreadable or asks for what is not done here;
 *   STK-MODEL-SAFETENSORS
 */
export async function readCheckpoint(dir: string): Promise<Checkpoint> {
  const config = await readBertConfig(join(dir, 'config.json'));
  const pooling = await readPooling(join(dir, '1_Pooling/config.json'));
  const { max_seq_length: longest } =
    (await readJson(join(dir, 'sentence_bert_config.json'), sentenceSchema, 'optional')) ?? {};
  const weightsPath = join(dir, 'model.safetensors');
  return {
    config,
    pooling,
    maxTokens: Math.min(longest ?? config.positions, config.positions),
    weights: readSafetensors(await readBytes(weightsPath), weightsPath),
    tokenizer: await readBytes(join(dir, 'tokenizer.json')),
  };
}

const size = z.number().int().positive();

const configSchema = z.object({
  model_type: z.literal('bert'),
  hidden_act: z.literal('gelu'),
  position_embedding_type: z.literal('absolute').optional(),
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  layer_norm_eps: z.number().positive(),
});

const poolingSchema = z.object({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
  pooling_mode_max_tokens: z.boolean().default(false),
  pooling_mode_mean_sqrt_len_tokens: z.boolean().default(false),
  pooling_mode_weightedmean_tokens: z.boolean().default(false),
  pooling_mode_lasttoken: z.boolean().default(false),
});

const sentenceSchema = z.object({ max_seq_length: z.number().int().min(3).nullish() });

async function readBertConfig(path: string): Promise<BertConfig> {
  const read = await readJson(path, configSchema, 'required');
  if (read === undefined || read.hidden_size % read.num_attention_heads !== 0) {
    throw unfit(path, 'hidden_size is no multiple of num_attention_heads');
  }
  return {
    hiddenSize: read.hidden_size,
    layers: read.num_hidden_layers,
    heads: read.num_attention_heads,
    intermediateSize: read.intermediate_size,
    vocabularySize: read.vocab_size,
    positions: read.max_position_embeddings,
    layerNormEpsilon: read.layer_norm_eps,
  };
}

async function readPooling(path: string): Promise<Pooling> {
  const read = await readJson(path, poolingSchema, 'optional');
  if (read === undefined) return 'mean';
  const modes = Object.entries(read).flatMap(([mode, on]) => (on ? [mode] : []));
  if (modes.join() === 'pooling_mode_mean_tokens') return 'mean';
  if (modes.join() === 'pooling_mode_cls_token') return 'cls';
  throw unfit(
    path,
    `it asks for ${modes.join(' + ') || 'no pooling'}; the mean or the [CLS] token can be had`,
  );
}

async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  need: 'required' | 'optional',
): Promise<z.infer<Schema> | undefined> {
  const bytes = await readBytes(path, need);
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw unfit(path, `it is no JSON (${messageOf(cause)})`, cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unfit(path, `${issue?.path.join('.')}: ${issue?.message}`, parsed.error);
}

async function readBytes(path: string): Promise<Uint8Array>;
async function readBytes(path: string, need: 'required' | 'optional'): Promise<Uint8Array | undefined>;
async function readBytes(
  path: string,
  need: 'required' | 'optional' = 'required',
): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (need === 'optional' && systemErrorCode(cause) === 'ENOENT') return undefined;
    throw unfit(path, `it cannot be read (${messageOf(cause)})`, cause);
  }
}

function unfit(path: string, why: string, cause?: unknown): ModelError {
  return new ModelError(
    `${path} does not make a BERT encoder: ${why}. A checkpoint folder of the BERT family is needed, with config.json, model.safetensors and tokenizer.json`,
    { code: 'STK-ENCODER-CHECKPOINT', details: { path }, cause },
  );
}
