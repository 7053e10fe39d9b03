import { extname } from 'node:path';
import { ModelError, messageOf } from '../runtime/errors.ts';
import { runInThread } from '../runtime/task-thread.ts';
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
export function gatherInThread(request: GatherRequest): Promise<Gathered> {
  return runInThread<GatherReply, Gathered>({
    script: new URL(`./gather-worker${extname(import.meta.url)}`, import.meta.url),
    request,
    take(reply) {
      if ('gathered' in reply) return { result: reply.gathered };
      throw new ModelError(reply.failure, { code: reply.code });
    },
    failed: (why) => failed(messageOf(why), why),
  });
}

function failed(why: string, cause?: unknown): ModelError {
  return new ModelError(`The model cannot be loaded: ${why}`, { code: 'STK-SERVE-LOAD', cause });
}
