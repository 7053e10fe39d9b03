import { readFileSync } from 'node:fs';
import { type Check, type Finding, judge, passed } from './checks.ts';

/** What the checks of the machine look at. */
export interface MachineFacts {
  /** With the leading `v`. */
  readonly nodeVersion: string;
  readonly execPath: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Version of glibc; undefined where another C library, or none, is used. */
  readonly glibc: string | undefined;
  /** Name of the Linux distribution, empty elsewhere. */
  readonly distribution: string;
  /** Free for this process, container limits counted. */
  readonly availableMemoryBytes: number;
  /** The clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly timeZone: string;
  /** 2026-01-01T00:00Z as a wall clock in Shanghai shows it: `08:00` where time zone data work. */
  readonly shanghaiMidnight: string;
}

/** Asks this machine. */
export function machineFacts(): MachineFacts {
  return {
    nodeVersion: process.version,
    execPath: process.execPath,
    platform: process.platform,
    arch: process.arch,
    glibc: glibcVersion(),
    distribution: distributionName(),
    availableMemoryBytes: process.availableMemory(),
    nowMs: Date.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    shanghaiMidnight: new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Asia/Shanghai',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).format(Date.UTC(2026, 0, 1)),
  };
}

/** Judges the machine; nothing is touched. */
export function machineChecks(facts: MachineFacts): Check[] {
  return [
    judge('Node', 'Node 24 or newer', checkNode(facts)),
    judge('platform', 'linux x64 with glibc, where Stocktake is tested', checkPlatform(facts)),
    judge('memory', 'at least 2 GB free', checkMemory(facts)),
    judge('clock', 'a set clock and working time zone data', checkClock(facts)),
  ];
}

const gigabyte = 1e9;
const neededNodeMajor = 24;

/** Combinations for which Temporal's bridge and DuckDB are built, besides the tested linux x64. */
const builtFor = ['linux arm64', 'darwin x64', 'darwin arm64', 'win32 x64'];

function checkNode({ nodeVersion, execPath }: MachineFacts): Finding {
  const source = /node_modules[\\/]node-[a-z]+-/.test(execPath) ? 'the packaged one' : 'this machine’s own';
  const found = `${nodeVersion}, ${source} (${execPath})`;
  if (Number.parseInt(nodeVersion.slice(1), 10) >= neededNodeMajor) return passed(found);
  return { status: 'fail', found, fix: 'npm ci (it brings Node 24 along), and start through: npx stocktake' };
}

function checkPlatform({ platform, arch, glibc, distribution }: MachineFacts): Finding {
  const machine = `${platform} ${arch}`;
  if (platform === 'linux' && glibc === undefined) {
    return {
      status: 'fail',
      found: `${machine}, ${distribution || 'a Linux'} without glibc (musl)`,
      fix: 'use an image with glibc, such as Debian: Temporal’s native bridge and ONNX Runtime are built for glibc, there is none for musl (Alpine)',
    };
  }
  if (machine === 'linux x64') return passed(`${machine}, glibc ${glibc}, ${distribution}`);
  if (builtFor.includes(machine)) {
    const found = `${machine}${glibc ? `, glibc ${glibc}` : ''}`;
    return {
      status: 'not tried',
      found,
      fix: 'native parts exist for it, but not tried on this platform were: set-up, the server’s life (shared, killed), whole nights; `npm test` tells',
    };
  }
  return {
    status: 'fail',
    found: machine,
    fix: 'use linux x64: Temporal’s native bridge or DuckDB is not built for this one',
  };
}

function checkMemory({ availableMemoryBytes: bytes }: MachineFacts): Finding {
  const found = `${(bytes / gigabyte).toFixed(1)} GB free`;
  if (bytes >= 2 * gigabyte) return passed(found);
  const status = bytes >= gigabyte ? 'warn' : 'fail';
  return { status, found, fix: 'close other programs, or raise the container’s limit' };
}

function checkClock({ nowMs, timeZone, shanghaiMidnight }: MachineFacts): Finding {
  const found = `${new Date(nowMs).toISOString()}, time zone ${timeZone}`;
  if (shanghaiMidnight !== '08:00') {
    const fix = 'use a Node with full ICU data (the packaged one has it): business dates need time zones';
    return { status: 'fail', found: `${found}; midnight UTC in Shanghai reads ${shanghaiMidnight}`, fix };
  }
  if (nowMs < Date.UTC(2026, 0, 1)) {
    return { status: 'warn', found, fix: 'set the clock: schedules and certificates depend on it' };
  }
  return passed(found);
}

/** The report is the only place where Node tells; without its network part it takes a few milliseconds. */
function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // Newer than its type.
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}

function distributionName(): string {
  if (process.platform !== 'linux') return '';
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
