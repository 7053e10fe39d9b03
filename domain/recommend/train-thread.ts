import { extname } from 'node:path';
import { ModelError, messageOf } from '../runtime/errors.ts';
import { runInThread } from '../runtime/task-thread.ts';
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

function inThread(
  request: TrainRequest,
  signal: AbortSignal,
  onProgress: (phrase: string) => void,
): Promise<unknown> {
  return runInThread<TrainReply, unknown>({
    script: new URL(`./train-worker${extname(import.meta.url)}`, import.meta.url),
    request,
    signal,
    take(reply) {
      if ('failure' in reply) throw failed(reply.failure, reply.code);
      if ('result' in reply) return { result: reply.result };
      onProgress(reply.phrase);
      return undefined;
    },
    failed: (why) => failed(messageOf(why), undefined, why),
  });
}

function failed(why: string, code = 'STK-TRAIN-FAILED', cause?: unknown): ModelError {
  return new ModelError(`Training failed: ${why}`, { code, cause });
}
