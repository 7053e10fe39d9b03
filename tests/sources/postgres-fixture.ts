import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A PostgreSQL server of a test's own, on loopback. */
export interface PostgresFixture {
  /** Connection URL with a password. */
  readonly url: string;
  readonly password: string;
  /** Runs statements as the owner. */
  sql(text: string): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const password = 'p@ss:w/rd-7';
/** The server refuses to run as root; any other user will do. */
const nobody = { uid: 65534, gid: 65534 };

/** Folder of the newest PostgreSQL programs installed here, or undefined where there are none. */
export function findPostgres(): string | undefined {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(base, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

/** Starts a server with an empty database `shop` and a user `reader` with a password. */
export async function startPostgres(bin: string): Promise<PostgresFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-postgres-'));
  const user = process.getuid?.() === 0 ? nobody : {};
  if ('uid' in user) await chown(dir, nobody.uid, nobody.gid);
  const data = join(dir, 'data');
  const asUser = { ...user, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' }, cwd: dir };
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    asUser,
  );
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-k', dir, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
    { ...asUser, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await ready(server);
  const owner = `postgres://owner@127.0.0.1:${port}`;
  await execute(`${owner}/postgres`, 'create database shop');
  await execute(
    `${owner}/shop`,
    `create role reader login password '${password}'; grant pg_read_all_data to reader`,
  );
  return {
    url: `postgres://reader:${encodeURIComponent(password)}@127.0.0.1:${port}/shop`,
    password,
    sql: (text) => execute(`${owner}/shop`, text),
    async stop() {
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function execute(connectionString: string, text: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** Resolves when the server says that it takes connections. */
async function ready(server: ChildProcess): Promise<void> {
  let log = '';
  for await (const chunk of server.stderr ?? []) {
    log += String(chunk);
    if (!log.includes('ready to accept connections')) continue;
    server.stderr?.resume();
    return;
  }
  throw new Error(`PostgreSQL did not start: ${log}`);
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
