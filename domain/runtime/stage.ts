import type { Failpoint } from './failpoint.ts';
import type { Logger } from './logger.ts';

/**
 * What every stage function receives beside its input: the effects it may have, all injected.
 *
 * Activities build it from Temporal's context, tests by hand.
 */
export interface StageContext {
  readonly log: Logger;
  /** Reports progress; called at least every few seconds while anything computes. Small JSON only. */
  readonly heartbeat: (progress: Readonly<Record<string, unknown>>) => void;
  /** Aborted when the run is cancelled or the attempt is over: stop within 5 s. */
  readonly signal: AbortSignal;
  /** DuckDB threads; results are equal at any number. */
  readonly threads: number;
  /** DuckDB memory limit in MB. */
  readonly memoryMb: number;
  /** Recompute even where a finished manifest exists. */
  readonly force: boolean;
  readonly failpoint: Failpoint;
}
