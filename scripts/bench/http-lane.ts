import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What came back for one request. */
export interface Reply {
  /** 0 where the connection broke. */
  readonly status: number;
  /** Version of the model that answered. */
  readonly model: string;
}

/** One kept-alive connection that carries one request at a time. */
export interface Lane {
  /** @param taken called when the whole answer is there, or at once with status 0 where the connection breaks */
  send(path: string, taken: (reply: Reply) => void): void;
  close(): void;
}

/**
 * Opens a connection for GET requests. A load generator shares the machine with the server it measures: this reads the few things
 * it needs of an answer straight from the socket, at a third of the processor time of `node:http`.
 */
export async function openLane(host: string, port: number): Promise<Lane> {
  const socket = await connected(host, port);
  let waiting: ((reply: Reply) => void) | undefined;
  let text = '';
  const end = (reply: Reply): void => {
    const taken = waiting;
    waiting = undefined;
    text = '';
    taken?.(reply);
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const reply = readReply(text);
    if (reply) end(reply);
  });
  socket.on('error', () => end(broken));
  socket.on('close', () => end(broken));
  return {
    send(path, taken) {
      waiting = taken;
      if (socket.destroyed) end(broken);
      else socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    },
    close: () => void socket.destroy(),
  };
}

const broken: Reply = { status: 0, model: '' };

async function connected(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** The reply once all of it is there; the text is latin1, so that lengths are bytes. */
function readReply(text: string): Reply | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const header = text.slice(0, head);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(header)?.[1]);
  if (Number.isNaN(length)) return broken;
  if (text.length < head + 4 + length) return undefined;
  return {
    status: Number(header.slice(9, 12)),
    model: /\r\nx-stocktake-model: *(\S+)/i.exec(header)?.[1] ?? '',
  };
}
