import { messageOf, StocktakeError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ServedModel } from './served-model.ts';
import { smokeTest } from './smoke.ts';

/** What ought to serve now, as the store's current snapshot says. */
export interface ServingTarget {
  readonly version: string;
  /** Changes whenever the model or what it offers changes. */
  readonly key: string;
  /** Checks the files' sha256 and makes the model. */
  readonly load: () => Promise<ServedModel>;
}

/** What a switch works with. */
export interface HotSwitchOptions {
  /** Undefined while the store has no champion. */
  readonly target: () => Promise<ServingTarget | undefined>;
  readonly log: Logger;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** A target that failed is tried again after this. Default 30 s. */
  readonly retryMs?: number;
}

/** How a look at the store ended. */
export type SwitchOutcome = 'no-champion' | 'unchanged' | 'switched' | 'failed';

/**
 * Holds the model in service and changes it when the champion changes.
 *
 * A new model is loaded, checked and asked a smoke request before it takes over; until then, and when any of it fails, the old one
 * answers. The change is one assignment: a request that began on the old model ends on it.
 */
export interface HotSwitch {
  /** The model in service; undefined until the first one has been loaded. */
  current(): ServedModel | undefined;
  /** Looks at the store once; looks do not overlap. Never throws: failures are logged with their code. */
  check(): Promise<SwitchOutcome>;
  /** Looks every so many milliseconds until closed. */
  watch(intervalMs: number): void;
  /** Stops looking and waits for a look in progress. */
  close(): Promise<void>;
}

/** Makes a switch; nothing serves before the first look. */
export function createHotSwitch(options: HotSwitchOptions): HotSwitch {
  const retryMs = options.retryMs ?? 30_000;
  let serving: { readonly key: string; readonly model: ServedModel } | undefined;
  let failed: { readonly key: string; readonly at: number } | undefined;
  let looking: Promise<SwitchOutcome> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<SwitchOutcome> => {
    let target: ServingTarget | undefined;
    try {
      target = await options.target();
      if (!target) return 'no-champion';
      if (target.key === serving?.key) return 'unchanged';
      if (target.key === failed?.key && options.clock() - failed.at < retryMs) return 'failed';
      const started = options.clock();
      const model = await target.load();
      await smokeTest(model);
      const before = serving?.model.version ?? '';
      serving = { key: target.key, model };
      failed = undefined;
      const ms = Math.round(options.clock() - started);
      options.log.info('model switched', { from: before, to: model.version, items: model.items, ms });
      return 'switched';
    } catch (error) {
      if (target) failed = { key: target.key, at: options.clock() };
      options.log.error('model not switched', {
        version: target?.version ?? '',
        serving: serving?.model.version ?? '',
        code: error instanceof StocktakeError ? error.code : 'STK-SERVE-LOAD',
        error: messageOf(error),
      });
      return 'failed';
    }
  };

  const hotSwitch: HotSwitch = {
    current: () => serving?.model,
    check() {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    watch(intervalMs) {
      timer = setInterval(() => void hotSwitch.check(), intervalMs);
    },
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
  return hotSwitch;
}
