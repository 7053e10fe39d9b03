import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { systemErrorCode } from '../runtime/errors.ts';
import { fileRefusal, isFileRefusal } from './reject-log.ts';
import { zstdFrames } from './zstd-frames.ts';

/** What one compressed file may still expand to; all members of an archive draw on one budget. */
export interface ExpansionBudget {
  /** @throws SourceError STK-COLLECT-BOMB when the bytes or their ratio to the compressed size are used up */
  spend(bytes: number): void;
}

/** Below this many bytes no ratio makes a bomb: a few kilobytes of blanks shrink a thousandfold. */
const harmlessBytes = 1 << 20;

/** A budget of bytes and of the ratio to `compressedBytes`. */
export function createBudget(
  compressedBytes: number,
  limits: { readonly expandedBytes: number; readonly expandedRatio: number },
): ExpansionBudget {
  let spent = 0;
  return {
    spend(bytes) {
      spent += bytes;
      const most = Math.max(harmlessBytes, compressedBytes * limits.expandedRatio);
      if (spent <= Math.min(limits.expandedBytes, most)) return;
      const [received, allowed] =
        spent > limits.expandedBytes
          ? [`more than ${limits.expandedBytes} bytes`, 'limits.expandedBytes']
          : [`more than ${limits.expandedRatio} times its ${compressedBytes} bytes`, 'limits.expandedRatio'];
      throw fileRefusal('STK-COLLECT-BOMB', `expands to ${received}, which ${allowed} allows at most`);
    },
  };
}

/**
 * Expands a gzip file (also of several members) into another file within a budget.
 *
 * @throws SourceError STK-COLLECT-TRUNCATED, STK-COLLECT-DAMAGED, STK-COLLECT-BOMB; nothing of the file is used then
 */
export async function gunzipFile(path: string, target: string, budget: ExpansionBudget): Promise<void> {
  try {
    await expandStream(createReadStream(path).pipe(createGunzip()), target, budget);
  } catch (error) {
    if (isFileRefusal(error)) throw error;
    const code = systemErrorCode(error);
    if (code === 'Z_BUF_ERROR') {
      throw fileRefusal(
        'STK-COLLECT-TRUNCATED',
        'the gzip data ends too early; deliver the whole file',
        error,
      );
    }
    if (code?.startsWith('Z_')) {
      throw fileRefusal('STK-COLLECT-DAMAGED', `the gzip data is damaged (${code})`, error);
    }
    throw error;
  }
}

/**
 * Expands a zstd file, all of its frames, into another file within a budget.
 *
 * @throws SourceError as `gunzipFile`
 */
export async function unzstdFile(path: string, target: string, budget: ExpansionBudget): Promise<void> {
  const frames = zstdFrames(path);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (const { start, end } of frames) {
      yield* createReadStream(path, { start, end: end - 1 }).pipe(createZstdDecompress());
    }
  }
  try {
    await expandStream(Readable.from(pieces()), target, budget);
  } catch (error) {
    const code = systemErrorCode(error);
    if (isFileRefusal(error) || !(code?.startsWith('ZSTD_') || code?.startsWith('Z_'))) throw error;
    throw fileRefusal('STK-COLLECT-DAMAGED', `the zstd data is damaged (${code})`, error);
  }
}

/** Writes a stream to a file, drawing on a budget; `onBytes` sees every piece. */
export async function expandStream(
  stream: Readable,
  target: string,
  budget: ExpansionBudget,
  onBytes: (bytes: Buffer) => void = () => undefined,
): Promise<void> {
  const meter = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      try {
        budget.spend(bytes.length);
        onBytes(bytes);
        done(null, bytes);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  await pipeline(stream, meter, createWriteStream(target));
}
