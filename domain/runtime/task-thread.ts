import { Worker } from 'node:worker_threads';

/** One task for a thread of its own. */
export interface ThreadTask<Reply, Result> {
  /** Main module of the thread; it finds `request` in its workerData. */
  readonly script: URL;
  readonly request: unknown;
  /** Ends the thread at once. */
  readonly signal?: AbortSignal;
  /** Takes a message: the result it brings, or undefined for progress. What it throws ends the task. */
  readonly take: (reply: Reply) => { readonly result: Result } | undefined;
  /** Makes the error of a thread that broke or ended without a result. */
  readonly failed: (why: unknown) => Error;
}

/** Works a task in a thread, so that heartbeats and other work go on; the thread is gone afterwards, also on failure. */
export async function runInThread<Reply, Result>(task: ThreadTask<Reply, Result>): Promise<Result> {
  const { script, request, signal, take, failed } = task;
  signal?.throwIfAborted();
  const worker = new Worker(script, { workerData: request });
  const end = (): void => void worker.terminate();
  signal?.addEventListener('abort', end);
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (reply: Reply) => {
        try {
          const taken = take(reply);
          if (taken) resolve(taken.result);
        } catch (error) {
          reject(error);
        }
      });
      worker.once('error', (cause) => reject(failed(cause)));
      worker.once('exit', (code) =>
        reject(signal?.aborted ? signal.reason : failed(`its thread ended with code ${code}`)),
      );
    });
  } finally {
    signal?.removeEventListener('abort', end);
    await worker.terminate();
  }
}
