import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A Node process that may use so much memory and no more, spoken to in JSON lines. */
export interface LimitedChild {
  send(message: unknown): void;
  /** Settles when the process has ended, however it did. */
  readonly ended: Promise<ChildEnd>;
  /** Closes its input: it ends when it has worked what it was sent. */
  finish(): void;
  kill(): void;
  /** From now on it does not keep this process alive. */
  unref(): void;
  /** Takes `unref` back. */
  ref(): void;
}

/** How a child ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last kilobytes of its standard error; for logs. */
  readonly stderr: string;
}

/** What to start. */
export interface ChildOptions {
  /** A module that is its own main. */
  readonly script: URL;
  readonly setup: unknown;
  /** Address space in MB where the platform can limit it (Linux). Elsewhere the script watches its resident memory. */
  readonly memoryMb: number;
  readonly onMessage: (message: unknown) => void;
}

const stderrBytes = 4096;
/** What Node reserves, and does not use, to strip types from `.ts` files; the published package has none. */
const typeStrippingMb = 2200;

/** Whether the platform limits the address space of a process; else the child is told `residentMb`. */
export const limitsAddressSpace = process.platform === 'linux';

/**
 * Starts a limited child. It inherits nothing of the environment: what it may know stands in `setup`, on its command line.
 *
 * A child that dies only settles `ended`; nothing it does ends this process.
 */
export function startLimitedChild(options: ChildOptions): LimitedChild {
  const script = fileURLToPath(options.script);
  const node = [process.execPath, '--no-warnings', script, JSON.stringify(options.setup)];
  const addressMb = options.memoryMb + (script.endsWith('.ts') ? typeStrippingMb : 0);
  const limited = ['/bin/sh', '-c', `ulimit -v ${addressMb * 1024}; exec "$0" "$@"`, ...node];
  const [command, ...args] = limitsAddressSpace ? limited : node;
  // glibc reserves 64 MB of address space for every thread's own heap.
  const env = { TZ: 'UTC', MALLOC_ARENA_MAX: '2' };
  const child = spawn(command as string, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = endOf(child);
  // Each pipe holds this process as much as the child itself does.
  const holds = [child, ...child.stdio.filter((pipe) => pipe instanceof Socket)];
  // A write to a child that has just died fails here; `ended` tells the same.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parsedLine(line);
    if (message !== undefined) options.onMessage(message);
  });
  return {
    ended,
    send: (message) => {
      child.stdin.write(`${JSON.stringify(message)}\n`);
    },
    finish: () => {
      child.stdin.end();
    },
    kill: () => {
      child.kill('SIGKILL');
    },
    unref: () => {
      for (const hold of holds) hold.unref();
    },
    ref: () => {
      for (const hold of holds) hold.ref();
    },
  };
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-stderrBytes);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

/** A line that is no JSON comes from a library that printed something, or was cut by a crash. */
function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
