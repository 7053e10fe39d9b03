import { extname } from 'node:path';
import { SourceError } from '../runtime/errors.ts';
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

/** Child processes that work jobs side by side. They start with the first job. */
export interface ParsePool {
  /** Never rejects because of a file. @throws SourceError STK-COLLECT-CANCELLED after an abort */
  run<J extends Job>(job: J): Promise<JobOutcome<J>>;
  /** Ends the children and waits until they are gone. */
  close(): Promise<void>;
}

/** What a pool needs. */
export interface PoolOptions {
  readonly children: number;
  readonly memoryMb: number;
  /** Seconds one parse job may take. */
  readonly seconds: number;
  /** Folders DuckDB may see in the child. */
  readonly folders: readonly string[];
  /** Folder for the children's scratch files. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Default: the parser beside this file. */
  readonly script?: URL;
}

interface Task {
  readonly job: Job;
  readonly settle: (outcome: JobOutcome<Job>) => void;
  tries: number;
}

/** One place for a child; its child is replaced when it dies. */
interface Slot {
  child: LimitedChild | undefined;
  task: Task | undefined;
  timer: NodeJS.Timeout | undefined;
  timedOut: boolean;
  /** Whether the child has begun the task: before that, its death is not the file's fault. */
  begun: boolean;
}

/** DuckDB's share of the child's memory; the rest is Node's own. */
const engineMemoryMb = 1024;
/** A child that has grown beyond this makes room for a fresh one: memory once in pieces is not given back. */
const freshAboveMb = 512;

/**
 * Makes a pool of limited children. A child that dies (signal, memory, time limit) or whose parser fails is replaced; its
 * job is tried once more in a new child of its own, and counts as died after that.
 */
export function createParsePool(options: PoolOptions): ParsePool {
  const slots: Slot[] = Array.from({ length: options.children }, emptySlot);
  const waiting: Task[] = [];
  const living = new Set<LimitedChild>();
  let started = 0;
  let closed = false;

  const start = (slot: Slot): LimitedChild => {
    const setup: ChildSetup = {
      folders: options.folders,
      scratch: `${options.scratch}/child-${++started}`,
      engineMemoryMb,
      ...(limitsAddressSpace ? {} : { residentMb: options.memoryMb }),
    };
    const child = startLimitedChild({
      script: options.script ?? parserScript(),
      setup,
      memoryMb: options.memoryMb,
      onMessage: (message) => {
        if (slot.child === child) receive(slot, message as ChildMessage);
      },
    });
    living.add(child);
    void child.ended.then((end) => {
      living.delete(child);
      if (slot.child === child) bury(slot, end);
    });
    return child;
  };
  const begin = (slot: Slot, task: Task): void => {
    slot.task = task;
    slot.timedOut = false;
    slot.begun = false;
    slot.child ??= start(slot);
    const { child } = slot;
    if (task.job.kind === 'parse') {
      slot.timer = setTimeout(() => {
        slot.timedOut = true;
        child.kill();
      }, options.seconds * 1000);
    }
    task.tries++;
    child.send(task.job);
  };
  const dispatch = (): void => {
    for (const slot of slots) {
      if (closed || slot.task) continue;
      const task = waiting.shift();
      if (!task) return;
      begin(slot, task);
    }
  };
  const finish = (slot: Slot, outcome: JobOutcome<Job>): void => {
    const { task } = slot;
    clearTimeout(slot.timer);
    slot.task = undefined;
    task?.settle(outcome);
    dispatch();
  };
  const retire = (slot: Slot): void => {
    slot.child?.finish();
    slot.child = undefined;
  };
  const receive = (slot: Slot, message: ChildMessage): void => {
    if (!slot.task) return;
    if (message.type === 'begin') slot.begun = true;
    else if (message.type === 'done') {
      if (message.residentMb > freshAboveMb) retire(slot);
      finish(slot, { kind: 'done', result: message.result });
    } else if (message.fault === 'parser') {
      options.log.warn('parser failed on a file', { job: nameOf(slot.task.job), message: message.message });
      slot.child?.kill();
    } else finish(slot, { kind: 'failed', fault: message.fault, message: message.message });
  };
  const bury = (slot: Slot, end: ChildEnd): void => {
    slot.child = undefined;
    const { task } = slot;
    if (!task) return;
    clearTimeout(slot.timer);
    options.log.warn('parsing child ended in the middle of a file', {
      job: nameOf(task.job),
      tries: task.tries,
      timedOut: slot.timedOut,
      code: end.code,
      signal: end.signal,
    });
    if (task.tries < 2 && !closed) begin(slot, task);
    else if (slot.begun) finish(slot, { kind: 'died' });
    else
      finish(slot, { kind: 'failed', fault: 'start', message: end.stderr.trim().split('\n').at(-1) ?? '' });
  };
  const stop = (): void => {
    closed = true;
    for (const task of waiting.splice(0)) task.settle({ kind: 'died' });
    for (const child of living) child.kill();
  };
  options.signal.addEventListener('abort', stop);
  if (options.signal.aborted) stop();

  return {
    async run<J extends Job>(job: J) {
      if (!closed) {
        const outcome = await new Promise<JobOutcome<Job>>((settle) => {
          waiting.push({ job, settle, tries: 0 });
          dispatch();
        });
        if (!options.signal.aborted) return outcome as JobOutcome<J>;
      }
      throw new SourceError(
        'Collecting was cancelled; it goes on from what is committed when it is run again',
        {
          code: 'STK-COLLECT-CANCELLED',
          retryable: true,
          cause: options.signal.reason,
        },
      );
    },
    async close() {
      closed = true;
      options.signal.removeEventListener('abort', stop);
      for (const child of living) child.kill();
      await Promise.all([...living].map((child) => child.ended));
    },
  };
}

function emptySlot(): Slot {
  return { child: undefined, task: undefined, timer: undefined, timedOut: false, begun: false };
}

function parserScript(): URL {
  return new URL(`./parse-child${extname(import.meta.url)}`, import.meta.url);
}

function nameOf(job: Job): string {
  return 'name' in job ? job.name : `${job.kind} of ${job.out.split('/').at(-1)}`;
}
