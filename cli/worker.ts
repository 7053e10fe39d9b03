import type { GlobalOptions } from './options.ts';
import { createOutput } from './output.ts';

/** `stocktake worker`: workers for this project until stopped, draining on Ctrl-C. */
export async function worker(options: { readonly queues?: string }, globals: GlobalOptions): Promise<number> {
  const { loadProject } = await import('../workers/load-config.ts');
  const project = await loadProject(globals, process.cwd());
  const { domainLogger, installRuntime, openLog } = await import('../workers/runtime.ts');
  const log = openLog(project.storeDir, 'file', process.env.STOCKTAKE_LOG ?? 'info');
  installRuntime(log);
  const { reachTemporal } = await import('../workers/connect.ts');
  const out = createOutput(globals.quiet ?? false);
  const temporal = await reachTemporal(project.storeDir, {
    log: domainLogger(log),
    env: process.env,
    note: out.note,
  });
  const { runWorkers } = await import('../workers/run-workers.ts');
  const workers = await runWorkers({
    project,
    temporal,
    log: domainLogger(log),
    graceSeconds: 60,
    ...(options.queues ? { queues: options.queues } : {}),
  });
  out.note(`Worker for ${project.config.project} polls ${temporal.address}; Ctrl-C drains and stops it`);
  const stop = (): void => void workers.stop().catch(() => undefined);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await workers.done;
  } finally {
    await temporal.release();
  }
  return 0;
}
