import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isServing } from './health.ts';
import { tryLock } from './lock.ts';
import { identityOf } from './processes.ts';
import { liveLeases, type ServerFiles, type ServerState, serverFiles, writeState } from './server-files.ts';
import { databaseOf, endProcess, type ServerOrder, startServer } from './server-process.ts';

// The keeper: a small detached process, one per store, that owns the Temporal server. It starts it, starts it again when it
// dies, and stops it when no living process holds a lease any more. It takes its order as JSON in the first argument; its
// output and the server's are the log.

/** Milliseconds between looks while the server comes up, and while it serves. */
const startPollMs = 30;
const scanMs = 500;

/** As many deaths as this within a minute, and the keeper gives up. */
const deathsPerMinute = 10;

/**
 * As many failures as this before it has ever served, and the keeper gives up. One may be bad luck (the server picks ports
 * of its own for its services); more are a taken port or a database that does not open, which somebody waits to hear.
 */
const firstStarts = 3;

/** The log is cut back to its last `logKeepBytes` when it exceeds `logMaxBytes`. */
const logMaxBytes = 4 << 20;
const logKeepBytes = 256 << 10;

interface Keeping {
  readonly order: ServerOrder;
  readonly files: ServerFiles;
  stopRequested: boolean;
}

/** How one life of the server ended. */
type Ending =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'died'; readonly how: string; readonly served: boolean };

async function keep(order: ServerOrder): Promise<void> {
  const files = serverFiles(order.store);
  const lock = await tryLock(files.keeperLock);
  // Whoever started this keeper finds the other one's server.
  if (lock === undefined) return say('info', 'another keeper is there already');
  const keeping: Keeping = { order, files, stopRequested: false };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      keeping.stopRequested = true;
    });
  }
  const failure = await keepUp(keeping);
  if (failure === undefined) await rm(files.state, { force: true });
  await lock.release();
}

/** Keeps the server up until it is wanted no more; the reason when the keeper gave up. */
async function keepUp(keeping: Keeping): Promise<string | undefined> {
  let deaths: number[] = [];
  for (let everServed = false; ; ) {
    const ending = await liveOnce(keeping);
    if (ending.kind === 'stopped') return undefined;
    everServed ||= ending.served;
    deaths = [...deaths.filter((at) => at > performance.now() - 60_000), performance.now()];
    const pauseMs = Math.min(5_000, 50 * 2 ** deaths.length);
    say('warn', 'the server died', { how: ending.how, deathsInAMinute: deaths.length, pauseMs });
    if (deaths.length >= (everServed ? deathsPerMinute : firstStarts))
      return giveUp(keeping, ending.how, deaths.length);
    await delay(pauseMs);
    if (await isUnwanted(keeping)) return undefined;
  }
}

/** One life of the server, from start to end. */
async function liveOnce(keeping: Keeping): Promise<Ending> {
  const { order, files } = keeping;
  const database = databaseOf(order);
  if (!existsSync(database.mark)) await removeDatabase(database.path);
  const child = startServer(order);
  const ended = new AbortController();
  child.once('error', (error) => ended.abort(error.message));
  child.once('exit', (code, signal) => ended.abort(signal ? `signal ${signal}` : `exit code ${code}`));
  if (child.pid === undefined) {
    await once(ended.signal, 'abort');
    return { kind: 'died', how: ended.signal.reason, served: false };
  }
  const server = identityOf(child.pid);
  const state: ServerState = { ...stateOf(order), ...server, phase: 'starting' };
  let served = false;
  try {
    await writeState(files, state);
    for (;;) {
      // The signal only cuts the pause short; what happened is looked at below.
      await delay(served ? scanMs : startPollMs, undefined, { signal: ended.signal }).catch(() => undefined);
      if (ended.signal.aborted) return { kind: 'died', how: ended.signal.reason, served };
      if (!served && (await isServing(order.grpcPort))) {
        served = true;
        await writeFile(database.mark, '');
        await writeState(files, { ...state, phase: 'running' });
        say('info', 'the server serves', { pid: server.pid, grpcPort: order.grpcPort, uiPort: order.uiPort });
      }
      if (await isUnwanted(keeping, state)) return { kind: 'stopped' };
      await trimLog(files);
    }
  } finally {
    // Also when writing fails (no space, store removed): never leave a server that nobody keeps.
    await endProcess(server);
  }
}

/**
 * Whether the server may go: no living lease, or the keeper was told to stop, or the store is gone.
 *
 * Decided under the lock that acquiring takes, so that a new lease is either seen here or sees the phase `stopping`.
 */
async function isUnwanted({ files, stopRequested }: Keeping, state?: ServerState): Promise<boolean> {
  if (!existsSync(files.dir)) return true;
  if (!stopRequested && (await liveLeases(files)) > 0) return false;
  const lock = await tryLock(files.acquireLock);
  if (lock === undefined && !stopRequested) return false;
  try {
    if (!stopRequested && (await liveLeases(files)) > 0) return false;
    if (state) await writeState(files, { ...state, phase: 'stopping' });
    return true;
  } finally {
    await lock?.release();
  }
}

/** With what SQLite keeps beside it. */
async function removeDatabase(path: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm', '-journal']) await rm(`${path}${ending}`, { force: true });
}

async function giveUp({ order, files }: Keeping, how: string, deaths: number): Promise<string> {
  const reason = deaths > 1 ? `it died ${deaths} times within a minute, the last time by ${how}` : how;
  await writeState(files, { ...stateOf(order), pid: 0, startTime: null, phase: 'failed', reason });
  return reason;
}

function stateOf(order: ServerOrder): Omit<ServerState, 'phase' | 'pid' | 'startTime'> {
  const self = identityOf();
  return {
    format: 1,
    keeperPid: self.pid,
    keeperStartTime: self.startTime,
    grpcPort: order.grpcPort,
    uiPort: order.uiPort,
    startedAt: new Date().toISOString(),
    binaryVersion: order.serverVersion,
  };
}

/** The log is open for appending, so writers go on at the new end after it was cut. */
async function trimLog({ log }: ServerFiles): Promise<void> {
  const { size } = await stat(log);
  if (size <= logMaxBytes) return;
  const handle = await open(log, 'r+');
  try {
    const last = Buffer.alloc(logKeepBytes);
    const { bytesRead } = await handle.read(last, 0, logKeepBytes, size - logKeepBytes);
    await handle.truncate(0);
    await handle.write(last, 0, bytesRead, 0);
  } finally {
    await handle.close();
  }
}

function say(level: string, msg: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, by: 'keeper', msg, ...fields })}\n`,
  );
}

await keep(JSON.parse(process.argv[2] ?? '{}') as ServerOrder);
