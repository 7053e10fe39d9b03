import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import pino, { type Logger as Pino } from 'pino';
import type { Logger } from '../domain/runtime/logger.ts';

/** Opens the JSON log of a store: `<store>/logs/stocktake.log`, or standard error for a process of its own. */
export function openLog(storeDir: string, to: 'file' | 'stderr', level: string): Pino {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (to === 'stderr') return pino(options, pino.destination(2));
  mkdirSync(join(storeDir, 'logs'), { recursive: true });
  return pino(options, pino.destination({ dest: join(storeDir, 'logs', 'stocktake.log'), sync: true }));
}

/** The logger domain code takes, on pino. */
export function domainLogger(log: Pino): Logger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}

/**
 * Installs the Temporal runtime once per process: its own, workflow and activity logs arrive in pino.
 *
 * Signals are the main's: it drains workers first, then lets go of the server.
 */
export function installRuntime(log: Pino): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const fields = Object.fromEntries(Object.entries(meta ?? {}).filter(([key]) => key !== 'sdkComponent'));
      log[pinoLevel(level)](fields, message);
    }),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'WARN' }, forward: {} } },
    shutdownSignals: [],
  });
}

function pinoLevel(level: string): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  const known = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  return known[level as keyof typeof known] ?? 'info';
}
