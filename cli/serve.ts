import type { GlobalOptions } from './options.ts';
import { createOutput } from './output.ts';

/** What `stocktake serve` takes. */
export interface ServeCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly positive?: readonly string[];
}

/** `stocktake serve`: the recommendation and feedback API until stopped; Ctrl-C lets requests in progress end. */
export async function serve(options: ServeCommandOptions, globals: GlobalOptions): Promise<number> {
  const { loadProject } = await import('../workers/load-config.ts');
  const project = await loadProject(globals, process.cwd());
  const { domainLogger, openLog } = await import('../workers/runtime.ts');
  const log = openLog(project.storeDir, 'file', process.env.STOCKTAKE_LOG ?? 'info');
  const { startServing } = await import('../workers/serve.ts');
  const apiKey = process.env.STOCKTAKE_API_KEY;
  const serving = await startServing({
    project,
    host: options.host,
    port: options.port,
    log: domainLogger(log),
    ...(apiKey ? { apiKey } : {}),
    ...(options.positive ? { positive: options.positive } : {}),
  });
  const out = createOutput(globals.quiet ?? false);
  const version = serving.version() ?? null;
  if (globals.json) out.json({ address: serving.address, version, docs: `${serving.address}/openapi.json` });
  else out.data(serving.address);
  out.note(
    version
      ? `Model ${version} serves`
      : 'No model serves yet: train one with stocktake run; it is taken up without a restart',
  );
  const key = apiKey ? ' -H "X-API-Key: $STOCKTAKE_API_KEY"' : '';
  out.note(`Try: curl${key} '${serving.address}/api/recommend/<user>?n=5&reasons=true'`);
  if (!isLoopback(options.host) && !apiKey)
    out.note('Anybody who reaches this host may read and write: set STOCKTAKE_API_KEY to ask for a key');
  await interrupted();
  await serving.close();
  return 0;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
