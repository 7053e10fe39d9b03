import { PlatformError, systemErrorCode } from '../domain/runtime/errors.ts';
import type { Logger } from '../domain/runtime/logger.ts';
import type { FeedbackStore } from '../domain/serve/feedback-store.ts';
import { createHotSwitch, type ServingTarget } from '../domain/serve/hot-switch.ts';
import { openOnlineStore } from '../domain/serve/online-store.ts';
import { positiveFeedback } from '../domain/serve/positive-feedback.ts';
import { onlinePath } from '../domain/store/online-file.ts';
import { openStore } from '../domain/store/store.ts';
import { createApi } from '../web/api/server.ts';
import type { Project } from './load-config.ts';
import { servingTarget } from './load-served-model.ts';
import { codeVersion } from './version.ts';

/** How to serve a project. */
export interface ServeOptions {
  readonly project: Pick<Project, 'storeDir'>;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Logger;
  readonly apiKey?: string;
  /** Feedback expressions that count as liking; none = all feedback. */
  readonly positive?: readonly string[];
  /** How often the store is looked at for a new champion. Default 1 s. */
  readonly watchMs?: number;
  /** Default: the champion of the project's store. */
  readonly target?: () => Promise<ServingTarget | undefined>;
}

/** An API that answers. */
export interface Serving {
  /** `http://host:port` */
  readonly address: string;
  /** Version in service; undefined while none serves. */
  readonly version: () => string | undefined;
  /** Takes no new requests, lets those in progress end, closes the online store. */
  close(): Promise<void>;
}

/**
 * Serves recommendations and takes feedback until closed; the champion is looked for before the first request.
 *
 * @throws PlatformError STK-SERVE-PORT when the port is taken or refused
 */
export async function startServing(options: ServeOptions): Promise<Serving> {
  const { project, log } = options;
  const store = await openStore(project.storeDir);
  const feedback = openFeedback(project.storeDir);
  const hot = createHotSwitch({
    target: options.target ?? servingTarget({ store }),
    log,
    clock: () => performance.now(),
  });
  const api = await createApi({
    deps: {
      feedback,
      model: hot.current,
      isPositive: positiveFeedback(options.positive ?? []),
      now: () => new Date(),
    },
    log,
    version: codeVersion(),
    ...(options.apiKey ? { apiKey: options.apiKey } : {}),
  });
  const close = async (): Promise<void> => {
    await api.close();
    await hot.close();
    await feedback.close();
  };
  try {
    await hot.check();
    const address = await api.listen({ host: options.host, port: options.port });
    hot.watch(options.watchMs ?? 1000);
    log.info('api serves', { address, version: hot.current()?.version ?? '' });
    return { address, version: () => hot.current()?.version, close };
  } catch (error) {
    await close();
    throw portTaken(error, options);
  }
}

/** Opens a project's online store: feedback, users and items that came by HTTP. */
export function openFeedback(storeDir: string): FeedbackStore {
  return openOnlineStore({ path: onlinePath(storeDir), now: () => new Date() });
}

function portTaken(error: unknown, { host, port }: ServeOptions): unknown {
  const code = systemErrorCode(error);
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error;
  return new PlatformError(
    `Cannot listen on ${host}:${port} (${code}); free it or name another with --port`,
    {
      code: 'STK-SERVE-PORT',
      retryable: false,
      details: { host, port },
      cause: error,
    },
  );
}
