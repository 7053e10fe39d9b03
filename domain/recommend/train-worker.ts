import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, StocktakeError } from '../runtime/errors.ts';
import { compare, train } from './train-task.ts';
import type { TrainReply, TrainRequest } from './train-thread.ts';

/** Main of a training thread: one task, whose progress and result it answers. */
function main(request: TrainRequest): void {
  try {
    const result =
      request.task === 'train' ? train(request.input, (phrase) => reply({ phrase })) : compare(request.input);
    reply({ result });
  } catch (error) {
    const code = error instanceof StocktakeError ? error.code : undefined;
    reply({ failure: messageOf(error), ...(code ? { code } : {}) });
  }
}

function reply(answer: TrainReply): void {
  parentPort?.postMessage(answer);
}

main(workerData as TrainRequest);
