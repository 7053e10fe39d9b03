import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { systemErrorCode } from '../runtime/errors.ts';

/** The only interface Stocktake's server listens on. */
export const loopback = '127.0.0.1';

/** A process that holds a port. */
export interface PortHolder {
  readonly pid: number;
  /** Name of the command, as the kernel has it (15 characters at most). */
  readonly command: string;
}

/** Distinct ports that are free on the loopback interface right now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map(close));
  return ports;
}

/** Why a port cannot be listened on: a system error code (`EADDRINUSE`, `EACCES` …); undefined when it is free. */
export async function whyPortTaken(port: number): Promise<string | undefined> {
  try {
    await close(await listen(port));
    return undefined;
  } catch (error) {
    return systemErrorCode(error) ?? 'unknown reason';
  }
}

/** Whether something accepts TCP connections. */
export function accepts(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/**
 * The process that listens on a TCP port, as far as this user may see it; Linux only.
 *
 * Reads `/proc/net/tcp` and `/proc/net/tcp6` (column 2 local address, 4 state with 0A = LISTEN, 10 inode; proc_net(5)) and
 * looks for the socket among the processes' open files.
 */
export function portHolder(port: number): PortHolder | undefined {
  if (process.platform !== 'linux') return undefined;
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => listeningInodes(path, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!openSockets(pid).some((inode) => inodes.has(inode))) continue;
    return { pid: Number(pid), command: readOr('', `/proc/${pid}/comm`).trim() };
  }
  return undefined;
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, loopback);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function listeningInodes(path: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readOr('', path).trim().split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A')
    .flatMap((fields) => fields[9] ?? []);
}

/** Other users' processes, and those that end meanwhile, show nothing. */
function openSockets(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = readLinkOr('', `/proc/${pid}/fd/${fd}`);
      return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
    });
  } catch {
    return [];
  }
}

function readLinkOr(otherwise: string, path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return otherwise;
  }
}

function readOr(otherwise: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
