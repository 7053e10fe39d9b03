import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlatformError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { lockHolder, withLock } from './lock.ts';
import { freePorts, loopback, portHolder, whyPortTaken } from './ports.ts';
import { probeBinary } from './probe-binary.ts';
import { identityOf, isAlive, signal } from './processes.ts';
import {
  keeperOf,
  type Lease,
  liveLeases,
  logTail,
  readState,
  type ServerFiles,
  type ServerState,
  serverFiles,
  serverOf,
  takeLease,
} from './server-files.ts';
import { endProcess, isGone, type ServerOrder, serverEnvironment } from './server-process.ts';
import { verifyBinary } from './temporal-cache.ts';

/** What to acquire. */
export interface AcquireOptions {
  /** Folder of the store; the server's files lie in `<store>/server`. */
  readonly store: string;
  /** Path of the Temporal binary, from `findTemporal`. */
  readonly binary: string;
  readonly log: Logger;
  /** Fixed ports for a server that has to be started. Default: free ones, the same as last time where possible. */
  readonly ports?: { readonly grpc: number; readonly ui: number };
  /** Longest wait for a started server to serve. Default 30 000. */
  readonly readyTimeoutMs?: number;
}

/** A claim on the store's server: it stays up at least until every claim is released or its process is gone. */
export interface ServerLease {
  /** `127.0.0.1:<port>` of the gRPC frontend. */
  readonly address: string;
  readonly uiUrl: string;
  /** Whether it ran already; then its ports are those it was started with. */
  readonly shared: boolean;
  /** Lets go; the last to let go waits until the server is gone. More than once is harmless. */
  release(): Promise<void>;
}

const otherAcquirerMs = 60_000;
const stopMs = 15_000;
const freePortTries = 3;
const pollMs = 30;

/**
 * Makes sure that the store's Temporal server runs, and claims it; processes of one store share one server.
 *
 * The server belongs to a detached keeper process: it outlives Ctrl-C, comes back on the same ports with the same database
 * when it is killed, and ends within seconds of its last claim, also when the claiming process was killed. A server whose
 * keeper was killed is replaced on its old ports. It listens on the loopback interface only. Search attributes and
 * retention are not set here: that needs a client.
 *
 * @throws PlatformError STK-SERVER-PORT-BUSY, STK-SERVER-START with the end of the log, STK-SETUP-BINARY-DAMAGED,
 *   STK-SETUP-NOT-TEMPORAL, STK-SETUP-LOCKED
 */
export async function acquireServer(options: AcquireOptions): Promise<ServerLease> {
  const { log } = options;
  const store = resolve(options.store);
  const files = serverFiles(store);
  await mkdir(files.dir, { recursive: true });
  const onWait = ({ pid }: { pid: number }): void =>
    log.info('waiting for another process at the server', { pid });
  return withLock(files.acquireLock, { waitMs: otherAcquirerMs, onWait }, async () => {
    // Taken first: the keeper never sees a moment without a lease.
    const lease = await takeLease(files);
    try {
      const running = await runningServer(files);
      const state = running ?? (await startAnew({ ...options, store }, files));
      log.info(running ? 'sharing the Temporal server' : 'started the Temporal server', {
        pid: state.pid,
        grpcPort: state.grpcPort,
        uiPort: state.uiPort,
      });
      return claimOn(state, running !== undefined, lease, files, log);
    } catch (error) {
      await lease.release();
      throw error;
    }
  });
}

function claimOn(
  state: ServerState,
  shared: boolean,
  lease: Lease,
  files: ServerFiles,
  log: Logger,
): ServerLease {
  let released: Promise<void> | undefined;
  return {
    address: `${loopback}:${state.grpcPort}`,
    uiUrl: `http://${loopback}:${state.uiPort}`,
    shared,
    release() {
      released ??= lease.release().then(() => untilStopped(files, log));
      return released;
    },
  };
}

/** Waits until the server is gone, unless someone else wants it; ends one that has lost its keeper. */
async function untilStopped(files: ServerFiles, log: Logger): Promise<void> {
  const until = performance.now() + stopMs;
  const isKept = async (): Promise<boolean> => (await lockHolder(files.keeperLock)) !== undefined;
  while ((await liveLeases(files)) === 0 && (await isKept())) {
    if (performance.now() > until) {
      log.warn('the Temporal server is still stopping', { afterMs: stopMs, log: files.log });
      return;
    }
    await delay(pollMs);
  }
  if (!existsSync(files.state)) return;
  await withLock(files.acquireLock, { waitMs: otherAcquirerMs }, async () => {
    if ((await liveLeases(files)) === 0 && !(await isKept())) await clearAway(files, log);
  });
}

/** The server that a living keeper has, once it serves; undefined when there is none, or it is on its way out. */
async function runningServer(files: ServerFiles): Promise<ServerState | undefined> {
  const until = performance.now() + stopMs;
  for (;;) {
    const keeper = await lockHolder(files.keeperLock);
    if (keeper === undefined) return undefined;
    const state = await readState(files);
    if (state?.phase === 'running' && isAlive(serverOf(state))) return state;
    if (performance.now() > until) {
      signal(keeper.pid, 'SIGTERM');
      if (!(await isGone(keeper, stopMs))) signal(keeper.pid, 'SIGKILL');
      return undefined;
    }
    await delay(pollMs);
  }
}

async function startAnew(
  options: AcquireOptions & { store: string },
  files: ServerFiles,
): Promise<ServerState> {
  const { binary, log, store, ports } = options;
  const previous = await clearAway(files, log);
  const { serverVersion } = (await verifyBinary(binary)) ?? (await probeBinary(binary));
  // A free port may be taken between looking and listening; a fixed one was asked for.
  for (let tries = ports ? 1 : freePortTries; ; tries -= 1) {
    const [grpcPort, uiPort] = ports ? await fixedPorts(ports) : await likelyPorts(previous);
    const order: ServerOrder = { store, binary: resolve(binary), serverVersion, grpcPort, uiPort };
    const started = await start(order, files, options.readyTimeoutMs ?? 30_000);
    if (started.state) return started.state;
    const tail = await logTail(files);
    if (tries <= 1 || !/address already in use|can't (set|use)/.test(tail)) {
      throw notStarted(order, started.why, files, tail);
    }
    log.warn('a free port was taken meanwhile, trying others', { grpcPort, uiPort });
    previous?.splice(0);
  }
}

/** Ends a server that has lost its keeper and removes its state; returns its ports, for the next one to come back on. */
async function clearAway(files: ServerFiles, log: Logger): Promise<number[] | undefined> {
  const state = await readState(files).catch(() => undefined);
  if (state && state.pid > 0 && isAlive(serverOf(state)) && (await isTemporal(state))) {
    log.warn('ending a Temporal server that lost its keeper', { pid: state.pid });
    await endProcess(serverOf(state));
  }
  await rm(files.state, { force: true });
  return state && [state.grpcPort, state.uiPort];
}

/** Start times prove it on Linux; elsewhere the command's name has to do, and on Windows nothing does. */
async function isTemporal({ pid, startTime }: ServerState): Promise<boolean> {
  if (startTime !== null) return true;
  if (process.platform === 'win32') return false;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'comm=', '-p', `${pid}`]).catch(() => ({
    stdout: '',
  }));
  return /temporal/.test(stdout);
}

async function start(
  order: ServerOrder,
  files: ServerFiles,
  timeoutMs: number,
): Promise<{ state?: ServerState; why: string }> {
  const keeper = await spawnKeeper(order, files);
  const gone = once(keeper, 'exit').then(([code, name]) => `the keeper ended (${name ?? `code ${code}`})`);
  const until = performance.now() + timeoutMs;
  for (let ended: string | undefined; ; ) {
    const state = await readState(files);
    if (state?.phase === 'running' && isAlive(keeperOf(state))) {
      keeper.unref();
      return { state, why: '' };
    }
    if (state?.phase === 'failed') {
      await isGone(keeperOf(state), stopMs);
      return { why: state.reason ?? 'the keeper gave up' };
    }
    // The keeper that was started may have found another one at work: then that one's server is the one.
    if (ended !== undefined && (await lockHolder(files.keeperLock)) === undefined) return { why: ended };
    if (performance.now() > until) {
      if (keeper.pid !== undefined) await endProcess(identityOf(keeper.pid));
      return { why: `it did not serve within ${timeoutMs / 1000} s` };
    }
    ended = (await Promise.race([gone, delay(pollMs)])) ?? undefined;
  }
}

/** The keeper runs detached, in a session of its own, with an environment and streams of its own. */
async function spawnKeeper(order: ServerOrder, files: ServerFiles): Promise<ChildProcess> {
  const here = fileURLToPath(import.meta.url);
  const keeper = fileURLToPath(new URL(`./keeper${extname(here)}`, import.meta.url));
  const log = await open(files.log, 'a');
  try {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', keeper, JSON.stringify(order)],
      {
        detached: true,
        windowsHide: true,
        cwd: tmpdir(),
        env: serverEnvironment,
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    await once(child, 'spawn');
    return child;
  } finally {
    await log.close();
  }
}

async function likelyPorts(previous: readonly number[] | undefined): Promise<[number, number]> {
  const [grpc, ui] = previous ?? [];
  if (grpc && ui && !(await whyPortTaken(grpc)) && !(await whyPortTaken(ui))) return [grpc, ui];
  const [first = 0, second = 0] = await freePorts(2);
  return [first, second];
}

async function fixedPorts(ports: { grpc: number; ui: number }): Promise<[number, number]> {
  for (const [role, port] of [
    ['the Temporal server', ports.grpc],
    ['the Temporal UI', ports.ui],
  ] as const) {
    const why = await whyPortTaken(port);
    if (why !== undefined) throw portBusy(role, port, why);
  }
  return [ports.grpc, ports.ui];
}

function portBusy(role: string, port: number, why: string): PlatformError {
  const holder = why === 'EADDRINUSE' ? portHolder(port) : undefined;
  const by = holder ? `held by ${holder.command} (process ${holder.pid})` : `not to be had (${why})`;
  const stop = holder ? `stop it (kill ${holder.pid})` : 'free it';
  return new PlatformError(`Port ${port} for ${role} is ${by}; ${stop}, or choose another with --port`, {
    code: 'STK-SERVER-PORT-BUSY',
    details: { port, holder: holder?.pid },
  });
}

function notStarted(order: ServerOrder, why: string, files: ServerFiles, tail: string): PlatformError {
  return new PlatformError(
    `The Temporal server did not start: ${why} (${order.binary}, ports ${order.grpcPort} and ${order.uiPort}). Its log ${files.log} ends with:\n${tail}\nIf the database is damaged, remove ${files.dir} (it holds Temporal's own state only) and try again; 'stocktake doctor' checks the rest`,
    { code: 'STK-SERVER-START', details: { binary: order.binary, log: files.log } },
  );
}
