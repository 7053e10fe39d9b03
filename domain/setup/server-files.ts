import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../runtime/errors.ts';
import { writeDurably } from '../store/objects.ts';
import { identityOf, isAlive, type ProcessIdentity } from './processes.ts';

/** Paths under `<store>/server`. */
export interface ServerFiles {
  readonly dir: string;
  /** What the keeper says of itself and the server. */
  readonly state: string;
  /** One file per process (and call) that wants the server up. */
  readonly leases: string;
  /** Output of keeper and server, JSON lines. */
  readonly log: string;
  /** Held while a process acquires, and by the keeper while it decides to stop. */
  readonly acquireLock: string;
  /** Held by the keeper for life. */
  readonly keeperLock: string;
}

/** `server.json`: written by the keeper only. */
export interface ServerState {
  readonly format: 1;
  /** `starting` also while the server is restarted; `failed` when the keeper gave up. */
  readonly phase: 'starting' | 'running' | 'stopping' | 'failed';
  readonly pid: number;
  readonly startTime: string | null;
  readonly keeperPid: number;
  readonly keeperStartTime: string | null;
  readonly grpcPort: number;
  readonly uiPort: number;
  /** ISO time of the server's last start. */
  readonly startedAt: string;
  readonly binaryVersion: string;
  /** Why the phase is `failed`. */
  readonly reason?: string;
}

/** A lease that was taken. */
export interface Lease {
  readonly path: string;
  release(): Promise<void>;
}

/** Where the files of a store's server lie. */
export function serverFiles(store: string): ServerFiles {
  const dir = join(store, 'server');
  return {
    dir,
    state: join(dir, 'server.json'),
    leases: join(dir, 'leases'),
    log: join(dir, 'temporal.log'),
    acquireLock: join(dir, 'acquire.lock'),
    keeperLock: join(dir, 'keeper.lock'),
  };
}

/** The state as last written; undefined when no server was left behind. */
export async function readState(files: ServerFiles): Promise<ServerState | undefined> {
  const text = await readFile(files.state, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as ServerState);
}

/** Replaces the state; readers see the old or the new document whole. */
export async function writeState(files: ServerFiles, state: ServerState): Promise<void> {
  await writeDurably(files.state, `${JSON.stringify(state, null, 2)}\n`);
}

/** The server process a state speaks of. */
export function serverOf(state: ServerState): ProcessIdentity {
  return { pid: state.pid, startTime: state.startTime };
}

/** The keeper process a state speaks of. */
export function keeperOf(state: ServerState): ProcessIdentity {
  return { pid: state.keeperPid, startTime: state.keeperStartTime };
}

/** Takes a lease for this process: `<pid>-<start time>[-n].json`. */
export async function takeLease(files: ServerFiles): Promise<Lease> {
  await mkdir(files.leases, { recursive: true });
  const self = identityOf();
  for (let call = 1; ; call += 1) {
    const name = `${self.pid}-${self.startTime ?? 'unknown'}${call === 1 ? '' : `-${call}`}.json`;
    const path = join(files.leases, name);
    try {
      await writeFile(path, JSON.stringify(self), { flag: 'wx' });
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') continue;
      throw error;
    }
    return { path, release: () => rm(path, { force: true }) };
  }
}

/** How many leases are held by living processes; those of dead ones are removed. */
export async function liveLeases(files: ServerFiles): Promise<number> {
  const names = await readdir(files.leases).catch((error: unknown) => {
    // The store was removed under the server: nobody wants it any more.
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  let alive = 0;
  for (const name of names) {
    if (isAlive(holderOf(name))) alive += 1;
    else await rm(join(files.leases, name), { force: true });
  }
  return alive;
}

/** What the log says of the latest failure, for error messages: from its headline on if it has one, else its last lines. */
export async function logTail(files: ServerFiles, lines = 12): Promise<string> {
  const bytes = 32_768;
  const handle = await open(files.log, 'r').catch(() => undefined);
  if (handle === undefined) return '(no log)';
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, Math.max(0, size - bytes));
    const all = buffer.subarray(0, bytesRead).toString('utf8').trim().split('\n');
    // A Go program that panics writes a long stack below the line that matters.
    const headline = all.findLastIndex((line) => /^(panic|fatal error|Error): /i.test(line));
    return (
      all
        .slice(headline === -1 ? -lines : headline)
        .slice(0, lines)
        .join('\n') || '(the log is empty)'
    );
  } finally {
    await handle.close();
  }
}

/** The name says it all, so that a lease is whole from the moment it exists. */
function holderOf(name: string): ProcessIdentity {
  const [, pid, startTime] = /^(\d+)-(\d+|unknown)(?:-\d+)?\.json$/.exec(name) ?? [];
  if (pid === undefined || startTime === undefined) return { pid: 0, startTime: null };
  return { pid: Number(pid), startTime: startTime === 'unknown' ? null : startTime };
}
