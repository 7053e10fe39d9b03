import type { Client } from '@temporalio/client';
import { CliError } from '../domain/runtime/errors.ts';
import { openStore, type Store } from '../domain/store/store.ts';
import { taskQueue } from '../schemas/task-queues.ts';
import type { Temporal } from '../workers/connect.ts';
import { loadProject, type Project } from '../workers/load-config.ts';
import type { RunningWorkers } from '../workers/start.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output } from './output.ts';

/** What a command that reads the store has. */
export interface Reading {
  readonly project: Project;
  readonly store: Store;
  readonly out: Output;
}

/** What a command that talks to Temporal has; `close` drains the workers it brought and lets go of the server. */
export interface Session extends Reading {
  readonly temporal: Temporal;
  readonly client: Client;
  /** Aborts when the person interrupts or the session closes. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Opens a project for reading: configuration and store, no server. */
export async function openReading(options: GlobalOptions): Promise<Reading> {
  const project = await loadProject(options, process.cwd());
  return { project, store: await openStore(project.storeDir), out: createOutput(options.quiet ?? false) };
}

/**
 * Opens a project and reaches Temporal, starting the embedded server where no address is given.
 *
 * With `worker: 'bring'` workers run in this process when nobody polls the queue; with `'need'` that is an error.
 *
 * @throws CliError STK-TEMPORAL-NO-WORKER (exit 3)
 */
export async function openSession(
  options: GlobalOptions,
  want: { readonly worker: 'bring' | 'need' | 'none'; readonly ports?: { grpc: number; ui: number } },
): Promise<Session> {
  const reading = await openReading(options);
  const { project } = reading;
  const { domainLogger, installRuntime, openLog } = await import('../workers/runtime.ts');
  const pino = openLog(project.storeDir, 'file', process.env.STOCKTAKE_LOG ?? 'info');
  const { reachTemporal } = await import('../workers/connect.ts');
  const temporal = await reachTemporal(project.storeDir, {
    log: domainLogger(pino),
    env: process.env,
    ...(want.ports ? { ports: want.ports } : {}),
    note: reading.out.note,
  });
  let workers: RunningWorkers | undefined;
  const controller = new AbortController();
  const close = async (): Promise<void> => {
    controller.abort();
    await workers?.stop();
    await temporal.release();
  };
  try {
    if (want.worker !== 'none' && !(await someonePolls(temporal, project))) {
      if (want.worker === 'need') throw noWorker(project);
      installRuntime(pino);
      const { runWorkers } = await import('../workers/run-workers.ts');
      workers = await runWorkers({ project, temporal, log: domainLogger(pino), graceSeconds: 60 });
      workers.done.catch(() => undefined);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...reading, temporal, client: temporal.client, signal: controller.signal, close };
}

/** Runs work in a session and always lets go of it; Ctrl-C closes it and ends with 130. */
export async function withSession(
  options: GlobalOptions,
  want: Parameters<typeof openSession>[1],
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const session = await openSession(options, want);
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
  });
  try {
    const code = await Promise.race([work(session), interrupted]);
    if (code === 130)
      session.out.note('Interrupted; what is done stays. Go on with: stocktake runs resume last');
    return code;
  } finally {
    await session.close();
  }
}

async function someonePolls(temporal: Temporal, project: Project): Promise<boolean> {
  const { hasPoller } = await import('../workers/namespace.ts');
  const queue = taskQueue(project.config.temporal.taskQueuePrefix, 'orchestrator');
  return hasPoller(temporal.client, temporal.namespace, queue);
}

function noWorker(project: Project): CliError {
  const queue = taskQueue(project.config.temporal.taskQueuePrefix, 'orchestrator');
  return new CliError(
    `Nobody polls the task queue ${queue}; start a worker with 'stocktake worker', or run without --no-wait`,
    { code: 'STK-TEMPORAL-NO-WORKER', exitCode: 3 },
  );
}
