import { homedir } from 'node:os';
import { cacheDirOf } from '../domain/setup/cache-dir.ts';
import type { GlobalOptions } from './options.ts';
import { setup } from './setup.ts';

/** Sets up what is missing before a command that needs it; quiet when everything is there. */
export async function ensureSetup(_: GlobalOptions): Promise<number> {
  const cacheDir = cacheDirOf(process.env, process.platform, homedir());
  return setup(
    { quiet: true },
    { stdout: process.stderr, stderr: process.stderr, env: process.env, cacheDir },
  );
}
