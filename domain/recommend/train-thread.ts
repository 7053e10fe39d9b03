import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ModelError, messageOf } from '../runtime/errors.ts';
import type { ModelFiles } from './model-file.ts';
import type { NotEvaluated } from './time-split.ts';
import type { CompareInput, Comparison, RefitInput, Trained, TrainInput } from './train-task.ts';

/** What a thread is given. */
export type TrainRequest =
  | { readonly task: 'train'; readonly input: TrainInput }
  | { readonly task: 'refit'; readonly input: RefitInput }
  | { readonly task: 'compare'; readonly input: CompareInput };

/** What it answers. */
export type TrainReply =
  | { readonly phrase: string }
  | { readonly result: Trained | NotEvaluated | ModelFiles | Comparison | undefined }
  | { readonly failure: string; readonly code?: string };

/** Trains in a thread, so that heartbeats and other work go on; an abort ends it at once. */
export function trainInThread(
  input: TrainInput,
  signal: AbortSignal,
  onProgress: (phrase: string) => void,
): Promise<Trained | NotEvaluated> {
  return inThread({ task: 'train', input }, signal, onProgress) as Promise<Trained | NotEvaluated>;
}

/** Teaches a recipe again in a thread; see `refit`. */
export function refitInThread(input: RefitInput, signal: AbortSignal): Promise<ModelFiles> {
  return inThread({ task: 'refit', input }, signal, () => undefined) as Promise<ModelFiles>;
}

/** Compares in a thread; see `compare`. */
export function compareInThread(input: CompareInput, signal: AbortSignal): Promise<Comparison | undefined> {
  return inThread({ task: 'compare', input }, signal, () => undefined) as Promise<Comparison | undefined>;
}

async function inThread(
  request: TrainRequest,
  signal: AbortSignal,
  onProgress: (phrase: string) => void,
): Promise<unknown> {
  signal.throwIfAborted();
  const script = new URL(`./train-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { workerData: request });
  const end = (): void => void worker.terminate();
  signal.addEventListener('abort', end);
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (reply: TrainReply) => {
        if ('phrase' in reply) onProgress(reply.phrase);
        else if ('failure' in reply) reject(failed(reply.failure, reply.code));
        else resolve(reply.result);
      });
      worker.once('error', (cause) => reject(failed(messageOf(cause), undefined, cause)));
      worker.once('exit', (code) =>
        reject(signal.aborted ? signal.reason : failed(`its thread ended with code ${code}`)),
      );
    });
  } finally {
    signal.removeEventListener('abort', end);
    await worker.terminate();
  }
}

function failed(why: string, code = 'STK-TRAIN-FAILED', cause?: unknown): ModelError {
  return new ModelError(`Training failed: ${why}`, { code, cause });
}
