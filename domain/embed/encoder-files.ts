import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Schema } from '../../schemas/artifact.ts';
import { encodeModel } from '../math/onnx-model.ts';
import { ModelError, systemErrorCode } from '../runtime/errors.ts';
import { hashFile, hashOf, sha256 } from '../runtime/hashing.ts';
import { writeDurably } from '../store/objects.ts';
import { bertGraph } from './bert-graph.ts';
import { readCheckpoint } from './checkpoint.ts';

/** What is noted beside an encoder, `encoder.json`. */
export const encoderRecordSchema = z.strictObject({
  format: z.literal(1),
  /** Name for people, for example `all-MiniLM-L6-v2`. */
  name: z.string(),
  /** Where its checkpoint came from. */
  source: z.string(),
  /** sha256 of `encoder.onnx` and `tokenizer.json`. */
  model: sha256Schema,
  tokenizer: sha256Schema,
  dimensions: z.number().int().positive(),
  maxTokens: z.number().int().positive(),
  pooling: z.enum(['mean', 'cls']),
});
export type EncoderRecord = z.infer<typeof encoderRecordSchema>;

/** An encoder whose files are as noted. */
export interface CheckedEncoder {
  readonly dir: string;
  readonly record: EncoderRecord;
  readonly modelPath: string;
  readonly tokenizer: Uint8Array;
  /** See `Encoder.hash`. */
  readonly hash: string;
}

/** Names of an encoder's files in its folder. */
export const encoderFiles = { record: 'encoder.json', model: 'encoder.onnx', tokenizer: 'tokenizer.json' };

/**
 * Converts a checkpoint folder into an encoder folder: `encoder.onnx`, `tokenizer.json`, and last `encoder.json`, without
 * which the rest counts as absent. The same checkpoint gives the same bytes.
 *
 * @throws ModelError as `readCheckpoint` and `bertGraph`
 */
export async function convertCheckpoint(
  checkpointDir: string,
  dir: string,
  facts: { readonly name: string; readonly source: string },
): Promise<EncoderRecord> {
  const checkpoint = await readCheckpoint(checkpointDir);
  const model = encodeModel(bertGraph(checkpoint));
  const record: EncoderRecord = {
    format: 1,
    ...facts,
    model: sha256(model),
    tokenizer: sha256(checkpoint.tokenizer),
    dimensions: checkpoint.config.hiddenSize,
    maxTokens: checkpoint.maxTokens,
    pooling: checkpoint.pooling,
  };
  await mkdir(dir, { recursive: true });
  await rm(join(dir, encoderFiles.record), { force: true });
  await replaceFile(join(dir, encoderFiles.model), model);
  await replaceFile(join(dir, encoderFiles.tokenizer), checkpoint.tokenizer);
  await writeDurably(join(dir, encoderFiles.record), `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

/**
 * Reads what is noted of an encoder; undefined where there is none.
 *
 * @throws ModelError STK-ENCODER-DAMAGED
 */
export async function readEncoderRecord(dir: string): Promise<EncoderRecord | undefined> {
  const path = join(dir, encoderFiles.record);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return encoderRecordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged(path, 'it cannot be read', cause);
  }
}

/**
 * Checks an encoder's files against what is noted of them (about 0.2 s).
 *
 * @throws ModelError STK-ENCODER-MISSING, STK-ENCODER-DAMAGED
 */
export async function checkEncoder(dir: string): Promise<CheckedEncoder> {
  const record = await readEncoderRecord(dir);
  if (record === undefined) throw missing(dir);
  const [modelPath, tokenizerPath] = [join(dir, encoderFiles.model), join(dir, encoderFiles.tokenizer)];
  const found = await hashFile(modelPath).catch((cause: unknown) => {
    throw damaged(modelPath, 'it cannot be read', cause);
  });
  if (found.sha256 !== record.model) throw tampered(modelPath, found.sha256, record.model);
  const tokenizer = await readFile(tokenizerPath).catch((cause: unknown) => {
    throw damaged(tokenizerPath, 'it cannot be read', cause);
  });
  if (sha256(tokenizer) !== record.tokenizer) {
    throw tampered(tokenizerPath, sha256(tokenizer), record.tokenizer);
  }
  return { dir, record, modelPath, tokenizer, hash: encoderHash(record) };
}

/** The hash that stands for an encoder's vectors. */
export function encoderHash({ model, tokenizer, maxTokens }: EncoderRecord): string {
  return hashOf({ model, tokenizer, maxTokens });
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

function missing(dir: string): ModelError {
  return new ModelError(
    `There is no encoder in ${dir}; 'stocktake setup' fetches it, without a network: stocktake setup --model-dir <checkpoint folder>`,
    { code: 'STK-ENCODER-MISSING', details: { dir } },
  );
}

function tampered(path: string, found: string, expected: string): ModelError {
  return damaged(path, `it has sha256 ${found.slice(0, 12)}…, noted was ${expected.slice(0, 12)}…`);
}

function damaged(path: string, why: string, cause?: unknown): ModelError {
  return new ModelError(`The encoder file ${path} is damaged: ${why}; 'stocktake setup' makes it anew`, {
    code: 'STK-ENCODER-DAMAGED',
    details: { path },
    cause,
  });
}
