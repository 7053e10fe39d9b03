import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A web server of a test's own, on loopback. */
export interface HttpFixture {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Every request so far: its path with parameters, and its headers. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** What answers from now on. */
  answer(handle: (url: URL, response: ServerResponse, request: IncomingMessage) => void): void;
  stop(): Promise<void>;
}

/** Starts a server that answers 404 until it is told what to answer. */
export async function startHttp(): Promise<HttpFixture> {
  const asked: HttpFixture['asked'] = [];
  let handle: Parameters<HttpFixture['answer']>[0] = (_, response) => void response.writeHead(404).end();
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers });
    handle(new URL(request.url ?? '/', 'http://127.0.0.1'), response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    asked,
    answer(next) {
      handle = next;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with JSON: a text as it is, anything else as JSON. */
export function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}
