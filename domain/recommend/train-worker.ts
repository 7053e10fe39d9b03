import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, StocktakeError } from '../runtime/errors.ts';
import { compare, refit, train } from './train-task.ts';
import type { TrainReply, TrainRequest } from './train-thread.ts';

/** Main of a training thread: one task, whose progress and result it answers. */
function main(request: TrainRequest): void {
  try {
    reply({ result: work(request) });
  } catch (error) {
    const code = error instanceof StocktakeError ? error.code : undefined;
    reply({ failure: messageOf(error), ...(code ? { code } : {}) });
  }
}

function work(request: TrainRequest): Extract<TrainReply, { result: unknown }>['result'] {
  if (request.task === 'train') return train(request.input, (phrase) => reply({ phrase }));
  return request.task === 'refit' ? refit(request.input) : compare(request.input);
}

function reply(answer: TrainReply): void {
  parentPort?.postMessage(answer);
}

main(workerData as TrainRequest);
