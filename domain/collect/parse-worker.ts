import type { ChildShelf } from './child-shelf.ts';
import type { ChildMessage, Job, JobResult, MachineFault } from './jobs.ts';
import type { ChildEnd } from './limited-child.ts';
import {
  likenessOf,
  type ParsingChild,
  type ParsingChildOptions,
  startParsingChild,
} from './parsing-child.ts';

/**
 * How a job ended: its result; a fault that is not the file's (`disk` full or broken, received object `changed`, parser did
 * not `start`); or the death of the parser while it worked the file, twice.
 */
export type JobOutcome<J extends Job> =
  | { readonly kind: 'done'; readonly result: JobResult<J>; readonly peakMb: number }
  | { readonly kind: 'failed'; readonly fault: MachineFault; readonly message: string }
  | { readonly kind: 'died' };

/** One limited child after another, working one job at a time. The first is there with the first job. */
export interface ParseWorker {
  /** Never rejects because of a file. Not to be called again before it has settled. */
  run<J extends Job>(job: J): Promise<JobOutcome<J>>;
  /** Kills the child and waits until it is gone; a job that runs counts as died. */
  stop(): Promise<void>;
  /** Parks an idle child on the shelf. Without a shelf, or while a job runs, it stops. */
  release(): Promise<void>;
}

/** What a worker needs. */
export interface WorkerOptions extends ParsingChildOptions {
  /** Seconds a job may take for each file it works. */
  readonly seconds: number;
  /** Lends the first child and takes the last one back. Default: every child is started here and ended. */
  readonly shelf?: ChildShelf;
}

/** A child that has grown beyond this makes room for a fresh one: memory once in pieces is not given back. */
const freshAboveMb = 512;
const tries = 2;
const longestTimerMs = 2 ** 31 - 1;

/**
 * Makes a worker. A child that dies (signal, memory, time limit) or whose parser fails is replaced; its job is tried once
 * more, in a new child of its own. A child that had gone before it began the job was no try.
 */
export function createParseWorker(options: WorkerOptions): ParseWorker {
  const seat = createSeat(options);
  let working = false;
  let stopped = false;
  const work = async <J extends Job>(job: J): Promise<JobOutcome<J>> => {
    for (let attempt = 1; !stopped; ) {
      const { child, fresh } = seat.take();
      const ended = await workOnce(child, job, options.seconds * filesOf(job) * 1000);
      if ('answer' in ended) {
        if (ended.answer.type !== 'done' || ended.answer.residentMb > freshAboveMb) seat.retire();
        return outcomeOf(ended.answer);
      }
      seat.clear();
      if (!fresh && !ended.begun) {
        options.log.info('idle parsing child had ended', ended.facts);
        continue;
      }
      const facts = { job: nameOf(job), attempt, ...ended.facts };
      options.log.warn('parsing child ended in the middle of a job', facts);
      if (attempt === tries) return ended.begun ? { kind: 'died' } : cannotStart(ended.end);
      attempt += 1;
    }
    return { kind: 'died' };
  };
  return {
    async run(job) {
      working = true;
      try {
        return await work(job);
      } finally {
        working = false;
      }
    },
    stop() {
      stopped = true;
      return seat.kill();
    },
    async release() {
      const isWell = !working && !stopped;
      stopped = true;
      if (!isWell || !seat.park()) await seat.kill();
    },
  };
}

/** Where the one child sits that a worker has at a time. */
interface Seat {
  /** The child that sits here, else one from the shelf the first time, else a fresh one. */
  take(): { readonly child: ParsingChild; readonly fresh: boolean };
  /** Forgets a child that has ended. */
  clear(): void;
  /** Lets the child end by itself. */
  retire(): void;
  /** Ends the child, if there is one, and waits until it is gone. */
  kill(): Promise<void>;
  /** Whether the child could be put on the shelf. */
  park(): boolean;
}

function createSeat(options: WorkerOptions): Seat {
  const { shelf } = options;
  const key = likenessOf(options);
  let sitting: ParsingChild | undefined;
  let first = true;
  return {
    take() {
      const used = sitting ?? (first ? shelf?.take(key) : undefined);
      first = false;
      sitting = used ?? startParsingChild(options);
      return { child: sitting, fresh: used === undefined };
    },
    clear() {
      sitting = undefined;
    },
    retire() {
      sitting?.finish();
      sitting = undefined;
    },
    async kill() {
      sitting?.kill();
      await sitting?.ended;
    },
    park() {
      if (!shelf || !sitting) return false;
      shelf.put(key, sitting);
      sitting = undefined;
      return true;
    },
  };
}

type Answer = Exclude<ChildMessage, { type: 'begin' }>;

/** The end of one try: an answer, or the end of the child. `facts` are for the log. */
type Ended =
  | { readonly answer: Answer }
  | { readonly begun: boolean; readonly end: ChildEnd; readonly facts: Readonly<Record<string, unknown>> };

async function workOnce(child: ParsingChild, job: Job, timeoutMs: number): Promise<Ended> {
  let begun = false;
  let failure = '';
  const timer = setTimeout(
    () => {
      failure = 'took too long';
      child.kill();
    },
    Math.min(timeoutMs, longestTimerMs),
  );
  const answered = new Promise<Ended>((resolve) => {
    child.listener = (message) => {
      if (message.type === 'begin') begun = true;
      else if (message.type === 'failed' && message.fault === 'parser') {
        failure = message.message;
        child.kill();
      } else resolve({ answer: message });
    };
  });
  const died = child.ended.then((end): Ended => {
    return { begun, end, facts: { failure, code: end.code, signal: end.signal } };
  });
  child.send(job);
  try {
    return await Promise.race([answered, died]);
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf<J extends Job>(answer: Answer): JobOutcome<J> {
  if (answer.type === 'done') {
    return { kind: 'done', result: answer.result as JobResult<J>, peakMb: answer.peakMb };
  }
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
