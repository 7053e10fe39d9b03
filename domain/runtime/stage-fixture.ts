import { silentLogger } from './logger.ts';
import type { StageContext } from './stage.ts';

/** A stage context for tests; give what matters. */
export function stageContext(given: Partial<StageContext> = {}): StageContext {
  return {
    log: silentLogger,
    heartbeat: () => undefined,
    signal: new AbortController().signal,
    threads: 2,
    memoryMb: 1024,
    force: false,
    failpoint: async () => undefined,
    ...given,
  };
}
