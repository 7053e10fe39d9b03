import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PlatformError } from '../runtime/errors.ts';
import { networkReason } from '../runtime/network-reason.ts';
import { megabytes, type ProgressTask } from './progress.ts';

/** Time limits and progress of a download. */
export interface DownloadOptions {
  /** Until the answer's headers have arrived. Default 5 000. */
  readonly connectTimeoutMs?: number;
  /** Longest silence in the body. Default 30 000. */
  readonly stallTimeoutMs?: number;
  readonly task?: ProgressTask;
}

/**
 * Fetches a URL into a file and returns its sha256 and size.
 *
 * @throws PlatformError STK-SETUP-DOWNLOAD with the reason in a few words: no such host, no answer, HTTP status, stall
 */
export async function download(
  url: string,
  target: string,
  options: DownloadOptions = {},
): Promise<{ sha256: string; bytes: number }> {
  const { connectTimeoutMs = 5_000, stallTimeoutMs = 30_000, task } = options;
  const abort = new AbortController();
  let waitingFor = `no answer within ${seconds(connectTimeoutMs)}`;
  let timer = setTimeout(() => abort.abort(), connectTimeoutMs);
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), stallTimeoutMs);
  };
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    waitingFor = `nothing came for ${seconds(stallTimeoutMs)}`;
    watch();
    // A transfer encoding makes the body longer than the length says.
    const encoded = response.headers.has('content-encoding');
    const total = encoded ? undefined : Number(response.headers.get('content-length')) || undefined;
    return await save(response.body, target, total, watch, task);
  } catch (cause) {
    const why = abort.signal.aborted ? waitingFor : networkReason(cause);
    throw new PlatformError(`${url}: ${why}`, { code: 'STK-SETUP-DOWNLOAD', details: { url }, cause });
  } finally {
    clearTimeout(timer);
  }
}

async function save(
  body: ReadableStream<Uint8Array>,
  target: string,
  total: number | undefined,
  onBytes: () => void,
  task: ProgressTask | undefined,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes();
      const text = total ? `${megabytes(bytes)} of ${megabytes(total)}` : megabytes(bytes);
      task?.update({ done: bytes, total, text });
      yield chunk;
    }
  };
  await pipeline(Readable.fromWeb(body), counted, createWriteStream(target));
  if (total !== undefined && bytes !== total) throw new Error(`${bytes} of ${total} bytes came`);
  return { sha256: hash.digest('hex'), bytes };
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
