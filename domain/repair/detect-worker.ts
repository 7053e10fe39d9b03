import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../runtime/errors.ts';
import { detectErrors } from './detect-errors.ts';
import type { DetectReply } from './detect-thread.ts';
import type { TextTable } from './text-table.ts';

/** Main of a detecting thread: one table, whose findings it answers. */
function main(): DetectReply {
  try {
    return { findings: detectErrors(workerData as TextTable) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

parentPort?.postMessage(main());
