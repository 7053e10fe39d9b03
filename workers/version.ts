import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The version of this Stocktake, for run records. */
export function codeVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Versions of what computes: a replay on others says so. */
export async function engineVersions(): Promise<Record<string, string>> {
  const require = createRequire(import.meta.url);
  const sdk = (require('@temporalio/workflow/package.json') as { version: string }).version;
  const { engineVersion } = await import('../domain/warehouse/warehouse.ts');
  return { duckdb: await engineVersion(), node: process.version, temporalSdk: sdk };
}
