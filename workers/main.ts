import { parseArgs } from 'node:util';
import { messageOf, StocktakeError } from '../domain/runtime/errors.ts';
import { reachTemporal } from './connect.ts';
import { loadProject } from './load-config.ts';
import { domainLogger, installRuntime, openLog } from './runtime.ts';

/** A worker process: `node workers/main.ts [--queues=io,duckdb] [--config F] [--store D] [--input D] [--log=file]`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      queues: { type: 'string' },
      config: { type: 'string' },
      store: { type: 'string' },
      input: { type: 'string' },
      log: { type: 'string', default: 'stderr' },
      grace: { type: 'string', default: '60' },
    },
  });
  const project = await loadProject(values, process.cwd());
  const log = openLog(
    project.storeDir,
    values.log === 'file' ? 'file' : 'stderr',
    process.env.STOCKTAKE_LOG ?? 'info',
  );
  installRuntime(log);
  const temporal = await reachTemporal(project.storeDir, { log: domainLogger(log), env: process.env });
  const { runWorkers } = await import('./run-workers.ts');
  const workers = await runWorkers({
    project,
    temporal,
    log: domainLogger(log),
    graceSeconds: Number(values.grace),
    ...(values.queues ? { queues: values.queues } : {}),
  });
  log.info({ address: temporal.address, prefix: project.config.temporal.taskQueuePrefix }, 'worker started');
  const stop = (): void => void workers.stop().catch(() => undefined);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await workers.done;
  } finally {
    await temporal.release();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    const code = error instanceof StocktakeError ? `${error.code}: ` : '';
    process.stderr.write(`${code}${messageOf(error)}\n`);
    process.exit(1);
  },
);
