import { openStream } from '../math/random.ts';
import { sha256 } from '../runtime/hashing.ts';
import type { Encoder } from './encoder.ts';

/**
 * An encoder for unit tests that needs no model: the unit sum of a fixed random vector for each word, so that texts that
 * share words lie close.
 *
 * @param name encoders of another name have another hash and other vectors
 */
export function hashingEncoder(name = 'hashing', dimensions = 16): Encoder {
  return {
    hash: sha256(`${name}/${dimensions}`),
    dimensions,
    maxTokens: 256,
    async encode(texts, onProgress) {
      const vectors = new Float32Array(texts.length * dimensions);
      let tokens = 0;
      for (const [row, text] of texts.entries()) {
        const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [''];
        vectors.set(unitSum(name, words.slice(0, 256), dimensions), row * dimensions);
        tokens += words.length;
      }
      if (texts.length > 0) onProgress?.({ done: texts.length, of: texts.length, tokens });
      return vectors;
    },
    close: async () => undefined,
  };
}

function unitSum(name: string, words: readonly string[], dimensions: number): Float64Array {
  const sum = new Float64Array(dimensions);
  for (const word of words) {
    const random = openStream(1, name, word);
    for (let at = 0; at < dimensions; at++) sum[at] = (sum[at] ?? 0) + random.bell();
  }
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return sum.map((value) => value / norm);
}
