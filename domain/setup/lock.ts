import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PlatformError, systemErrorCode } from '../runtime/errors.ts';
import { createExclusively } from '../store/objects.ts';
import { identityOf, isAlive, type ProcessIdentity } from './processes.ts';

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

/** How to wait for a lock. */
export interface LockWait {
  /** Milliseconds until giving up. */
  readonly waitMs: number;
  /** Called once, when there is something to wait for. */
  readonly onWait?: (holder: ProcessIdentity) => void;
}

const pollMs = 40;

/**
 * Does work while holding a lock file, which names its holder; a dead holder's lock is taken over.
 *
 * @throws PlatformError STK-SETUP-LOCKED when a living holder keeps it longer than `waitMs`
 */
export async function withLock<Result>(
  path: string,
  wait: LockWait,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = await waitForLock(path, wait);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Takes a lock if nobody alive holds it; undefined otherwise. */
export async function tryLock(path: string): Promise<Lock | undefined> {
  await mkdir(dirname(path), { recursive: true });
  if (await createExclusively(path, holderText())) return held(path);
  const text = await readLock(path);
  if (text !== undefined && isAlive(holderOf(text))) return undefined;
  if (text !== undefined) await takeAway(path, text);
  return (await createExclusively(path, holderText())) ? held(path) : undefined;
}

/** Who holds a lock; undefined when nobody alive does. */
export async function lockHolder(path: string): Promise<ProcessIdentity | undefined> {
  const text = await readLock(path);
  if (text === undefined) return undefined;
  const holder = holderOf(text);
  return isAlive(holder) ? holder : undefined;
}

async function waitForLock(path: string, { waitMs, onWait }: LockWait): Promise<Lock> {
  const until = performance.now() + waitMs;
  for (let told = false; ; ) {
    const lock = await tryLock(path);
    if (lock) return lock;
    const holder = await lockHolder(path);
    if (holder && performance.now() > until) throw stillLocked(path, holder, waitMs);
    if (holder && !told) {
      told = true;
      onWait?.(holder);
    }
    await delay(pollMs);
  }
}

/**
 * Removes exactly the dead holder's lock.
 *
 * Reading and removing are two steps, so between them another waiter might remove it and a third take it anew. The right
 * to remove is therefore itself exclusive, and whoever has it reads again: a dead holder's text cannot come back.
 */
async function takeAway(path: string, stale: string): Promise<void> {
  const right = `${path}.stale`;
  if (!(await createExclusively(right, holderText()))) {
    if ((await lockHolder(right)) === undefined) await rm(right, { force: true });
    return;
  }
  try {
    if ((await readLock(path)) === stale) await rm(path, { force: true });
  } finally {
    await rm(right, { force: true });
  }
}

function held(path: string): Lock {
  return { release: () => rm(path, { force: true }) };
}

/** The random part makes the text of every taking unique. */
function holderText(): string {
  return JSON.stringify({ ...identityOf(), taken: randomUUID() });
}

async function readLock(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A damaged lock (a full disk, an edited file) belongs to nobody: process 0 never answers. */
function holderOf(text: string): ProcessIdentity {
  try {
    const { pid, startTime } = JSON.parse(text) as ProcessIdentity;
    return { pid, startTime };
  } catch {
    return { pid: 0, startTime: '' };
  }
}

function stillLocked(path: string, holder: ProcessIdentity, waitMs: number): PlatformError {
  return new PlatformError(
    `Process ${holder.pid} has held ${path} for more than ${Math.round(waitMs / 1000)} s; wait for it, or end it (kill ${holder.pid}) and try again`,
    { code: 'STK-SETUP-LOCKED', details: { path, holder: holder.pid } },
  );
}
