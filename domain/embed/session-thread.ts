import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ModelError, messageOf } from '../runtime/errors.ts';

/** A thread with a one-thread ONNX Runtime session of an encoder. */
export interface SessionThread {
  /**
   * Vectors of texts of equal length; `ids` are their token ids one after the other. Calls wait for each other.
   *
   * @throws ModelError STK-ENCODER-SESSION
   */
  run(ids: Int32Array, texts: number): Promise<Float32Array>;
  /** Whether the thread has gone, so that it runs nothing any more. */
  isGone(): boolean;
  stop(): Promise<void>;
}

/** What the thread is sent. */
export interface SessionRequest {
  readonly ids: Int32Array;
  readonly texts: number;
}

/** What the thread answers: that it is ready, vectors, or a failure. */
export type SessionReply =
  | { readonly ready: true }
  | { readonly vectors: Float32Array }
  | { readonly failure: string };

/**
 * Starts a thread and waits until its session is ready. ONNX Runtime computes in the thread that calls it, so the
 * caller's stays free.
 *
 * @throws ModelError STK-ENCODER-SESSION when the model cannot be loaded
 */
export async function startSessionThread(modelPath: string): Promise<SessionThread> {
  const script = new URL(`./session-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { workerData: { modelPath } });
  worker.unref();
  let waiting: { resolve(reply: SessionReply): void; reject(error: Error): void } | undefined;
  let ended: ModelError | undefined;
  const settle = (act: (one: NonNullable<typeof waiting>) => void): void => {
    const one = waiting;
    waiting = undefined;
    if (one) act(one);
  };
  worker.on('message', (reply: SessionReply) => settle(({ resolve }) => resolve(reply)));
  const end = (error: ModelError): void => {
    ended ??= error;
    settle(({ reject }) => reject(error));
  };
  worker.on('error', (cause) => end(broken(messageOf(cause), cause)));
  worker.on('exit', (code) => end(broken(`its thread ended with code ${code}`)));
  const reply = async (begin?: () => void): Promise<SessionReply> => {
    if (ended) throw ended;
    worker.ref();
    try {
      const answer = await new Promise<SessionReply>((resolve, reject) => {
        waiting = { resolve, reject };
        begin?.();
      });
      if ('failure' in answer) throw broken(answer.failure);
      return answer;
    } finally {
      worker.unref();
    }
  };
  await reply();
  const compute = async (ids: Int32Array, texts: number): Promise<Float32Array> => {
    const request: SessionRequest = { ids, texts };
    const answer = await reply(() => worker.postMessage(request, [ids.buffer as ArrayBuffer]));
    if ('vectors' in answer) return answer.vectors;
    throw broken('its thread gave no vectors');
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(ids, texts) {
      const next = last.then(() => compute(ids, texts));
      last = next.catch(() => undefined);
      return next;
    },
    isGone: () => ended !== undefined,
    async stop() {
      await worker.terminate();
    },
  };
}

function broken(why: string, cause?: unknown): ModelError {
  return new ModelError(
    `The encoder cannot run: ${why}. 'stocktake doctor' tells whether ONNX Runtime loads here`,
    {
      code: 'STK-ENCODER-SESSION',
      cause,
    },
  );
}
