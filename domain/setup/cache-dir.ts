import { join } from 'node:path';

/** Environment variables, handed in by a main. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's cache folder of Stocktake: binaries, workflow bundles, whatever can be fetched or made again.
 *
 * `$XDG_CACHE_HOME/stocktake`, else `~/.cache/stocktake`; on Windows `%LOCALAPPDATA%\stocktake\Cache`.
 */
export function cacheDirOf(env: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'stocktake', 'Cache');
  }
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'stocktake');
}
