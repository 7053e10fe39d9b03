import { readFile } from 'node:fs/promises';
import { encodeSafetensors, readSafetensors } from '../math/safetensors.ts';
import { ModelError } from '../runtime/errors.ts';

/** Role of a shard's file in its manifest. */
export const shardRole = 'vectors';

/** Vectors by content hash: row `i` of `vectors` belongs to `hashes[i]`. */
export interface EmbeddingShard {
  readonly hashes: readonly string[];
  /** Row-major `[hashes, dimensions]`. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
}

const tensorName = 'vectors';
const hashDigits = 64;

/** A shard as a safetensors document: tensor `vectors`, and in its metadata the encoder and all hashes one after the other. */
export function encodeShard({ hashes, vectors, dimensions }: EmbeddingShard, encoder: string): Uint8Array {
  const tensor = { shape: [hashes.length, dimensions], data: vectors };
  return encodeSafetensors({ [tensorName]: tensor }, { encoder, hashes: hashes.join('') });
}

/**
 * Reads a shard.
 *
 * @param dimensions values a vector must have; 0 = any
 * @throws ModelError STK-EMBED-SHARD, STK-MODEL-SAFETENSORS, STK-MODEL-TENSOR-MISSING
 */
export async function openShard(path: string, dimensions: number): Promise<EmbeddingShard> {
  const document = readSafetensors(await readFile(path), path);
  const { shape, data } = document.tensor(tensorName);
  const text = document.metadata.hashes ?? '';
  const [rows = 0, found = 0] = shape;
  if (shape.length !== 2 || text.length !== rows * hashDigits) {
    throw unfit(path, `vectors of shape [${shape.join(', ')}] and ${text.length / hashDigits} hashes`);
  }
  if (dimensions !== 0 && found !== dimensions) {
    throw unfit(path, `vectors of ${found} values beside others of ${dimensions}`);
  }
  const hashes = Array.from({ length: rows }, (_, row) =>
    text.slice(row * hashDigits, (row + 1) * hashDigits),
  );
  return { hashes, vectors: data, dimensions: found };
}

function unfit(path: string, what: string): ModelError {
  return new ModelError(`${path} holds ${what}; run the night again with --force to encode all texts anew`, {
    code: 'STK-EMBED-SHARD',
    details: { path },
  });
}
