import { PlatformError } from '../runtime/errors.ts';
import { outputOf } from './commands.ts';
import { compareVersions, minimumServerVersion } from './temporal-release.ts';
import type { BinaryVersion } from './temporal-ways.ts';

/**
 * Asks a binary for its version (about 0.1 s).
 *
 * @throws PlatformError STK-SETUP-NOT-TEMPORAL when it is no Temporal CLI with a server inside, or the server is too old;
 *   STK-SETUP-COMMAND when it does not run
 */
export async function probeBinary(path: string): Promise<BinaryVersion> {
  const text = await outputOf(path, ['--version'], { env: {}, timeoutMs: 20_000 });
  const [, version, serverVersion] = /version (\S+) \(Server (\d+\.\d+\.\d+)/.exec(text) ?? [];
  if (version === undefined || serverVersion === undefined) {
    throw notTemporal(
      path,
      `it is no Temporal CLI with a server inside (it says: ${text.trim().slice(0, 80)})`,
    );
  }
  if (compareVersions(serverVersion, minimumServerVersion) < 0) {
    throw notTemporal(path, `its server ${serverVersion} is too old, ${minimumServerVersion} is needed`);
  }
  return { version, serverVersion };
}

function notTemporal(path: string, why: string): PlatformError {
  return new PlatformError(why, { code: 'STK-SETUP-NOT-TEMPORAL', retryable: false, details: { path } });
}
