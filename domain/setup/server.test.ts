import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../runtime/errors.ts';
import { silentLogger } from '../runtime/logger.ts';
import { cacheDirOf } from './cache-dir.ts';
import { isServing } from './health.ts';
import { isAlive, type ProcessIdentity } from './processes.ts';
import { acquireServer, type ServerLease } from './server.ts';
import { keeperOf, liveLeases, readState, type ServerState, serverFiles, serverOf } from './server-files.ts';
import { endProcess, isGone } from './server-process.ts';
import { findTemporal } from './temporal-binary.ts';

const cacheDir = cacheDirOf(process.env, process.platform, homedir());
const { TEMPORAL_ADDRESS: _, ...env } = process.env;
const found = await findTemporal({ env, cacheDir, fetch: false }).catch(() => undefined);
const { path: binary, serverVersion } = found?.kind === 'binary' ? found : {};

let store: string;
let holders: ChildProcess[];

beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'stocktake-server-'));
  holders = [];
});

afterEach(async () => {
  for (const holder of holders) holder.kill('SIGKILL');
  // Whatever a failed test leaves: the keeper ends its server itself.
  const state = await readState(serverFiles(store));
  if (state) await endProcess(keeperOf(state));
  if (state) await endProcess(serverOf(state));
  await rm(store, { recursive: true, force: true, maxRetries: 5 });
});

describe.skipIf(binary === undefined)('a server (skipped where no temporal binary is)', () => {
  it('is one for two processes, and gone within seconds after the last holder was killed', async () => {
    const [mine, other] = await Promise.all([acquire(), hold()]);
    expect(other.address).toBe(mine.address);
    const state = await currentState();
    expect(await isServing(state.grpcPort)).toBe(true);
    await mine.release();
    expect(isAlive(serverOf(state))).toBe(true);
    other.process.kill('SIGKILL');
    expect(await isGone(serverOf(state), 6_000)).toBe(true);
    expect(await isGone(keeperOf(state), 1_000)).toBe(true);
  });

  it('comes back on the same port with the same data when it is killed', async () => {
    const lease = await acquire();
    await temporal(lease, 'operator', 'namespace', 'create', '-n', 'kept');
    const before = await currentState();
    process.kill(before.pid, 'SIGKILL');
    const after = await currentState((state) => state.pid !== before.pid);
    expect(after.grpcPort).toBe(before.grpcPort);
    expect(await temporal(lease, 'operator', 'namespace', 'describe', '-n', 'kept')).toContain('kept');
    await lease.release();
    expect(isAlive(serverOf(after))).toBe(false);
    expect(await isGone(keeperOf(after), 1_000)).toBe(true);
    expect(await readState(serverFiles(store))).toBeUndefined();
  });

  it('that lost its keeper is replaced on its old ports, or ended by the last to let go', async () => {
    const first = await acquire();
    const before = await killKeeper();
    const second = await acquire();
    expect(isAlive(serverOf(before))).toBe(false);
    expect(second.address).toBe(first.address);
    expect(second.shared).toBe(false);
    const after = await killKeeper();
    await Promise.all([first.release(), second.release()]);
    expect(isAlive(serverOf(after))).toBe(false);
    expect(await readState(serverFiles(store))).toBeUndefined();
  });

  it('starts over from a database whose making was cut short, and stops when its store is removed', async () => {
    const { dir } = serverFiles(store);
    await mkdir(dir);
    await writeFile(join(dir, `temporal-${serverVersion}.db`), '');
    const lease = await acquire();
    const state = await currentState();
    await rm(store, { recursive: true, force: true, maxRetries: 5 });
    expect(await isGone(serverOf(state), 6_000)).toBe(true);
    await lease.release();
  });

  it('says which process holds a fixed port', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const failure = await acquire({ ports: { grpc: port, ui: port } }).catch((error: unknown) => error);
    squatter.close();
    expect(failure).toMatchObject({ code: 'STK-SERVER-PORT-BUSY' });
    expect((failure as Error).message).toContain(`Port ${port}`);
    if (process.platform === 'linux') expect((failure as Error).message).toContain(`process ${process.pid}`);
  });
});

describe('a server that does not start', () => {
  it('fails with its last words and leaves no lease', async () => {
    const path = await script('echo "database is malformed" >&2; exit 3');
    const failure = await acquire({ binary: path }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlatformError);
    expect(failure).toMatchObject({ code: 'STK-SERVER-START' });
    expect((failure as Error).message).toContain(
      'it died 3 times within a minute, the last time by exit code 3',
    );
    expect((failure as Error).message).toContain('database is malformed');
    await expectNothingLeft();
  });

  it('is given up after the time to get ready', async () => {
    const path = await script('exec sleep 60');
    const failure = await acquire({ binary: path, readyTimeoutMs: 700 }).catch((error: unknown) => error);
    expect((failure as Error).message).toContain('did not serve within 0.7 s');
    await expectNothingLeft();
  });
});

function acquire(options: Partial<Parameters<typeof acquireServer>[0]> = {}): Promise<ServerLease> {
  return acquireServer({ store, binary: binary ?? '', log: silentLogger, ...options });
}

/** Another process that acquires the server and then waits to be killed. */
async function hold(): Promise<{ process: ChildProcess; address: string }> {
  const source = `
    const { acquireServer } = await import(${JSON.stringify(new URL('./server.ts', import.meta.url).href)});
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const lease = await acquireServer({ store: ${JSON.stringify(store)}, binary: ${JSON.stringify(binary)}, log });
    console.log(lease.address);
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(holder);
  const [address] = await once(createInterface({ input: holder.stdout }), 'line');
  return { process: holder, address };
}

/** The state once the server serves (again). */
async function currentState(wanted: (state: ServerState) => boolean = () => true): Promise<ServerState> {
  for (;;) {
    const state = await readState(serverFiles(store));
    if (state?.phase === 'running' && wanted(state)) return state;
    await delay(20);
  }
}

async function killKeeper(): Promise<ServerState> {
  const state = await currentState();
  process.kill(state.keeperPid, 'SIGKILL');
  expect(await isGone(keeperOf(state), 1_000)).toBe(true);
  return state;
}

async function temporal(lease: ServerLease, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(binary ?? '', [...args, '--address', lease.address]);
  return stdout;
}

/** A program that answers --version like a Temporal CLI and otherwise does what the shell text says. */
async function script(otherwise: string): Promise<string> {
  const path = join(store, 'temporal-fake');
  const version = 'echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"';
  await writeFile(path, `#!/bin/sh\nif [ "$1" = --version ]; then ${version}; else ${otherwise}; fi\n`, {
    mode: 0o755,
  });
  return path;
}

async function expectNothingLeft(): Promise<void> {
  const files = serverFiles(store);
  const keeper = await readFile(files.keeperLock, 'utf8').catch(() => undefined);
  const holder: ProcessIdentity | undefined = keeper === undefined ? undefined : JSON.parse(keeper);
  expect(holder === undefined || !isAlive(holder)).toBe(true);
  const state = await readState(files);
  if (state && state.pid > 0) expect(isAlive(serverOf(state))).toBe(false);
  expect(await liveLeases(files)).toBe(0);
}
