import { PlatformError } from './errors.ts';

/** Where a failpoint sits: before the work, in its middle, or after the effect and before the report. */
export type FailpointPlace = 'before' | 'mid' | 'after-effect';

/** Called by stage code at its named places; does nothing unless a fault is asked for. */
export type Failpoint = (place: FailpointPlace) => Promise<void>;

/**
 * Reads `<activity>:<before|mid|after-effect>:<kill|throw|hang|enospc|eio>` and returns what injects that fault.
 *
 * `onlyOnce` (a function that returns true for the first caller, over process restarts) makes the retry succeed.
 * Source: fail points as in FreeBSD and TiKV.
 */
export function createFailpoint(
  spec: string | undefined,
  activity: string,
  onlyOnce: () => Promise<boolean>,
): Failpoint {
  const [target, place, fault] = (spec ?? '').split(':');
  if (target !== activity) return async () => undefined;
  return async (at) => {
    if (at !== place || !(await onlyOnce())) return;
    await inject(fault ?? '', activity);
  };
}

async function inject(fault: string, activity: string): Promise<void> {
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL');
  if (fault === 'hang') await new Promise<never>(() => undefined);
  const errno = fault === 'enospc' ? 'ENOSPC' : fault === 'eio' ? 'EIO' : undefined;
  throw new PlatformError(`Injected fault ${fault} in ${activity}; unset STOCKTAKE_FAILPOINT`, {
    code: 'STK-FAILPOINT',
    cause: errno ? Object.assign(new Error(errno), { code: errno }) : undefined,
  });
}
