import { PlatformError } from './errors.ts';

/** Where a failpoint sits: before the work, in its middle, or after the effect and before the report. */
export type FailpointPlace = 'before' | 'mid' | 'after-effect';

/** Called by stage code at its named places; does nothing unless a fault is asked for. */
export type Failpoint = (place: FailpointPlace) => Promise<void>;

/**
 * Reads a comma-separated list of `<activity>:<before|mid|after-effect>:<kill|throw|hang|enospc|eio>` and returns what
 * injects those faults.
 *
 * `onlyOnce` (true for the first caller with a fault's text, over process restarts) makes the retry succeed.
 * Source: fail points as in FreeBSD and TiKV.
 */
export function createFailpoint(
  specs: string | undefined,
  activity: string,
  onlyOnce: (spec: string) => Promise<boolean>,
): Failpoint {
  const mine = (specs ?? '').split(',').filter((spec) => spec.startsWith(`${activity}:`));
  if (mine.length === 0) return async () => undefined;
  return async (at) => {
    for (const spec of mine) {
      const [, place, fault] = spec.split(':');
      if (at === place && (await onlyOnce(spec))) await inject(fault ?? '', activity);
    }
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
