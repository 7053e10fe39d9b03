import { messageOf, PlatformError } from '../runtime/errors.ts';
import type { Environment } from './cache-dir.ts';
import { commandOnPath, pathFolders, whyNotRunnable } from './commands.ts';
import { fetchTemporal } from './fetch-temporal.ts';
import { probeBinary } from './probe-binary.ts';
import { type Progress, silentProgress } from './progress.ts';
import { cachedBinary, type Verification } from './temporal-cache.ts';
import { temporalVersion } from './temporal-release.ts';
import type { Attempt, BinaryVersion, Fetched, Way } from './temporal-ways.ts';

/** A server that runs already, or a binary that can start one. */
export type FoundTemporal =
  | { readonly kind: 'address'; readonly address: string }
  | {
      readonly kind: 'binary';
      readonly path: string;
      /** Version of the CLI. */
      readonly version: string;
      readonly serverVersion: string;
      readonly how: Way;
    };

/** Where to look and how far to go. */
export interface FindTemporalOptions {
  readonly env: Environment;
  /** From `cacheDirOf`. */
  readonly cacheDir: string;
  /** Whether to download or compile when nothing is there. Default true. */
  readonly fetch?: boolean;
  /** How far a cached binary is checked. Default `touched`. */
  readonly verification?: Verification;
  readonly progress?: Progress;
}

/** What the search does to the world; tests replace it. */
export interface TemporalEffects {
  /** Asks a binary for its version. @throws with the reason when it is no Temporal CLI with a server */
  probe(path: string): Promise<BinaryVersion>;
  /** Downloads or compiles into the cache. Returns the binary, or both reasons. */
  fetch(options: FindTemporalOptions, probe: TemporalEffects['probe']): Promise<Fetched>;
}

export const temporalEffects: TemporalEffects = { probe: probeBinary, fetch: fetchTemporal };

/**
 * Finds a Temporal server, or fetches one: `TEMPORAL_ADDRESS`, `TEMPORAL_CLI_PATH`, `temporal` on PATH, the cache of an
 * earlier fetch, the vendor's download, `go install`. A way that is named but broken is noted and the next is tried.
 *
 * An address is taken as it is, not connected to.
 *
 * @throws PlatformError STK-SETUP-NO-TEMPORAL with every way, why it failed, and what to do without a network
 */
export async function findTemporal(
  options: FindTemporalOptions,
  effects: TemporalEffects = temporalEffects,
): Promise<FoundTemporal> {
  const { env, progress = silentProgress } = options;
  if (env.TEMPORAL_ADDRESS) return { kind: 'address', address: env.TEMPORAL_ADDRESS };
  const attempts: Attempt[] = [{ way: 'TEMPORAL_ADDRESS', outcome: 'not set' }];

  const named = await tryBinary('TEMPORAL_CLI_PATH', env.TEMPORAL_CLI_PATH || undefined, 'not set', effects);
  if ('kind' in named) return named;
  attempts.push(named);
  if (env.TEMPORAL_CLI_PATH) progress.note(`TEMPORAL_CLI_PATH is passed over: ${named.outcome}`);

  const searched = `not found in ${pathFolders(env).length} folders`;
  const onPath = await tryBinary('temporal on PATH', await commandOnPath('temporal', env), searched, effects);
  if ('kind' in onPath) return onPath;
  attempts.push(onPath);

  const cached = await cachedBinary(options.cacheDir, options.verification ?? 'touched');
  if (cached.ok) {
    const { version, serverVersion } = cached.record;
    return { kind: 'binary', path: cached.path, version, serverVersion, how: 'cache' };
  }
  attempts.push({ way: 'cache', outcome: cached.why });

  if (options.fetch === false) throw noTemporal(attempts, false);
  const fetched = await effects.fetch(options, effects.probe);
  if ('failed' in fetched) throw noTemporal([...attempts, ...fetched.failed], true);
  return { kind: 'binary', ...fetched };
}

async function tryBinary(
  way: Way,
  path: string | undefined,
  ifAbsent: string,
  effects: TemporalEffects,
): Promise<FoundTemporal | Attempt> {
  if (path === undefined) return { way, outcome: ifAbsent };
  const why = await whyNotRunnable(path);
  if (why !== undefined) return { way, outcome: `${path}: ${why}` };
  try {
    return { kind: 'binary', path, ...(await effects.probe(path)), how: way };
  } catch (error) {
    return { way, outcome: `${path}: ${messageOf(error)}` };
  }
}

function noTemporal(attempts: readonly Attempt[], fetched: boolean): PlatformError {
  const width = Math.max(...attempts.map(({ way }) => way.length));
  const list = attempts.map(({ way, outcome }) => `  ${way.padEnd(width)}  ${outcome}`).join('\n');
  const headline = fetched
    ? 'No Temporal server was found, and none could be fetched. Tried, in this order:'
    : "There is no Temporal server yet; 'stocktake setup' fetches it. Looked for, in this order:";
  const offline = [
    'Without a network, one of:',
    `  copy the binary 'temporal' (v${temporalVersion}) from another machine and set TEMPORAL_CLI_PATH=/path/to/temporal`,
    '  set TEMPORAL_ADDRESS=host:7233 to use a server that runs elsewhere',
  ].join('\n');
  return new PlatformError(`${headline}\n${list}\n${offline}`, {
    code: 'STK-SETUP-NO-TEMPORAL',
    retryable: false,
    details: { attempts },
  });
}
