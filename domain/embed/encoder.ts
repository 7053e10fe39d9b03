import { inWaves } from '../runtime/waves.ts';
import type { CheckedEncoder } from './encoder-files.ts';
import { type SessionThread, startSessionThread } from './session-thread.ts';
import { openTokenizer } from './tokenizer.ts';

/** How far an encoding is; `tokens` counts those of the texts done, `[CLS]` and `[SEP]` included. */
export interface EncodeProgress {
  readonly done: number;
  readonly of: number;
  readonly tokens: number;
}

/** Turns texts into unit vectors of one length. */
export interface Encoder {
  /** Of model, tokenizer and length limit: encoders of equal hash give a text the same vector. */
  readonly hash: string;
  /** Values of a vector. */
  readonly dimensions: number;
  /** Longest text in tokens; of a longer one the beginning counts. */
  readonly maxTokens: number;
  /**
   * Vectors of texts, row-major `[texts, dimensions]`. A text's vector has the same bits alone and among others, at any
   * number of threads. What `onProgress` throws ends the encoding.
   */
  encode(texts: readonly string[], onProgress?: (progress: EncodeProgress) => void): Promise<Float32Array>;
  /** Ends the encoder's threads. */
  close(): Promise<void>;
}

/** How to open an encoder. */
export interface EncoderOptions {
  /** Threads that encode side by side, each with a session of its own (about 150 MB). Default 2. */
  readonly threads?: number;
}

/** Tokens of a batch: measured as the fastest size on two cores; more only leaves the caches. */
const tokensPerBatch = 512;

/**
 * Opens an encoder whose files were checked: `openEncoder(await findEncoder(cacheDir))`.
 *
 * Its threads start with the first text, so that a night without new texts loads no model. A batch holds texts of one
 * number of tokens: nothing is padded, so that no sum is taken in another order.
 *
 * @throws ModelError STK-ENCODER-TOKENIZER; `encode` throws STK-ENCODER-SESSION
 */
export function openEncoder(files: CheckedEncoder, options: EncoderOptions = {}): Encoder {
  const { record, hash } = files;
  const { dimensions, maxTokens } = record;
  const tokenizer = openTokenizer(files.tokenizer, maxTokens);
  let starting: Promise<SessionThread[]> | undefined;
  const alive = async (): Promise<SessionThread[]> => {
    starting ??= startThreads(files.modelPath, options.threads ?? 2);
    const threads = await starting;
    if (isClosed || !threads.some((thread) => thread.isGone())) return threads;
    // A text may have ended a thread: the next texts get new ones.
    starting = undefined;
    await Promise.all(threads.map((thread) => thread.stop()));
    return alive();
  };
  let isClosed = false;
  return {
    hash,
    dimensions,
    maxTokens,
    async encode(texts, onProgress) {
      if (texts.length === 0) return new Float32Array(0);
      const threads = await alive();
      const ids = texts.map((text) => tokenizer.encode(text));
      const vectors = new Float32Array(texts.length * dimensions);
      const idle = [...threads];
      let [done, tokens] = [0, 0];
      await inWaves(batchesOf(ids), threads.length, async (batch) => {
        const thread = idle.pop() as SessionThread;
        try {
          const rows = await thread.run(joinIds(ids, batch), batch.length);
          for (const [row, index] of batch.entries()) {
            vectors.set(rows.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions);
          }
        } finally {
          idle.push(thread);
        }
        done += batch.length;
        tokens += batch.length * (ids[batch[0] ?? 0]?.length ?? 0);
        onProgress?.({ done, of: texts.length, tokens });
      });
      return vectors;
    },
    async close() {
      isClosed = true;
      const threads = await starting?.catch(() => []);
      starting = undefined;
      await Promise.all((threads ?? []).map((thread) => thread.stop()));
    },
  };
}

async function startThreads(modelPath: string, count: number): Promise<SessionThread[]> {
  const starting = Array.from({ length: count }, () => startSessionThread(modelPath));
  const started = await Promise.allSettled(starting);
  const threads = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return threads;
  await Promise.all(threads.map((thread) => thread.stop()));
  throw failed.reason;
}

/** Indices of texts by batch: texts of one length together, the longest first. */
function batchesOf(ids: readonly Int32Array[]): number[][] {
  const byLength = new Map<number, number[]>();
  for (const [index, { length }] of ids.entries()) {
    const same = byLength.get(length);
    if (same) same.push(index);
    else byLength.set(length, [index]);
  }
  const batches: number[][] = [];
  for (const [length, indices] of [...byLength].sort(([a], [b]) => b - a)) {
    const size = Math.max(1, Math.floor(tokensPerBatch / length));
    for (let at = 0; at < indices.length; at += size) batches.push(indices.slice(at, at + size));
  }
  return batches;
}

function joinIds(ids: readonly Int32Array[], batch: readonly number[]): Int32Array {
  const length = ids[batch[0] ?? 0]?.length ?? 0;
  const joined = new Int32Array(batch.length * length);
  for (const [row, index] of batch.entries()) joined.set(ids[index] ?? [], row * length);
  return joined;
}
