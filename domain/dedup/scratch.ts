import type { StageContext } from '../runtime/stage.ts';

/** Reports progress at once and again every second until the work ends; refuses to start when the run is cancelled. */
export async function withHeartbeat<Result>(
  context: StageContext,
  step: string,
  work: (progress: (fields: Readonly<Record<string, unknown>>) => void) => Promise<Result>,
): Promise<Result> {
  let last: Readonly<Record<string, unknown>> = { step };
  const progress = (fields: Readonly<Record<string, unknown>>): void => {
    context.signal.throwIfAborted();
    last = { step, ...fields };
    context.heartbeat(last);
  };
  progress({});
  const timer = setInterval(() => context.heartbeat(last), 1000);
  try {
    return await work(progress);
  } finally {
    clearInterval(timer);
  }
}
