import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, StocktakeError, systemErrorCode } from '../runtime/errors.ts';
import { storeFormat } from '../store/store.ts';
import type { Environment } from './cache-dir.ts';
import { type Finding, passed } from './checks.ts';
import { findGo } from './go-install.ts';
import { accepts, portHolder, whyPortTaken } from './ports.ts';
import { isAlive } from './processes.ts';
import { describe } from './provisions.ts';
import { readState, serverFiles, serverOf } from './server-files.ts';
import { type FoundTemporal, findTemporal } from './temporal-binary.ts';
import { cachedBinary } from './temporal-cache.ts';
import { temporalVersion } from './temporal-release.ts';

const gigabyte = 1e9;
const addressTimeoutMs = 3_000;

/** Free space where the store is, or will be. */
export async function checkDisk(store: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await existingFolder(store));
  const bytes = bavail * bsize;
  const found = `${(bytes / gigabyte).toFixed(1)} GB free at ${store}`;
  if (bytes >= 5 * gigabyte) return passed(found);
  const fix = 'free some, or put the store elsewhere with --store';
  return { status: bytes >= gigabyte ? 'warn' : 'fail', found, fix };
}

/** Whether the store can be written and read by this version. */
export async function checkStore(store: string): Promise<Finding> {
  const folder = await existingFolder(store);
  const why = await access(folder, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: unknown) => systemErrorCode(error) ?? messageOf(error),
  );
  if (why !== undefined) {
    const fix = 'make the folder writable, or choose another with --store';
    return { status: 'fail', found: `${folder} may not be written (${why})`, fix };
  }
  const text = await readFile(join(store, 'format.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return passed(`none yet at ${store}; the first run makes it`);
  const format = formatOf(text);
  if (format === storeFormat) return passed(`${store}, format ${format}`);
  return {
    status: 'fail',
    found: `${store} has format ${String(format)}`,
    fix: 'use the Stocktake that wrote it, or another --store',
  };
}

/** Whether a port of `stocktake dev` is free, or this store's own server has it. */
export async function checkPort(port: number, store: string): Promise<Finding> {
  const why = await whyPortTaken(port);
  if (why === undefined) return passed('free');
  const state = await readState(serverFiles(store)).catch(() => undefined);
  const isOurs = state && isAlive(serverOf(state)) && [state.grpcPort, state.uiPort].includes(port);
  if (isOurs) return passed(`this store’s own server has it (process ${state.pid})`);
  const holder = portHolder(port);
  return {
    status: 'warn',
    found: holder ? `held by ${holder.command} (process ${holder.pid})` : `not free (${why})`,
    fix: 'only `stocktake dev` needs it: stop that process, or choose another with: stocktake dev --port <n>',
  };
}

/** Which Temporal server a run would use now; nothing is fetched. */
export async function checkTemporal(
  env: Environment,
  cacheDir: string,
  find: typeof findTemporal = findTemporal,
): Promise<Finding> {
  const passedOver: string[] = [];
  const progress = { note: (text: string) => void passedOver.push(text), task: () => ignored };
  let found: FoundTemporal;
  try {
    found = await find({ env, cacheDir, fetch: false, progress });
  } catch (error) {
    if (!(error instanceof StocktakeError) || error.code !== 'STK-SETUP-NO-TEMPORAL') throw error;
    const go = await findGo(env).then(
      ({ version }) => `go install with Go ${version}`,
      (cause: unknown) => `go install, which cannot work (${messageOf(cause)})`,
    );
    return {
      status: 'warn',
      found: `none yet; set-up would try the download, then ${go}`,
      fix: `stocktake setup; without a network: copy a temporal binary (v${temporalVersion}) here and set TEMPORAL_CLI_PATH, or set TEMPORAL_ADDRESS`,
    };
  }
  if (passedOver.length === 0) return passed(describe(found));
  return {
    status: 'warn',
    found: `${describe(found)}; ${passedOver.join('; ')}`,
    fix: 'correct or unset TEMPORAL_CLI_PATH',
  };
}

/** Whether the cached binary still has the sha256 that was noted when it was fetched. */
export async function checkCachedBinary(cacheDir: string): Promise<Finding> {
  const cached = await cachedBinary(cacheDir, 'whole');
  if (cached.ok) return passed(`${cached.path}, sha256 ${cached.record.sha256.slice(0, 16)}… as noted`);
  if (cached.why.startsWith('no binary')) return { status: 'not tried', found: cached.why, fix: '' };
  return { status: 'fail', found: cached.why, fix: 'stocktake setup' };
}

/** Whether the server named by TEMPORAL_ADDRESS accepts connections. */
export async function checkAddress(address: string | undefined): Promise<Finding> {
  if (!address)
    return { status: 'not tried', found: 'not set: Stocktake starts a server of its own', fix: '' };
  const { hostname, port } = hostAndPort(address);
  if (await accepts(hostname, port, addressTimeoutMs)) return passed(`${address} accepts connections`);
  const fix = 'start that server, correct TEMPORAL_ADDRESS, or unset it to use the embedded server';
  return { status: 'fail', found: `${address} does not accept connections`, fix };
}

/** Whether a native module loads here. */
export async function checkNative(load: () => Promise<string>): Promise<Finding> {
  try {
    return passed(await load());
  } catch (error) {
    const found = messageOf(error).split('\n')[0] ?? '';
    return {
      status: 'fail',
      found,
      fix: 'npm ci on this machine (not a node_modules copied from another one)',
    };
  }
}

const ignored = { update: () => undefined, end: () => undefined };

async function existingFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (folder === dirname(folder)) return folder;
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return folder;
  }
}

function formatOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { format?: unknown }).format;
  } catch {
    return 'unreadable';
  }
}

/** `host:port`, `[v6]:port` or a bare host. */
function hostAndPort(address: string): { hostname: string; port: number } {
  const [, v6, v4, port] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(address) ?? [];
  return { hostname: v6 ?? v4 ?? address, port: Number(port ?? 7233) };
}
