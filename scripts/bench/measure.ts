import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** What one command cost as a whole: wall time and the peak of its process tree's memory. */
export interface Measured {
  readonly code: number | null;
  readonly seconds: number;
  /** Sum over all processes of the tree of each one's peak proportional set size, in bytes; 0 where /proc has none. */
  readonly peakPssBytes: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command and measures its whole process tree, detached children (the server) included by their environment mark. */
export async function measure(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Measured> {
  const mark = `STOCKTAKE_BENCH=${process.pid}-${process.hrtime.bigint()}`;
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, STOCKTAKE_BENCH: mark.split('=')[1] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const peaks = new Map<number, number>();
  const timer = setInterval(() => samplePeaks(mark, peaks), 150);
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
  return { code, seconds: (performance.now() - started) / 1000, peakPssBytes, ...texts };
}

function samplePeaks(mark: string, peaks: Map<number, number>): void {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(mark)) continue;
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${name}/smaps_rollup`, 'latin1'));
      const bytes = Number(pss?.[1] ?? 0) * 1024;
      peaks.set(Number(name), Math.max(peaks.get(Number(name)) ?? 0, bytes));
    } catch {
      // The process ended between the listing and the reading: it has no more to add.
    }
  }
}
