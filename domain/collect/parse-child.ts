import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { messageOf, systemErrorCode } from '../runtime/errors.ts';
import type { ChildMessage, Job, ParseResult, TableResult, TypesResult } from './jobs.ts';
import { ChangedObject, runFlatsJob, runMergeJob, runParseJob, runRefuseJob } from './parse-job.ts';
import { peakMemoryMb, resetPeakMemory } from './peak-memory.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** What the parent tells the child on its command line, as JSON. */
export interface ChildSetup {
  /** The only folders DuckDB sees: the store's objects and staging. */
  readonly folders: readonly string[];
  /** Scratch folder of this child; it makes it, and removes it when its input ends. */
  readonly scratch: string;
  readonly engineMemoryMb: number;
  /** Resident memory from which the child ends itself, where the platform does not limit it. */
  readonly residentMb?: number;
}

/**
 * The parsing process: reads jobs as JSON lines from standard input, answers as JSON lines on standard output, one job at a
 * time, and ends when its input does.
 *
 * Untrusted files are opened here and nowhere else. `onJob` sees each job before it is worked.
 */
export async function serveJobs(
  setup: ChildSetup,
  onJob: (job: Job) => void = () => undefined,
): Promise<void> {
  startWatchdog(setup.residentMb);
  const sandbox = await openSandbox({
    folders: setup.folders,
    tempDir: `${setup.scratch}/engine`,
    memoryMb: setup.engineMemoryMb,
  });
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const job = JSON.parse(line) as Job;
    answer({ type: 'begin' });
    resetPeakMemory();
    try {
      onJob(job);
      const result = await runJob(sandbox, job, `${setup.scratch}/job`);
      const residentMb = process.memoryUsage.rss() / 2 ** 20;
      answer({ type: 'done', result, residentMb, peakMb: peakMemoryMb() });
    } catch (error) {
      answer({ type: 'failed', fault: faultOf(error), message: messageOf(error).split('\n', 1)[0] ?? '' });
    }
  }
  // The parent may be gone, then nobody else does it.
  rmSync(setup.scratch, { recursive: true, force: true });
}

async function runJob(
  sandbox: Sandbox,
  job: Job,
  scratch: string,
): Promise<ParseResult | TableResult | TypesResult> {
  if (job.kind === 'types') {
    const { guessTypes } = await import('./guess-types.ts');
    return { columns: await guessTypes(sandbox, job.path, job.columns) };
  }
  if (job.kind === 'merge') return runMergeJob(sandbox, job);
  if (job.kind === 'flats') return runFlatsJob(sandbox, job);
  return job.kind === 'parse' ? runParseJob(sandbox, job, scratch) : runRefuseJob(sandbox, job, scratch);
}

function answer(message: ChildMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function faultOf(error: unknown): 'disk' | 'changed' | 'parser' {
  if (error instanceof ChangedObject) return 'changed';
  const code = systemErrorCode(error) ?? '';
  const isDisk =
    ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'].includes(code) ||
    /no space left|disk.*full|max_temp_directory_size|could not write/i.test(messageOf(error));
  return isDisk ? 'disk' : 'parser';
}

/**
 * A thread that ends the process when its parent is gone or, where a limit is given, when it uses too much memory: the main
 * thread may be deep in a file.
 */
function startWatchdog(residentMb: number | undefined): void {
  const watch = `
    const parent = ${process.ppid};
    const most = ${residentMb === undefined ? 'Infinity' : residentMb * 1024 * 1024};
    setInterval(() => {
      if (process.ppid !== parent || process.memoryUsage.rss() > most) process.kill(process.pid, 'SIGKILL');
    }, 250);`;
  // Without a limit the thread would reserve half a gigabyte of the address space for machine code.
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, codeRangeSizeMb: 8 };
  const thread = new Worker(watch, { eval: true, resourceLimits });
  thread.unref();
}

if (process.argv[1] === import.meta.filename) {
  await serveJobs(JSON.parse(process.argv[2] ?? '{}') as ChildSetup);
  process.exit(0);
}
