import { parentPort, workerData } from 'node:worker_threads';
import { openGemm } from '../math/gemm.ts';
import { messageOf } from '../runtime/errors.ts';
import { labelItems } from './label-items.ts';
import { labelReviews } from './label-reviews.ts';
import type { LabelOutcome } from './label-things.ts';
import type { LabelReply, LabelRequest, PlainOutcome } from './label-thread.ts';

/** Least milliseconds between two signs of life. */
const stepMs = 500;

/** Main of a labelling thread: one task, whose steps and outcome it answers. One thread inside, so that equal inputs give equal bits. */
async function main(request: LabelRequest): Promise<void> {
  const gemm = await openGemm(1);
  let last = 0;
  const onStep = (): void => {
    if (performance.now() - last < stepMs) return;
    last = performance.now();
    reply({ step: last });
  };
  const context = { gemm, seed: request.seed, onStep };
  const outcome =
    request.task === 'items'
      ? await labelItems(request.things, request.vectors, context)
      : await labelReviews(request.things, request.vectors, context);
  await gemm.close();
  reply({ outcome: plain(outcome) });
}

function plain(outcome: LabelOutcome): PlainOutcome {
  if (outcome.kind === 'skipped') return outcome;
  const { model, ...rest } = outcome;
  return { ...rest, recipe: model.recipe, model: model.toTensors() };
}

function reply(answer: LabelReply): void {
  parentPort?.postMessage(answer);
}

main(workerData as LabelRequest).catch((error: unknown) => reply({ failure: messageOf(error) }));
