import { StocktakeError } from '../runtime/errors.ts';
import type { Environment } from './cache-dir.ts';
import { megabytes, type Progress } from './progress.ts';
import { type FoundTemporal, findTemporal } from './temporal-binary.ts';
import { temporalSizes, temporalVersion } from './temporal-release.ts';

/** A thing set-up provides, once per user. Set-up goes through a list of them. */
export interface Provision {
  readonly name: string;
  /** Whether it is there; fetches nothing. */
  inspect(): Promise<ProvisionState>;
  /** Fetches it and says what is there now. @throws a coded error with every reason and the offline way */
  provide(progress: Progress): Promise<string>;
}

/** Of something that is there what it is; of something missing what would be fetched, from where and how big. */
export type ProvisionState =
  | { readonly ready: true; readonly detail: string }
  | { readonly ready: false; readonly fetches: readonly string[] };

/** What the provisions of this machine depend on. */
export interface ProvisionOptions {
  readonly env: Environment;
  /** From `cacheDirOf`. */
  readonly cacheDir: string;
}

/** The Temporal server: an address, or a binary that starts one. */
export function temporalProvision(options: ProvisionOptions, find = findTemporal): Provision {
  return {
    name: 'Temporal server',
    async inspect() {
      try {
        return { ready: true, detail: describe(await find({ ...options, fetch: false })) };
      } catch (error) {
        if (error instanceof StocktakeError && error.code === 'STK-SETUP-NO-TEMPORAL') {
          return { ready: false, fetches: whatTemporalFetches };
        }
        throw error;
      }
    },
    async provide(progress) {
      return describe(await find({ ...options, progress }));
    },
  };
}

/** A found server in one line. */
export function describe(found: FoundTemporal): string {
  if (found.kind === 'address') return `the one at ${found.address} (TEMPORAL_ADDRESS)`;
  return `server ${found.serverVersion}, CLI ${found.version} (${found.how}: ${found.path})`;
}

const { archiveBytes, binaryBytes, goModuleBytes, goCacheBytes } = temporalSizes;

const whatTemporalFetches = [
  `version ${temporalVersion}: the vendor's download, about ${megabytes(archiveBytes)} (${megabytes(binaryBytes)} unpacked)`,
  `where that cannot be had: go install, about ${megabytes(goModuleBytes)} of Go modules and some minutes of compiling` +
    ` (Go's own caches grow to about ${(goCacheBytes / 1e9).toFixed(1)} GB)`,
];
