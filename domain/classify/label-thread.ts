import { extname } from 'node:path';
import type { DenseMatrix } from '../math/sparse.ts';
import { ModelError, messageOf } from '../runtime/errors.ts';
import { runInThread } from '../runtime/task-thread.ts';
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
export function labelInThread(
  request: LabelRequest,
  signal: AbortSignal,
  onStep: () => void,
): Promise<PlainOutcome> {
  return runInThread<LabelReply, PlainOutcome>({
    script: new URL(`./label-worker${extname(import.meta.url)}`, import.meta.url),
    request,
    signal,
    take(reply) {
      if ('failure' in reply) throw failed(request.task, reply.failure);
      if ('outcome' in reply) return { result: reply.outcome };
      onStep();
      return undefined;
    },
    failed: (why) => failed(request.task, messageOf(why), why),
  });
}

function failed(task: string, why: string, cause?: unknown): ModelError {
  return new ModelError(`Labelling ${task} failed: ${why}`, { code: 'STK-LABEL-FAILED', cause });
}
