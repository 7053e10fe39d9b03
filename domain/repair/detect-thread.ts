import { extname } from 'node:path';
import { ModelError, messageOf } from '../runtime/errors.ts';
import { runInThread } from '../runtime/task-thread.ts';
import type { Finding } from './finding.ts';
import type { TextTable } from './text-table.ts';

/** What the thread answers. */
export type DetectReply = { readonly findings: readonly Finding[] } | { readonly failure: string };

/**
 * Finds wrong cells in a thread of its own, so that heartbeats and other work go on; an abort ends it at once. The same
 * findings as `detectErrors` with its default seed.
 *
 * @throws ModelError STK-REPAIR-FAILED
 */
export function detectInThread(table: TextTable, signal: AbortSignal): Promise<readonly Finding[]> {
  return runInThread<DetectReply, readonly Finding[]>({
    script: new URL(`./detect-worker${extname(import.meta.url)}`, import.meta.url),
    request: table,
    signal,
    take(reply) {
      if ('failure' in reply) throw failed(reply.failure);
      return { result: reply.findings };
    },
    failed: (why) => failed(messageOf(why), why),
  });
}

function failed(why: string, cause?: unknown): ModelError {
  return new ModelError(`Looking for wrong cells failed: ${why}`, { code: 'STK-REPAIR-FAILED', cause });
}
