import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheDirOf } from '../../domain/setup/cache-dir.ts';
import { commandOnPath } from '../../domain/setup/commands.ts';
import { freePort } from './postgres-fixture.ts';

/** A store that speaks S3, of a test's own, on loopback, with the bucket `shop`. */
export interface S3Fixture {
  readonly endpoint: string;
  put(key: string, content: string | Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  /** Keys whose content was asked for since the last call, in order. */
  asked(): string[];
  /** Where the contents asked for began since the last call, as `bytes=N-`; empty for the beginning. */
  ranges(): string[];
  /** From now on refuses the content of a key with this error of S3, or without one gives it again. */
  refuse(key: string, error?: string): void;
  /** From now on breaks the connection in the middle of what is sent of a content, so many times. */
  cut(key: string, times: number): void;
  /** From now on begins a content and never goes on. */
  stall(key: string): void;
  /** Resolves when a content was begun that does not go on. */
  stalled(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const version = 'v1.2.0';
const program = `github.com/johannesboyne/gofakes3/cmd/gofakes3@${version}`;
const bucket = 'shop';
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** The S3 server's binary in the user's cache, built there when absent (seconds), or why it cannot be had. */
export async function findS3(): Promise<{ readonly path: string } | { readonly why: string }> {
  const folder = join(cacheDirOf(process.env, process.platform, homedir()), 'test-servers');
  const path = join(folder, `gofakes3-${version}`);
  if (existsSync(path)) return { path };
  const go = await commandOnPath('go', process.env);
  if (go === undefined) return { why: 'no S3 server: there is no `go` on PATH to build one with' };
  await mkdir(folder, { recursive: true });
  const build = await mkdtemp(join(folder, 'build-'));
  try {
    await run(go, ['install', program], { env: { ...process.env, GOBIN: build }, timeout: 300_000 });
    await rename(join(build, process.platform === 'win32' ? 'gofakes3.exe' : 'gofakes3'), path);
    return { path };
  } catch (error) {
    const [first = ''] = String(error).split('\n').slice(-2);
    return { why: `no S3 server: go install ${program} failed: ${first}` };
  } finally {
    await rm(build, { recursive: true, force: true });
  }
}

/** Starts a server, and before it a gate that can refuse what a server of this kind never refuses. */
export async function startS3(path: string): Promise<S3Fixture> {
  const port = await freePort();
  const server = spawn(
    path,
    ['-host', `127.0.0.1:${port}`, '-backend', 'memory', '-initialbucket', bucket, '-quiet'],
    { stdio: 'ignore' },
  );
  // Also where a test never came to stop it.
  process.once('exit', () => server.kill());
  await listening(server, port);
  const asked: string[] = [];
  const ranges: string[] = [];
  const refused = new Map<string, string>();
  const cuts = new Map<string, number>();
  const stalling = new Set<string>();
  const begun = new EventEmitter();
  const gate = createServer((incoming, answer) => {
    const key = keyOf(incoming);
    if (incoming.method === 'GET' && key !== '') {
      asked.push(key);
      ranges.push(incoming.headers.range ?? '');
    }
    const error = refused.get(key);
    if (error !== undefined) {
      answer.writeHead(403, { 'content-type': 'application/xml' });
      answer.end(`<Error><Code>${error}</Code><Message>not for you</Message></Error>`);
      return;
    }
    if (stalling.has(key)) {
      answer.writeHead(200, { 'content-length': '1000' });
      answer.write('begun', () => begun.emit('stalled'));
      return;
    }
    const left = cuts.get(key) ?? 0;
    cuts.set(key, left - 1);
    forward(incoming, answer, port, left > 0);
  }).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  const address = gate.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    put: (key, content) => send(port, 'PUT', key, content),
    remove: (key) => send(port, 'DELETE', key),
    asked: () => asked.splice(0).sort(),
    ranges: () => ranges.splice(0),
    refuse: (key, error) => void (error === undefined ? refused.delete(key) : refused.set(key, error)),
    cut: (key, times) => void cuts.set(key, times),
    stall: (key) => void stalling.add(key),
    stalled: () => once(begun, 'stalled').then(() => undefined),
    async stop() {
      gate.closeAllConnections();
      gate.close();
      const gone = once(server, 'exit');
      server.kill();
      await gone;
    },
  };
}

function spelled(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

function keyOf({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?');
  return decodeURIComponent(path.slice(`/${bucket}/`.length));
}

/** Not by fetch, which takes `..` out of a key. */
async function send(
  port: number,
  method: string,
  key: string,
  body: string | Uint8Array = '',
): Promise<void> {
  const path = `/${bucket}/${spelled(key)}`;
  const sent = request({ host: '127.0.0.1', port, method, path, agent });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`${method} ${key}: ${answer.statusCode}`);
}

function forward(incoming: IncomingMessage, answer: ServerResponse, port: number, isCut: boolean): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (given) => {
    answer.writeHead(given.statusCode ?? 500, given.headers);
    if (!isCut) {
      given.pipe(answer);
      return;
    }
    given.once('data', (chunk: Buffer) => {
      given.resume();
      answer.write(chunk.subarray(0, chunk.length / 2), () => answer.destroy());
    });
  });
  onward.once('error', () => answer.destroy());
  incoming.pipe(onward);
}

/** Resolves when the server takes connections; it does not say so itself. */
async function listening(server: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200 && server.exitCode === null; tries += 1) {
    const isOpen = await fetch(`http://127.0.0.1:${port}/`).then(
      (answer) => answer.arrayBuffer().then(() => true),
      () => false,
    );
    if (isOpen) return;
    await sleep(25);
  }
  throw new Error('the S3 server did not start');
}
