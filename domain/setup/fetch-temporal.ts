import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, PlatformError } from '../runtime/errors.ts';
import { extractFile } from './archive.ts';
import type { Environment } from './cache-dir.ts';
import { download } from './download.ts';
import { findGo, goInstall } from './go-install.ts';
import { withLock } from './lock.ts';
import { megabytes, type Progress, silentProgress } from './progress.ts';
import { binaryFolder, cachedBinary, putBinary } from './temporal-cache.ts';
import { type Release, releaseFor, temporalGoPackage } from './temporal-release.ts';
import type { Attempt, BinaryVersion, Fetched, Way } from './temporal-ways.ts';

/** What to fetch, where to put it and whom to tell. */
export interface FetchTemporalOptions {
  readonly env: Environment;
  readonly cacheDir: string;
  readonly progress?: Progress;
  /** Where the archive lies. Default: the vendor's hosts for this machine. */
  readonly release?: Release;
  /** Milliseconds until an answer must have begun. Default 5 000. */
  readonly connectTimeoutMs?: number;
}

/** Longest wait for another process that sets up: compiling may take it some minutes. */
const otherSetupMs = 20 * 60_000;

const label = 'Temporal server';

/**
 * Fetches the Temporal binary into the cache: the vendor's download, else `go install`. Of two processes that set up at
 * once the second waits for the first and takes what it made.
 */
export async function fetchTemporal(
  options: FetchTemporalOptions,
  probe: (path: string) => Promise<BinaryVersion>,
): Promise<Fetched> {
  const { cacheDir, progress = silentProgress } = options;
  const folder = binaryFolder(cacheDir);
  await mkdir(folder, { recursive: true });
  const onWait = ({ pid }: { pid: number }): void =>
    progress.note(`Process ${pid} is fetching the Temporal server already; waiting for it`);
  return withLock(`${folder}.lock`, { waitMs: otherSetupMs, onWait }, async () => {
    const cached = await cachedBinary(cacheDir, 'touched');
    if (cached.ok) return { path: cached.path, how: 'cache', ...versionsOf(cached.record) };
    const work = join(folder, `fetching-${process.pid}-${randomUUID()}`);
    await mkdir(work);
    try {
      return await firstThatWorks(work, { ...options, progress }, probe);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

type Fetcher = (folder: string, options: FetchTemporalOptions & { progress: Progress }) => Promise<string>;

async function firstThatWorks(
  work: string,
  options: FetchTemporalOptions & { progress: Progress },
  probe: (path: string) => Promise<BinaryVersion>,
): Promise<Fetched> {
  const fetchers: readonly (readonly [Way, Fetcher])[] = [
    ['download', byDownload],
    ['go install', byGoInstall],
  ];
  const failed: Attempt[] = [];
  for (const [way, fetcher] of fetchers) {
    try {
      const finished = await fetcher(work, options);
      const versions = await probe(finished);
      const path = await putBinary(options.cacheDir, finished, { ...versions, way });
      return { path, how: way, ...versions };
    } catch (error) {
      failed.push({ way, outcome: messageOf(error) });
    }
  }
  return { failed };
}

async function byDownload(
  folder: string,
  { progress, release, connectTimeoutMs }: FetchTemporalOptions & { progress: Progress },
): Promise<string> {
  const { urls, sha256 } = release ?? vendorRelease();
  const archive = join(folder, 'temporal.tar.gz');
  const reasons: string[] = [];
  for (const url of urls) {
    const task = progress.task(`${label}: download`);
    try {
      const got = await download(url, archive, {
        task,
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
      });
      if (sha256 !== undefined && got.sha256 !== sha256) throw wrongArchive(url, got.sha256, sha256);
      const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
      await extractFile(archive, name, join(folder, name));
      task.end(
        `${megabytes(got.bytes)} from ${new URL(url).host}, sha256 ${sha256 ? 'as expected' : 'noted'}`,
      );
      return join(folder, name);
    } catch (error) {
      task.end(messageOf(error));
      reasons.push(messageOf(error));
    }
  }
  throw new PlatformError(reasons.join('; '), { code: 'STK-SETUP-DOWNLOAD' });
}

async function byGoInstall(
  folder: string,
  { env, progress }: FetchTemporalOptions & { progress: Progress },
): Promise<string> {
  const go = await findGo(env).catch((error: unknown) => {
    progress.note(`${label}: go install: ${messageOf(error)}`);
    throw error;
  });
  progress.note(`Compiling instead, with Go ${go.version}: go install ${temporalGoPackage}`);
  progress.note('This takes some minutes on the first machine; later starts use the compiled file.');
  if (go.note) progress.note(go.note);
  const task = progress.task(`${label}: go install`);
  const startedAt = performance.now();
  const path = await goInstall(go, join(folder, 'bin'), { env, task }).catch((error: unknown) => {
    task.end(messageOf(error));
    throw error;
  });
  task.end(`compiled in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return path;
}

function vendorRelease(): Release {
  const release = releaseFor(process.platform, process.arch);
  if (release !== undefined) return release;
  throw new PlatformError(`the vendor builds no binary for ${process.platform} ${process.arch}`, {
    code: 'STK-SETUP-DOWNLOAD',
    retryable: false,
  });
}

function wrongArchive(url: string, found: string, expected: string): PlatformError {
  return new PlatformError(`${url}: the archive has sha256 ${found}, expected was ${expected}`, {
    code: 'STK-SETUP-CHECKSUM',
    details: { url, found, expected },
  });
}

function versionsOf({ version, serverVersion }: BinaryVersion): BinaryVersion {
  return { version, serverVersion };
}
