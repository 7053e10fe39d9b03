import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../runtime/hashing.ts';
import { type FetchTemporalOptions, fetchTemporal } from './fetch-temporal.ts';
import { probeBinary } from './probe-binary.ts';
import { createProgress } from './progress.ts';
import { cachedBinary, verifyBinary } from './temporal-cache.ts';
import type { Fetched } from './temporal-ways.ts';

const temporalText = '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n';
const windows = process.platform === 'win32';

let dir: string;
let server: Server;
let answer: RequestListener;
let requests: number;
let said: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-fetch-'));
  requests = 0;
  said = [];
  server = createServer((request, response) => {
    requests += 1;
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
});

describe.skipIf(windows)('the download (skipped on Windows: the binary here is a shell script)', () => {
  it('unpacks the binary into the cache and notes its sha256', async () => {
    const archive = await makeArchive();
    serve(archive);
    expect(await fetchHere(sha256(archive))).toMatchObject({ how: 'download', serverVersion: '1.29.1' });
    const cached = await cachedBinary(dir, 'whole');
    expect(cached).toMatchObject({ ok: true, record: { sha256: sha256(temporalText), way: 'download' } });
    expect(said.join('')).toMatch(
      /Temporal server: download: 1 MB from 127\.0\.0\.1:\d+, sha256 as expected/,
    );
    expect(await leftovers()).toEqual([]);
  });

  it('happens once for two processes that set up at the same time', async () => {
    const archive = await makeArchive();
    serve(archive);
    const both = await Promise.all([fetchHere(sha256(archive)), fetchHere(sha256(archive))]);
    expect(both.map((one) => ('how' in one ? one.how : one)).sort()).toEqual(['cache', 'download']);
    expect(requests).toBe(1);
  });

  it('is done again when the cached binary was damaged', async () => {
    const archive = await makeArchive();
    serve(archive);
    const first = await fetchHere(sha256(archive));
    if (!('path' in first)) throw new Error('nothing was fetched');
    await writeFile(first.path, temporalText.replace('1.5.1', '1.5.2'));
    await expect(verifyBinary(first.path)).rejects.toMatchObject({ code: 'STK-SETUP-BINARY-DAMAGED' });
    expect(await cachedBinary(dir, 'touched')).toMatchObject({ ok: false });
    expect(await fetchHere(sha256(archive))).toMatchObject({ how: 'download' });
    expect(await readFile(first.path, 'utf8')).toBe(temporalText);
  });

  it('trusts size and time for a quick look, and the bytes for a thorough one', async () => {
    const archive = await makeArchive();
    serve(archive);
    const first = await fetchHere(sha256(archive));
    if (!('path' in first)) throw new Error('nothing was fetched');
    await writeFile(first.path, temporalText.replace('1.5.1', '1.5.2'));
    const note = join(dir, 'temporal', '1.5.1', 'temporal.json');
    await writeFile(note, JSON.stringify({ ...JSON.parse(await readFile(note, 'utf8')), modifiedMs: 1e12 }));
    await utimes(first.path, 1e9, 1e9);
    expect(await cachedBinary(dir, 'touched')).toMatchObject({ ok: true });
    expect(await cachedBinary(dir, 'whole')).toMatchObject({ ok: false });
  });

  it.each([
    ['another sha256', async () => serve(await makeArchive()), 'expected was 00000'],
    ['an error status', async () => serve(Buffer.from('no'), 404), 'HTTP status 404'],
    ['no archive', async () => serve(Buffer.from('hello')), 'incorrect header check'],
    [
      'an archive without the binary',
      async () => serve(await makeArchive('other')),
      'no file named temporal',
    ],
    ['half an archive', async () => serve(await halfAnArchive()), 'unexpected end of file'],
    ['half a body', async () => serveHalf(), 'bytes came|terminated|other side closed'],
    ['no answer', async () => serveNothing(), 'no answer within 0.2 s'],
  ])('refuses %s and goes on', async (what, prepare, why) => {
    await prepare();
    const expected = what === 'another sha256' ? '0'.repeat(64) : undefined;
    // Short only here: one of these servers never answers, and an ordinary answer may be slow on a busy machine.
    const outcome = await fetchHere(expected, { env: { PATH: '' }, connectTimeoutMs: 200 });
    expect('failed' in outcome && outcome.failed.map(({ way }) => way)).toEqual(['download', 'go install']);
    expect('failed' in outcome && outcome.failed[0]?.outcome).toMatch(new RegExp(why));
    expect(await leftovers()).toEqual([]);
  });

  it('goes on to the next address when the first does not answer', async () => {
    const archive = await makeArchive();
    answer = (request, response) => {
      if (request.url === '/second') response.end(archive);
    };
    const urls = [`${base()}/first`, `${base()}/second`];
    const release = { urls, sha256: sha256(archive) };
    expect(await fetchHere(undefined, { release })).toMatchObject({ how: 'download' });
    expect(requests).toBe(2);
  });
});

describe.skipIf(windows)('go install (skipped on Windows: the Go here is a shell script)', () => {
  beforeEach(() => serve(Buffer.from(''), 503));

  it('compiles when the download fails, saying that it takes minutes', async () => {
    await writeGo('go1.26.8');
    expect(await fetchHere()).toMatchObject({ how: 'go install', version: '1.5.1' });
    const text = said.join('');
    expect(text).toContain('HTTP status 503');
    expect(text).toContain('go install github.com/temporalio/cli/cmd/temporal@v1.5.1');
    expect(text).toContain('This takes some minutes');
    expect(text).toMatch(/go install: compiled in \d+ s/);
    expect(await cachedBinary(dir, 'whole')).toMatchObject({ ok: true, record: { way: 'go install' } });
  });

  it.each([
    ['go1.19.8', 'auto', 'Go 1.19.8 .* is too old: 1.25.0 is needed'],
    ['go1.22.1', 'local', 'GOTOOLCHAIN=local forbids'],
  ])('refuses %s with GOTOOLCHAIN=%s', async (version, toolchain, why) => {
    await writeGo(version, toolchain);
    const outcome = await fetchHere();
    expect('failed' in outcome && outcome.failed[1]?.outcome).toMatch(new RegExp(why));
  });

  it('says when Go first fetches a newer Go', async () => {
    await writeGo('go1.22.1', 'auto');
    expect(await fetchHere()).toMatchObject({ how: 'go install' });
    expect(said.join('')).toContain('Go 1.22.1 first fetches Go 1.25.0 for itself');
  });

  it('gives Go’s last words when compiling fails', async () => {
    await writeGo('go1.26.8', 'auto', 'echo "dial tcp: lookup proxy: no such host" >&2; exit 1');
    const outcome = await fetchHere();
    expect('failed' in outcome && outcome.failed[1]?.outcome).toMatch(/ended with code 1: .*no such host/);
    expect(await leftovers()).toEqual([]);
  });

  it('says when there is no Go', async () => {
    const outcome = await fetchHere(undefined, { env: { PATH: join(dir, 'nothing') } });
    expect('failed' in outcome && outcome.failed[1]?.outcome).toBe('there is no `go` on PATH');
  });
});

function fetchHere(archiveHash?: string, more: Partial<FetchTemporalOptions> = {}): Promise<Fetched> {
  const progress = createProgress({ write: (text) => said.push(text) });
  const release = { urls: [`${base()}/archive`], sha256: archiveHash };
  const env = { PATH: join(dir, 'go-bin') };
  return fetchTemporal(
    { env, cacheDir: dir, progress, release, connectTimeoutMs: 20_000, ...more },
    probeBinary,
  );
}

function base(): string {
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

function serve(body: Buffer, status = 200): void {
  answer = (_, response) => response.writeHead(status, { 'content-length': body.length }).end(body);
}

function serveHalf(): void {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write(Buffer.alloc(500), () => response.destroy());
  };
}

function serveNothing(): void {
  answer = () => undefined;
}

/** Packed by the system's tar, with a file before the wanted one. */
async function makeArchive(name = 'temporal'): Promise<Buffer> {
  const folder = await mkdtemp(join(dir, 'pack-'));
  await writeFile(join(folder, 'LICENSE'), 'x'.repeat(700));
  await writeFile(join(folder, name), temporalText, { mode: 0o755 });
  const path = join(folder, 'archive.tar.gz');
  await promisify(execFile)('tar', ['-czf', path, '-C', folder, 'LICENSE', name]);
  return readFile(path);
}

async function halfAnArchive(): Promise<Buffer> {
  const path = join(dir, 'half.tar.gz');
  const whole = await makeArchive();
  await writeFile(path, whole);
  await truncate(path, Math.floor(whole.length / 2));
  return readFile(path);
}

/** A stand-in for Go that knows the three commands in use. */
async function writeGo(version: string, toolchain = 'auto', install?: string): Promise<void> {
  const build = `echo "go: downloading example.com/x v1.0.0" >&2; echo "example.com/x" >&2
printf '%s' '${temporalText}' > "$GOBIN/temporal"; /bin/chmod 755 "$GOBIN/temporal"`;
  await mkdir(join(dir, 'go-bin'), { recursive: true });
  await writeFile(
    join(dir, 'go-bin', 'go'),
    `#!/bin/sh
case "$1" in
version) echo "go version ${version} linux/amd64" ;;
env) echo ${toolchain} ;;
install) ${install ?? build} ;;
esac
`,
    { mode: 0o755 },
  );
}

/** What fetching leaves in the cache besides the binary and its note. */
async function leftovers(): Promise<string[]> {
  const names = await readdir(join(dir, 'temporal'), { recursive: true });
  return names.filter((name) => !/^1\.5\.1(\/temporal(\.json)?)?$/.test(name));
}
