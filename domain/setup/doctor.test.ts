import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Check } from './checks.ts';
import { type DoctorOptions, runDoctor } from './doctor.ts';
import { identityOf } from './processes.ts';
import { type ServerState, serverFiles, writeState } from './server-files.ts';
import { binaryPath, putBinary } from './temporal-cache.ts';

let dir: string;
let listener: Server;
let port: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-doctor-'));
  listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  port = (listener.address() as { port: number }).port;
});
afterEach(async () => {
  listener.close();
  await rm(dir, { recursive: true, force: true });
});

it('finds a machine without a set-up usable, and says what set-up would do', async () => {
  const checks = await run({ env: { PATH: '' } });
  expect(checks['Temporal server']).toMatchObject({ status: 'warn' });
  expect(checks['Temporal server']?.found).toContain(
    'go install, which cannot work (there is no `go` on PATH)',
  );
  expect(checks['Temporal server']?.fix).toContain('TEMPORAL_CLI_PATH');
  expect(checks['cached binary']?.status).toBe('not tried');
  expect(checks.TEMPORAL_ADDRESS?.status).toBe('not tried');
  expect(checks.store).toMatchObject({ status: 'pass' });
  expect(checks.store?.found).toContain('the first run makes it');
});

it('names who holds a port, unless it is this store’s own server', async () => {
  const ports = { grpc: port, ui: port };
  const foreign = (await run({ ports }))[`port ${port}`];
  expect(foreign?.status).toBe('warn');
  if (process.platform === 'linux') expect(foreign?.found).toContain(`process ${process.pid}`);
  await mkdir(serverFiles(store()).dir, { recursive: true });
  await writeState(serverFiles(store()), {
    ...identityOf(),
    grpcPort: port,
    uiPort: port + 1,
  } as ServerState);
  expect((await run({ ports }))[`port ${port}`]?.status).toBe('pass');
});

it('tries the address that is set', async () => {
  const reachable = await run({ env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } });
  expect(reachable.TEMPORAL_ADDRESS?.status).toBe('pass');
  expect(reachable['Temporal server']?.found).toContain(`127.0.0.1:${port}`);
  listener.close();
  await once(listener, 'close');
  const gone = await run({ env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } });
  expect(gone.TEMPORAL_ADDRESS).toMatchObject({ status: 'fail' });
});

it('reads the whole cached binary', async () => {
  await writeFile(join(dir, 'finished'), 'binary', { mode: 0o755 });
  await putBinary(dir, join(dir, 'finished'), { version: '1.5.1', serverVersion: '1.29.1', way: 'download' });
  const fine = await run({ env: {} });
  expect(fine['cached binary']?.status).toBe('pass');
  expect(fine['Temporal server']?.found).toContain('server 1.29.1, CLI 1.5.1 (cache: ');
  await writeFile(binaryPath(dir), 'bitten');
  expect((await run({ env: {} }))['cached binary']).toMatchObject({ status: 'fail', fix: 'stocktake setup' });
});

it('reports a named binary that is passed over', async () => {
  const path = join(dir, 'temporal');
  await writeFile(path, '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2)"\n', { mode: 0o755 });
  const checks = await run({ env: { TEMPORAL_CLI_PATH: join(dir, 'nowhere'), PATH: dir } });
  expect(checks['Temporal server']).toMatchObject({ status: 'warn' });
  expect(checks['Temporal server']?.found).toContain('passed over');
});

it('refuses a store of another format, and one that may not be written', async () => {
  await mkdir(store());
  await writeFile(join(store(), 'format.json'), '{"format":999}');
  expect((await run()).store).toMatchObject({ status: 'fail', found: `${store()} has format 999` });
  if (process.getuid?.() === 0) return;
  await chmod(store(), 0o500);
  expect((await run()).store?.found).toContain('may not be written (EACCES)');
});

it('reports natives that do not load, and a check that breaks, without giving up', async () => {
  const checks = await run({
    natives: [
      { name: 'good', load: async () => '1.0 loads' },
      { name: 'bad', load: () => Promise.reject(new Error('invalid ELF header\n at x')) },
    ],
    checkConfig: () => Promise.reject(new Error('the check broke')),
  });
  expect(checks.good).toMatchObject({ status: 'pass', found: '1.0 loads' });
  expect(checks.bad).toMatchObject({ status: 'fail', found: 'invalid ELF header' });
  expect(checks.configuration).toMatchObject({ status: 'fail', found: 'the check broke' });
});

function store(): string {
  return join(dir, 'store');
}

async function run(options: Partial<DoctorOptions> = {}): Promise<Record<string, Check>> {
  const checks = await runDoctor({
    env: { PATH: '' },
    cacheDir: dir,
    store: store(),
    ports: { grpc: 1, ui: 2 },
    natives: [],
    checkEncoder: async () => ({ status: 'pass', found: 'fine', fix: '' }),
    checkConfig: async () => ({ status: 'pass', found: 'fine', fix: '' }),
    ...options,
  });
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}
