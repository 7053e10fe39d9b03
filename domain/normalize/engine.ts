import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { withWorkspace } from '../warehouse/workspace.ts';

/** What a batch of slices is worked with. */
export interface Engine {
  readonly warehouse: Warehouse;
  /** Attempt-private folder of the store; what is not taken into the store goes away with it. */
  readonly dir: string;
  /** Runs work that may take long, with a heartbeat at once and then every second. */
  readonly beating: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Sets what heartbeats say from now on. */
  readonly progress: (fields: Readonly<Record<string, unknown>>) => void;
}

/**
 * Runs work with its own DuckDB and staging folder; both are gone afterwards, also on failure.
 *
 * At least two threads: DuckDB writes other row groups with one, and the same slice gives the same bytes anywhere.
 * Heartbeats are sent only while statements and files are worked on, so that a hang anywhere else is found.
 */
export async function withEngine<Result>(
  store: Store,
  context: StageContext,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const threaded = { ...context, threads: Math.max(2, context.threads) };
  return withWorkspace(store, threaded, ({ warehouse, dir }) => work(engineOf(context, warehouse, dir)));
}

function engineOf(context: StageContext, warehouse: Warehouse, dir: string): Engine {
  let fields: Readonly<Record<string, unknown>> = {};
  return {
    warehouse,
    dir,
    progress(next) {
      fields = next;
      context.heartbeat(fields);
    },
    async beating(work) {
      context.signal.throwIfAborted();
      context.heartbeat(fields);
      const timer = setInterval(() => context.heartbeat(fields), 1000);
      try {
        return await work();
      } finally {
        clearInterval(timer);
      }
    },
  };
}
