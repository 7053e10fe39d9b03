import { SourceError } from '../runtime/errors.ts';
import type { Job } from './jobs.ts';
import { createParseWorker, type JobOutcome, type ParseWorker, type WorkerOptions } from './parse-worker.ts';

/** Limited children that work jobs side by side, in the order they were asked for. */
export interface ParsePool {
  /** Never rejects because of a file. @throws SourceError STK-COLLECT-CANCELLED after an abort */
  run<J extends Job>(job: J): Promise<JobOutcome<J>>;
  /** Parks idle children on the shelf, where there is one; ends the others and waits until they are gone. */
  close(): Promise<void>;
}

/** What a pool needs. */
export interface PoolOptions extends WorkerOptions {
  readonly children: number;
  /** Ends the children at once. */
  readonly signal: AbortSignal;
}

/** Makes a pool of workers. */
export function createParsePool(options: PoolOptions): ParsePool {
  const workers = Array.from({ length: options.children }, () => createParseWorker(options));
  const idle: ParseWorker[] = [...workers];
  const waiting: ((worker: ParseWorker) => void)[] = [];
  const stopAll = (): Promise<unknown> => Promise.all(workers.map((worker) => worker.stop()));
  const abort = (): void => void stopAll();
  options.signal.addEventListener('abort', abort);
  if (options.signal.aborted) abort();

  return {
    async run<J extends Job>(job: J) {
      const worker = idle.shift() ?? (await new Promise<ParseWorker>((resolve) => waiting.push(resolve)));
      const outcome = await worker.run(job);
      const next = waiting.shift();
      if (next) next(worker);
      else idle.push(worker);
      if (!options.signal.aborted) return outcome;
      throw new SourceError(
        'Collecting was cancelled; it goes on from what is committed when it is run again',
        {
          code: 'STK-COLLECT-CANCELLED',
          retryable: true,
          cause: options.signal.reason,
        },
      );
    },
    async close() {
      options.signal.removeEventListener('abort', abort);
      await Promise.all(workers.map((worker) => worker.release()));
    },
  };
}
