import type { HashedText } from './catalog-texts.ts';
import type { EncodeProgress, Encoder } from './encoder.ts';

/** A text that cannot be encoded, by its content hash. */
export interface RejectedText {
  readonly hash: string;
  readonly why: string;
}

/** Texts that were encoded, in the order given, with their vectors, and those that could not be. */
export interface IsolatedTexts {
  readonly kept: readonly HashedText[];
  /** Row-major, one row for each text kept. */
  readonly vectors: Float32Array;
  readonly rejected: readonly RejectedText[];
}

/** From so many texts on that cannot be encoded, the encoder is at fault and not they. */
const mostRejected = 50;

/**
 * Encodes texts; where that fails, halves them until the texts stand alone that the model or the tokenizer does not survive.
 *
 * A text whose vector is not finite is rejected as well. An encoder that fails on a plain word too is broken: its error goes
 * on. What `onProgress` throws ends the encoding.
 *
 * @throws ModelError as the encoder does
 */
export async function encodeIsolated(
  encoder: Encoder,
  texts: readonly HashedText[],
  onProgress: (progress: EncodeProgress) => void,
): Promise<IsolatedTexts> {
  const rejected: RejectedText[] = [];
  let stopped: { readonly error: unknown } | undefined;
  const encode = (some: readonly HashedText[], at: number): Promise<Float32Array> =>
    encoder.encode(
      some.map(({ text }) => text),
      ({ done, tokens }) => {
        try {
          onProgress({ done: at + done, of: texts.length, tokens });
        } catch (error) {
          stopped = { error };
          throw error;
        }
      },
    );
  const halve = async (some: readonly HashedText[], at: number): Promise<Part[]> => {
    try {
      return [{ texts: some, vectors: await encode(some, at) }];
    } catch (error) {
      if (stopped || rejected.length >= mostRejected) throw error;
      await encoder.encode(['a']).catch(() => {
        throw error;
      });
      const [only] = some;
      if (only && some.length === 1) {
        rejected.push({ hash: only.hash, why: error instanceof Error ? error.message : String(error) });
        return [];
      }
      const middle = Math.ceil(some.length / 2);
      return [...(await halve(some.slice(0, middle), at)), ...(await halve(some.slice(middle), at + middle))];
    }
  };
  const parts = await halve(texts, 0);
  return finiteOnly(parts, encoder.dimensions, rejected);
}

interface Part {
  readonly texts: readonly HashedText[];
  readonly vectors: Float32Array;
}

function finiteOnly(parts: readonly Part[], width: number, rejected: readonly RejectedText[]): IsolatedTexts {
  const [kept, rows, odd]: [HashedText[], Float32Array[], RejectedText[]] = [[], [], []];
  for (const { texts, vectors } of parts) {
    for (const [index, text] of texts.entries()) {
      const row = vectors.subarray(index * width, (index + 1) * width);
      if (row.every(Number.isFinite)) {
        kept.push(text);
        rows.push(row);
      } else odd.push({ hash: text.hash, why: 'its vector has values that are no numbers' });
    }
  }
  const joined = new Float32Array(kept.length * width);
  for (const [index, row] of rows.entries()) joined.set(row, index * width);
  return { kept, vectors: joined, rejected: [...rejected, ...odd] };
}
