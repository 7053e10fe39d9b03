import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ModelError, messageOf } from '../runtime/errors.ts';
import type { Gathered, GatherRequest } from './gather.ts';

/** What a gathering thread answers. */
export type GatherReply =
  | { readonly gathered: Gathered }
  | { readonly failure: string; readonly code: string };

/**
 * Gathers in a thread of its own, so that requests are answered meanwhile.
 *
 * @throws ModelError with the code of what failed, or STK-SERVE-LOAD
 */
export async function gatherInThread(request: GatherRequest): Promise<Gathered> {
  const script = new URL(`./gather-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { workerData: request });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', (reply: GatherReply) => {
        if ('gathered' in reply) resolve(reply.gathered);
        else reject(new ModelError(reply.failure, { code: reply.code }));
      });
      worker.once('error', (cause) => reject(failed(messageOf(cause), cause)));
      worker.once('exit', (code) => reject(failed(`its thread ended with code ${code}`)));
    });
  } finally {
    await worker.terminate();
  }
}

function failed(why: string, cause?: unknown): ModelError {
  return new ModelError(`The model cannot be loaded: ${why}`, { code: 'STK-SERVE-LOAD', cause });
}
