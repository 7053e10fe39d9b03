import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Programs of a MariaDB server: installed, or unpacked into the user's cache. */
export interface MariadbPrograms {
  readonly server: string;
  readonly installDb: string;
  /** Folder that holds `bin`, `sbin` and `share`. */
  readonly base: string;
  /** Folder of libraries that came with them; empty for installed ones. */
  readonly libraries: string;
}

const run = promisify(execFile);
const fetchMs = 60_000;
/** What the server needs and a bare system does not have. */
const ownLibraries = /^lib(aio|uring|numa|pcre2|snappy|lz4|fmt)/;

/**
 * Finds MariaDB's programs on PATH, or fetches Debian's packages without root and unpacks them into the user's cache folder, once.
 *
 * @returns undefined where there are neither programs nor packages
 */
export async function findMariadb(): Promise<MariadbPrograms | undefined> {
  const installed = onPath();
  if (installed) return installed;
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stocktake');
  const root = join(cache, `mariadb-${process.arch}`);
  // Where it fails, another test may have been faster.
  if (!existsSync(root)) await fetchInto(cache, root).catch(() => undefined);
  return existsSync(root) ? unpacked(root) : undefined;
}

function onPath(): MariadbPrograms | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const find = (...names: string[]): string | undefined =>
    folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  const server = find('mariadbd', 'mysqld');
  const installDb = find('mariadb-install-db');
  if (!server || !installDb) return undefined;
  return { server, installDb, base: dirname(dirname(installDb)), libraries: '' };
}

async function fetchInto(cache: string, root: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, 'mariadb-'));
  try {
    const { stdout } = await run('apt-cache', ['depends', 'mariadb-server-core'], { timeout: fetchMs });
    const needed = [...stdout.matchAll(/Depends: (\S+)/g)].map(([, name = '']) => name);
    const packages = [
      'mariadb-server-core',
      'mariadb-client-core',
      ...needed.filter((name) => ownLibraries.test(name)),
    ];
    await run('apt-get', ['download', ...packages], { cwd: dir, timeout: fetchMs });
    for (const name of await readdir(dir)) {
      if (name.endsWith('.deb')) await run('dpkg', ['-x', join(dir, name), join(dir, 'root')]);
    }
    await rename(join(dir, 'root'), root);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function unpacked(root: string): Promise<MariadbPrograms | undefined> {
  const base = join(root, 'usr');
  const programs = { server: join(base, 'sbin/mariadbd'), installDb: join(base, 'bin/mariadb-install-db') };
  const folders = (await readdir(join(base, 'lib'))).filter((name) => name.includes('-linux-'));
  if (!existsSync(programs.server) || !existsSync(programs.installDb)) return undefined;
  return { ...programs, base, libraries: join(base, 'lib', folders[0] ?? '') };
}
