import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MariadbPrograms } from './mariadb-programs.ts';
import { freePort } from './postgres-fixture.ts';

/** A MariaDB server of a test's own, on loopback. */
export interface MariadbFixture {
  /** Connection URL of a user that may read, with a password. */
  readonly url: string;
  readonly password: string;
  /** Runs statements as the owner. */
  sql(text: string): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const password = 'p@ss:w/rd-8';

/** Starts a server with an empty database `shop` and a user `reader`, in a folder of its own, as the current user. */
export async function startMariadb(programs: MariadbPrograms): Promise<MariadbFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-mariadb-'));
  const options = {
    cwd: dir,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', LD_LIBRARY_PATH: programs.libraries },
  };
  const where = [
    `--basedir=${programs.base}`,
    `--datadir=${join(dir, 'data')}`,
    `--user=${userInfo().username}`,
  ];
  await run(
    programs.installDb,
    [
      '--no-defaults',
      ...where,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    options,
  );
  const port = await freePort();
  const server = spawn(
    programs.server,
    [
      '--no-defaults',
      ...where,
      `--socket=${join(dir, 'socket')}`,
      `--pid-file=${join(dir, 'pid')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=64M',
      // A time zone other than the tests', so that drift would be seen.
      '--default-time-zone=+05:30',
    ],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // Also where a test never came to stop it.
  process.once('exit', () => server.kill());
  const owner = {
    socketPath: join(dir, 'socket'),
    user: 'root',
    multipleStatements: true,
    charset: 'utf8mb4',
  };
  const stop = async (): Promise<void> => {
    if (server.exitCode === null) {
      const gone = once(server, 'exit');
      server.kill('SIGTERM');
      await gone;
    }
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await ready(server);
    await execute(
      owner,
      `create database shop character set utf8mb4;
       create user reader@'127.0.0.1' identified by '${password}'; grant select on shop.* to reader@'127.0.0.1'`,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `mariadb://reader:${encodeURIComponent(password)}@127.0.0.1:${port}/shop`,
    password,
    sql: (text) => execute({ ...owner, database: 'shop' }, text),
    stop,
  };
}

async function execute(options: Record<string, unknown>, text: string): Promise<void> {
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection(options);
  try {
    await connection.query(text);
  } finally {
    await connection.end();
  }
}

/** Resolves when the server says that it takes connections. */
async function ready(server: ChildProcess): Promise<void> {
  let log = '';
  for await (const chunk of server.stderr ?? []) {
    log += String(chunk);
    if (!log.includes('ready for connections')) continue;
    server.stderr?.resume();
    return;
  }
  throw new Error(`MariaDB did not start: ${log}`);
}
