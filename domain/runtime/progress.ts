import type { StageContext } from '../runtime/stage.ts';

/** Reports what is being done now; without fields, that it still goes on. With fields it refuses to go on once the run is cancelled. */
export type Progress = (fields?: Readonly<Record<string, unknown>>) => void;

/**
 * Lends work a way to report its progress under its step's name.
 *
 * No timer of its own: what does nothing must fall silent, so that the server finds a hang.
 */
export async function withProgress<Result>(
  context: StageContext,
  step: string,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  let last: Readonly<Record<string, unknown>> = { step };
  const progress: Progress = (fields) => {
    if (fields) {
      context.signal.throwIfAborted();
      last = { step, ...fields };
    }
    context.heartbeat(last);
  };
  progress({});
  return work(progress);
}
