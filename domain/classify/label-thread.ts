import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DenseMatrix } from '../math/sparse.ts';
import { ModelError, messageOf } from '../runtime/errors.ts';
import type { ModelTensors } from './classifier.ts';
import type { ItemText } from './label-items.ts';
import type { ReviewText } from './label-reviews.ts';
import type { LabelOutcome } from './label-things.ts';

/** What a labelling thread is given. Row r of the vectors belongs to thing r. */
export type LabelRequest =
  | {
      readonly task: 'items';
      readonly things: readonly ItemText[];
      readonly vectors: DenseMatrix | undefined;
      readonly seed: number;
    }
  | {
      readonly task: 'reviews';
      readonly things: readonly ReviewText[];
      readonly vectors: DenseMatrix | undefined;
      readonly seed: number;
    };

type Trained = Extract<LabelOutcome, { kind: 'trained' }>;

/** An outcome as plain data: the model as its tensors. */
export type PlainOutcome =
  | Extract<LabelOutcome, { kind: 'skipped' }>
  | (Omit<Trained, 'model'> & { readonly recipe: string; readonly model: ModelTensors });

/** What the thread answers. */
export type LabelReply =
  | { readonly step: number }
  | { readonly outcome: PlainOutcome }
  | { readonly failure: string };

/**
 * Labels things in a thread of its own, so that heartbeats and other work go on; an abort ends it at once.
 *
 * @throws ModelError STK-LABEL-FAILED
 */
export async function labelInThread(
  request: LabelRequest,
  signal: AbortSignal,
  onStep: () => void,
): Promise<PlainOutcome> {
  signal.throwIfAborted();
  const script = new URL(`./label-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { workerData: request });
  const end = (): void => void worker.terminate();
  signal.addEventListener('abort', end);
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (reply: LabelReply) => {
        if ('step' in reply) onStep();
        else if ('failure' in reply) reject(failed(request.task, reply.failure));
        else resolve(reply.outcome);
      });
      worker.once('error', (cause) => reject(failed(request.task, messageOf(cause), cause)));
      worker.once('exit', (code) =>
        reject(signal.aborted ? signal.reason : failed(request.task, `its thread ended with code ${code}`)),
      );
    });
  } finally {
    signal.removeEventListener('abort', end);
    await worker.terminate();
  }
}

function failed(task: string, why: string, cause?: unknown): ModelError {
  return new ModelError(`Labelling ${task} failed: ${why}`, { code: 'STK-LABEL-FAILED', cause });
}
