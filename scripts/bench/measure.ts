import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** What one command cost as a whole: wall time and the peak of its process tree's memory. */
export interface Measured {
  readonly code: number | null;
  readonly seconds: number;
  /** Sum over all processes of the tree of each one's peak proportional set size, in bytes; 0 where /proc has none. */
  readonly peakPssBytes: number;
  /** Highest sum over the tree at any one moment, in bytes: what the machine must have. */
  readonly momentPssBytes: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command and measures its whole process tree by parent ids. Parsing children, the keeper and the server are started
 * with a cleaned environment, so that no mark in it would find them; a process once seen stays in, also when its parent ends.
 */
export async function measure(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const peaks = new Map<number, number>([[child.pid ?? 0, 0]]);
  let momentPssBytes = 0;
  const timer = setInterval(() => {
    momentPssBytes = Math.max(momentPssBytes, samplePeaks(peaks));
  }, 100);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    texts.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    texts.stderr += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  const peakPssBytes = [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { code, seconds: (performance.now() - started) / 1000, peakPssBytes, momentPssBytes, ...texts };
}

/** Raises each process's peak and returns what all use together now. */
function samplePeaks(peaks: Map<number, number>): number {
  const parents = parentIds();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (peaks.has(pid) || !peaks.has(parent)) continue;
      peaks.set(pid, 0);
      grown = true;
    }
  }
  let together = 0;
  for (const [pid, peak] of peaks) {
    const now = pssOf(pid);
    together += now;
    peaks.set(pid, Math.max(peak, now));
  }
  return together;
}

function parentIds(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = readIfThere(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[1]) parents.set(Number(name), Number(fields[1]));
  }
  return parents;
}

function pssOf(pid: number): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`));
  return Number(found?.[1] ?? 0) * 1024;
}

/** A process that ends between the listing and the reading has no more to add. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
