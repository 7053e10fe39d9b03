import type { SourcePlan } from '../../schemas/plan.ts';
import type { RemoteSource } from '../../schemas/source.ts';
import { type ListRange, listSource } from './files.ts';
import { landObjects } from './landed-objects.ts';
import { type Extract, type LandingWork, landSource } from './landing.ts';
import { listObjects } from './planned-objects.ts';
import { httpExtract } from './source-http.ts';
import { mariadbExtract } from './source-mariadb.ts';
import { onlineExtract } from './source-online.ts';
import { postgresExtract } from './source-postgres.ts';
import type { ReadSecret } from './source-secrets.ts';

/** What landing needs beside the range to list. */
export interface LandingDeps
  extends Pick<LandingWork, 'force' | 'signal' | 'heartbeat' | 'log' | 'storeDir'> {
  readonly readSecret: ReadSecret;
}

/** How a source that is no files is read. */
export function extractOf(
  name: string,
  source: RemoteSource,
  { readSecret, storeDir }: Pick<LandingDeps, 'readSecret' | 'storeDir'>,
): Extract {
  switch (source.type) {
    case 'http':
      return httpExtract(name, source, readSecret);
    case 'mariadb':
      return mariadbExtract(name, source, readSecret);
    case 'online':
      return onlineExtract(name, source, storeDir);
    case 'postgres':
      return postgresExtract(name, source, readSecret);
  }
}

/**
 * Lists a source of any kind for a plan. One that is no files is first landed under the date the range ends with, and what is
 * landed is listed; a reason why it could not be read is `missing`, beside what was landed before.
 *
 * @throws as `landSource` and `listSource` do
 */
export async function listAnySource(options: ListRange, deps: LandingDeps): Promise<SourcePlan> {
  const { name, source, to } = options;
  if (source.type === 'files') return listSource(options);
  const work = { ...deps, name, date: to };
  const landing =
    source.type === 's3'
      ? await landObjects({ ...work, source })
      : await landSource({ ...work, source, extract: extractOf(name, source, deps) });
  const listed = await listLanded(options, deps.storeDir);
  return 'why' in landing ? { ...listed, missing: landing.why } : listed;
}

/** Lists a source of any kind as it is in files now: one that is no files by what was landed, without asking it for more. */
export async function listLanded(options: ListRange, storeDir: string): Promise<SourcePlan> {
  const { source } = options;
  if (source.type === 'files') return listSource(options);
  if (source.type === 's3') return listObjects(options, source, storeDir);
  const listed = await listSource({ ...options, input: storeDir });
  const none = `no row of ${options.name} was landed up to ${options.to}`;
  return listed.missing === '' ? listed : { ...listed, missing: none };
}
