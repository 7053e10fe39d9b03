import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { countText, sizeText } from '../domain/report/format.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { sweepStore } from '../domain/store/retention.ts';
import { loadProject } from '../workers/load-config.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput } from './output.ts';
import { openReading } from './session.ts';

/** `stocktake clean`: takes the store folder away (needs `--yes`), or with `--sweep` only what nothing needs. */
export async function clean(options: { readonly sweep?: boolean }, globals: GlobalOptions): Promise<number> {
  if (options.sweep) return sweep(globals);
  const { storeDir } = await loadProject(globals, process.cwd());
  const out = createOutput(globals.quiet ?? false);
  if (!existsSync(storeDir)) {
    out.note(`There is no store ${storeDir}; nothing to remove`);
    return 0;
  }
  if (!existsSync(join(storeDir, 'format.json'))) {
    throw new CliError(`${storeDir} is no Stocktake store (no format.json); nothing was removed`, {
      code: 'STK-CLEAN-NO-STORE',
      exitCode: 2,
    });
  }
  const held = await leasesOf(storeDir);
  if (held.length > 0) {
    throw new CliError(`${storeDir} is in use (${held.length} process holds its server); stop it first`, {
      code: 'STK-CLEAN-IN-USE',
      exitCode: 1,
    });
  }
  if (!globals.yes) {
    throw new CliError(
      `This removes ${storeDir}: all snapshots, artifacts, run records and Temporal histories. Say so with --yes`,
      { code: 'STK-CLEAN-CONFIRM', exitCode: 2 },
    );
  }
  await rm(storeDir, { recursive: true, force: true });
  out.note(`Removed ${storeDir}`);
  return 0;
}

async function sweep(globals: GlobalOptions): Promise<number> {
  const { store, project, out } = await openReading(globals);
  const swept = await sweepStore(store, project.config.retention, new Date());
  if (globals.json) out.json(swept);
  else {
    out.data(
      `Removed ${countText(swept.snapshots)} snapshots, ${countText(swept.runs)} run records, ${countText(swept.manifests)} manifests, ${countText(swept.objects)} objects (${sizeText(swept.bytes)}), ${countText(swept.staging)} staging folders`,
    );
  }
  return 0;
}

async function leasesOf(storeDir: string): Promise<string[]> {
  const dir = join(storeDir, 'server', 'leases');
  return existsSync(dir) ? readdir(dir) : [];
}
