import { readFileSync } from 'node:fs';
import { systemErrorCode } from '../runtime/errors.ts';

/**
 * A process that can be told from a later one with the same id.
 *
 * `startTime` is in clock ticks since boot (field 22 of `/proc/<pid>/stat`, proc(5)); null where there is no `/proc`.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string | null;
}

/** Identity of a process by its id; of this one by default. */
export function identityOf(pid: number = process.pid): ProcessIdentity {
  return { pid, startTime: statOf(pid)?.startTime ?? null };
}

/** Whether this very process still runs; a zombie waiting for its parent does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  const { pid, startTime } = identity;
  // Process 0 would mean this process's own group.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (process.platform !== 'linux') return answersSignal(pid);
  const stat = statOf(pid);
  if (stat === undefined) return false;
  if (stat.state === 'Z' || stat.state === 'X') return false;
  return startTime === null || stat.startTime === startTime;
}

/** Sends a signal; false when the process is gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** The command in field 2 is in brackets and may itself hold brackets and spaces: read from the last one. */
function statOf(pid: number): { readonly state: string; readonly startTime: string } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    return state === undefined || startTime === undefined ? undefined : { state, startTime };
  } catch (error) {
    // ESRCH: it ended between open and read.
    if (['ENOENT', 'ESRCH'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
