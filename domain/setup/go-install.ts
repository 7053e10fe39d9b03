import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '../runtime/errors.ts';
import type { Environment } from './cache-dir.ts';
import { commandOnPath, outputOf, runLong } from './commands.ts';
import type { ProgressTask } from './progress.ts';
import {
  compareVersions,
  goPackages,
  goVersionNeeded,
  temporalGoPackage,
  temporalVersion,
} from './temporal-release.ts';

/** A Go that can build the Temporal server. */
export interface Go {
  readonly path: string;
  readonly version: string;
  /** Set when Go first fetches a newer Go for itself. */
  readonly note?: string;
}

/** Go older than this cannot fetch the newer toolchain that a module asks for. */
const oldestSwitchingGo = '1.21.0';

/**
 * Finds a Go that can build the Temporal server.
 *
 * @throws PlatformError STK-SETUP-GO when there is none, or it is too old
 */
export async function findGo(env: Environment): Promise<Go> {
  const path = await commandOnPath('go', env);
  if (path === undefined) throw noGo('there is no `go` on PATH');
  const ask = (...args: string[]): Promise<string> => outputOf(path, args, { env, timeoutMs: 20_000 });
  const version = /go version go(\d+(?:\.\d+)*)/.exec(await ask('version'))?.[1];
  if (version === undefined) throw noGo(`${path} does not say its version`);
  if (compareVersions(version, goVersionNeeded) >= 0) return { path, version };
  const tooOld = `Go ${version} (${path}) is too old: ${goVersionNeeded} is needed`;
  if (compareVersions(version, oldestSwitchingGo) < 0) throw noGo(tooOld);
  const toolchain = (await ask('env', 'GOTOOLCHAIN')).trim();
  if (toolchain === 'local') throw noGo(`${tooOld}, and GOTOOLCHAIN=local forbids it to fetch a newer one`);
  return {
    path,
    version,
    note: `Go ${version} first fetches Go ${goVersionNeeded} for itself (about 70 MB)`,
  };
}

/**
 * Compiles the Temporal server into a folder and returns the binary's path; some minutes where Go's caches are empty.
 *
 * @throws PlatformError STK-SETUP-COMMAND with Go's last lines
 */
export async function goInstall(
  go: Go,
  folder: string,
  options: { readonly env: Environment; readonly task: ProgressTask },
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const follow = followGo(options.task);
  try {
    await runLong(
      go.path,
      [
        'install',
        '-v',
        // As the vendor builds it: without symbols (a sixth smaller), saying its version.
        `-ldflags=-s -w -X github.com/temporalio/cli/temporalcli.Version=${temporalVersion}`,
        temporalGoPackage,
      ],
      { env: { ...options.env, GOBIN: folder }, onLine: follow.onLine },
    );
  } finally {
    follow.stop();
  }
  return join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
}

/** `go install -v` names each module it fetches ("go: downloading …") and each package it compiles. */
function followGo(task: ProgressTask): { onLine(line: string): void; stop(): void } {
  const startedAt = performance.now();
  let modules = 0;
  let packages = 0;
  const say = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    if (packages === 0) {
      const what = modules === 0 ? 'asking for modules' : `${modules} modules fetched`;
      task.update({ done: 0, text: `${what}, ${seconds} s` });
      return;
    }
    task.update({ done: packages, total: goPackages, text: `${seconds} s, ${packages} packages` });
  };
  const timer = setInterval(say, 1000);
  return {
    onLine(line) {
      if (line.startsWith('go: downloading ')) modules += 1;
      else if (!line.startsWith('go: ')) packages += 1;
    },
    stop: () => clearInterval(timer),
  };
}

function noGo(why: string): PlatformError {
  return new PlatformError(why, { code: 'STK-SETUP-GO', retryable: false });
}
