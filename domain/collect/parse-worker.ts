import { extname } from 'node:path';
import type { Logger } from '../runtime/logger.ts';
import type { ChildMessage, Job, JobResult, MachineFault } from './jobs.ts';
import { type ChildEnd, type LimitedChild, limitsAddressSpace, startLimitedChild } from './limited-child.ts';
import type { ChildSetup } from './parse-child.ts';

/**
 * How a job ended: its result; a fault that is not the file's (`disk` full or broken, received object `changed`, parser did
 * not `start`); or the death of the parser while it worked the file, twice.
 */
export type JobOutcome<J extends Job> =
  | { readonly kind: 'done'; readonly result: JobResult<J> }
  | { readonly kind: 'failed'; readonly fault: MachineFault; readonly message: string }
  | { readonly kind: 'died' };

/** One limited child after another, working one job at a time. The first starts with the first job. */
export interface ParseWorker {
  /** Never rejects because of a file. Not to be called again before it has settled. */
  run<J extends Job>(job: J): Promise<JobOutcome<J>>;
  /** Kills the child and waits until it is gone; a job that runs counts as died. */
  stop(): Promise<void>;
}

/** What a worker needs. */
export interface WorkerOptions {
  readonly memoryMb: number;
  /** Seconds a job may take for each file it works. */
  readonly seconds: number;
  /** Folders DuckDB may see in the child. */
  readonly folders: readonly string[];
  /** Folder for scratch files; each child gets one of its own in it. */
  readonly scratch: string;
  readonly log: Logger;
  /** Main module of the child. Default: the parser beside this file. */
  readonly script?: URL;
}

/** DuckDB's share of the child's memory; the rest is Node's own. */
const engineMemoryMb = 1024;
/** A child that has grown beyond this makes room for a fresh one: memory once in pieces is not given back. */
const freshAboveMb = 512;
const tries = 2;
const longestTimerMs = 2 ** 31 - 1;

/**
 * Makes a worker. A child that dies (signal, memory, time limit) or whose parser fails is replaced; its job is tried once
 * more, in a new child of its own.
 */
export function createParseWorker(options: WorkerOptions): ParseWorker {
  let child: Child | undefined;
  let started = 0;
  let stopped = false;
  const fresh = (): Child => {
    child = startChild(options, `${options.scratch}-${++started}`);
    return child;
  };
  const retire = (): void => {
    child?.process.finish();
    child = undefined;
  };
  return {
    async run<J extends Job>(job: J): Promise<JobOutcome<J>> {
      for (let attempt = 1; !stopped; attempt++) {
        const ended = await workOnce(child ?? fresh(), job, options.seconds * filesOf(job) * 1000);
        if ('answer' in ended) {
          if (ended.answer.type === 'done' && ended.answer.residentMb <= freshAboveMb)
            return outcomeOf(ended.answer);
          retire();
          return outcomeOf(ended.answer);
        }
        child = undefined;
        options.log.warn('parsing child ended in the middle of a job', {
          job: nameOf(job),
          attempt,
          ...ended.facts,
        });
        if (attempt === tries) return ended.begun ? { kind: 'died' } : cannotStart(ended.end);
      }
      return { kind: 'died' };
    },
    async stop() {
      stopped = true;
      child?.process.kill();
      await child?.process.ended;
    },
  };
}

/** A child process and who listens to it. */
interface Child {
  readonly process: LimitedChild;
  listener: (message: ChildMessage) => void;
}

function startChild(options: WorkerOptions, scratch: string): Child {
  const setup: ChildSetup = {
    folders: options.folders,
    scratch,
    engineMemoryMb,
    ...(limitsAddressSpace ? {} : { residentMb: options.memoryMb }),
  };
  const child: Child = {
    listener: () => undefined,
    process: startLimitedChild({
      script: options.script ?? new URL(`./parse-child${extname(import.meta.url)}`, import.meta.url),
      setup,
      memoryMb: options.memoryMb,
      onMessage: (message) => child.listener(message as ChildMessage),
    }),
  };
  return child;
}

type Answer = Exclude<ChildMessage, { type: 'begin' }>;

/** The end of one try: an answer, or the end of the child. `facts` are for the log. */
type Ended =
  | { readonly answer: Answer }
  | { readonly begun: boolean; readonly end: ChildEnd; readonly facts: Readonly<Record<string, unknown>> };

async function workOnce(child: Child, job: Job, timeoutMs: number): Promise<Ended> {
  let begun = false;
  let failure = '';
  const timer = setTimeout(
    () => {
      failure = 'took too long';
      child.process.kill();
    },
    Math.min(timeoutMs, longestTimerMs),
  );
  const answered = new Promise<Ended>((resolve) => {
    child.listener = (message) => {
      if (message.type === 'begin') begun = true;
      else if (message.type === 'failed' && message.fault === 'parser') {
        failure = message.message;
        child.process.kill();
      } else resolve({ answer: message });
    };
  });
  const died = child.process.ended.then((end): Ended => {
    return { begun, end, facts: { failure, code: end.code, signal: end.signal } };
  });
  child.process.send(job);
  try {
    return await Promise.race([answered, died]);
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf<J extends Job>(answer: Answer): JobOutcome<J> {
  if (answer.type === 'done') return { kind: 'done', result: answer.result as JobResult<J> };
  return { kind: 'failed', fault: answer.fault as MachineFault, message: answer.message };
}

/** A child that ends before it begins a job says nothing of the file. */
function cannotStart(end: ChildEnd): JobOutcome<never> {
  return { kind: 'failed', fault: 'start', message: end.stderr.trim().split('\n').at(-1) ?? '' };
}

function filesOf(job: Job): number {
  if (job.kind === 'merge') return Math.max(1, job.rows.length + job.rejects.length);
  return job.kind === 'flats' ? job.flats.length : 1;
}

function nameOf(job: Job): string {
  return 'name' in job ? job.name : `${job.kind} of ${job.out.split('/').at(-1)}`;
}
