/** The Temporal CLI release Stocktake fetches: the newest that `go install` accepts (later ones carry a replace in go.mod). */
export const temporalVersion = '1.5.1';

/** The server inside that release; its database file is named by it. */
export const temporalServerVersion = '1.29.1';

/** Oldest server a binary of the user's own may hold: updates and user metadata are on since then. */
export const minimumServerVersion = '1.25.0';

/** Go module path of the command. */
export const temporalGoPackage = `github.com/temporalio/cli/cmd/temporal@v${temporalVersion}`;

/** What go.mod of that release asks for. */
export const goVersionNeeded = '1.25.0';

/** Packages `go install` compiles for it, the standard library's included. */
export const goPackages = 1_298;

/** Sizes for the announcement, measured on linux x64. */
export const temporalSizes = {
  archiveBytes: 50e6,
  binaryBytes: 213e6,
  goModuleBytes: 280e6,
  goCacheBytes: 3.2e9,
} as const;

/** sha256 of the vendor's release archives, by `<platform>_<arch>` in Go's words. */
const archiveHashes: Readonly<Record<string, string>> = {
  linux_amd64: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  linux_arm64: 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
  darwin_amd64: 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  darwin_arm64: 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
};

/** Where the vendor's archive for a machine lies and what it must hash to. */
export interface Release {
  /** Tried in order: the vendor's download host, then the same archive among the release assets. */
  readonly urls: readonly string[];
  /** Undefined where none is known: then only the transport (https) vouches for it. */
  readonly sha256: string | undefined;
}

/** The vendor's archive for a platform and processor; undefined where the vendor builds none. */
export function releaseFor(platform: NodeJS.Platform, arch: string): Release | undefined {
  const os = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[platform as string];
  const cpu = { x64: 'amd64', arm64: 'arm64' }[arch];
  if (os === undefined || cpu === undefined) return undefined;
  const asset = `https://github.com/temporalio/cli/releases/download/v${temporalVersion}/temporal_cli_${temporalVersion}_${os}_${cpu}.tar.gz`;
  // For Windows the download host answers with a zip; the asset exists as tar.gz too.
  const host = `https://temporal.download/cli/archive/v${temporalVersion}?platform=${os}&arch=${cpu}`;
  return {
    urls: os === 'windows' ? [asset] : [host, asset],
    sha256: archiveHashes[`${os}_${cpu}`],
  };
}

/** Orders two versions of numbers and dots; missing parts count as 0. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left.split('.').map(Number), right.split('.').map(Number)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
