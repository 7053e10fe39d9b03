import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loopback } from './ports.ts';
import { isAlive, type ProcessIdentity, signal } from './processes.ts';
import { serverFiles } from './server-files.ts';

/** What a keeper is told to keep up. */
export interface ServerOrder {
  /** Absolute path of the store. */
  readonly store: string;
  readonly binary: string;
  /** Names the database file: the server migrates nothing, so another version starts with an empty one. */
  readonly serverVersion: string;
  readonly grpcPort: number;
  readonly uiPort: number;
}

/**
 * All that keeper and server see of the environment: nothing of the user's (addresses, keys), and no version check over the
 * network.
 */
export const serverEnvironment = { TEMPORAL_VERSION_CHECK_DISABLED: '1' } as const;

/** Between SIGTERM and SIGKILL; the server needs 1-2 s. */
const termMs = 10_000;

/**
 * The server's database. The server makes the tables only when the file does not exist, so one whose making was cut short
 * would fail for ever; the mark beside it says that a server has served from it.
 */
export function databaseOf({ store, serverVersion }: ServerOrder): {
  readonly path: string;
  readonly mark: string;
} {
  const path = join(serverFiles(store).dir, `temporal-${serverVersion}.db`);
  return { path, mark: `${path}.complete` };
}

/** Starts the server; its output goes where the keeper's goes. */
export function startServer(order: ServerOrder): ChildProcess {
  return spawn(order.binary, serverArguments(order), {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: serverEnvironment,
    windowsHide: true,
  });
}

/** Command line of the server. */
export function serverArguments(order: ServerOrder): string[] {
  const { grpcPort, uiPort } = order;
  return [
    ...['server', 'start-dev', '--ip', loopback, '--port', `${grpcPort}`, '--ui-port', `${uiPort}`],
    ...['--db-filename', databaseOf(order).path, '--log-level', 'warn', '--log-format', 'json'],
    // Write-ahead log without a sync per commit: a killed server loses nothing, a power cut at most the last moments, and
    // starting a workflow costs 3.5 ms instead of 8.5 ms.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    // The default of 20 polls a second delays every task by up to 50 ms: 20 activities took 2.0 s, now 0.35 s.
    ...['transfer', 'timer', 'visibility'].flatMap((queue) => [
      '--dynamic-config-value',
      `history.${queue}ProcessorMaxPollRPS=1000`,
    ]),
  ];
}

/** Ends a process: SIGTERM, and SIGKILL when it is still there after 10 s. Resolves when it is gone. */
export async function endProcess(target: ProcessIdentity): Promise<void> {
  if (!isAlive(target) || !signal(target.pid, 'SIGTERM')) return;
  if (await isGone(target, termMs)) return;
  signal(target.pid, 'SIGKILL');
  await isGone(target, termMs);
}

/** Waits for a process to be gone; false when it outlasts the time. */
export async function isGone(target: ProcessIdentity, waitMs: number): Promise<boolean> {
  const until = performance.now() + waitMs;
  while (isAlive(target)) {
    if (performance.now() > until) return false;
    await delay(30);
  }
  return true;
}
