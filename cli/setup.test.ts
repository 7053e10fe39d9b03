import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlatformError } from '../domain/runtime/errors.ts';
import { type Provision, temporalProvision } from '../domain/setup/provisions.ts';
import { type SetupIo, setup } from './setup.ts';

let cacheDir: string;
let out: string[];
let err: string[];
let io: SetupIo;

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'stocktake-setup-'));
  [out, err] = [[], []];
  const into = (texts: string[]) => ({ write: (text: string) => texts.push(text) });
  io = { stdout: into(out), stderr: into(err), env: {}, cacheDir };
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

const there: Provision = {
  name: 'Thing',
  inspect: async () => ({ ready: true, detail: 'version 1' }),
  provide: () => Promise.reject(new Error('it fetched what is there')),
};
const missing: Provision = {
  name: 'Thing',
  inspect: async () => ({ ready: false, fetches: ['a download of 5 MB', 'or a build'] }),
  provide: async (progress) => {
    progress.task('Thing').end('fetched 5 MB');
    return 'version 2';
  },
};
const impossible: Provision = {
  ...missing,
  provide: () => Promise.reject(new PlatformError('no way', { code: 'STK-SETUP-NO-TEMPORAL' })),
};

it('says what is there, and with --quiet nothing', async () => {
  expect(await setup({}, io, [there])).toBe(0);
  expect([out.join(''), err.join('')]).toEqual(['✓ Thing  version 1\n', '']);
  out.length = 0;
  expect(await setup({ quiet: true }, io, [there])).toBe(0);
  expect([out, err]).toEqual([[], []]);
});

it('announces what it fetches and how big it is before it does, also with --quiet', async () => {
  expect(await setup({ quiet: true }, io, [missing])).toBe(0);
  expect(err.join('')).toBe(`Set-up fetches what is missing, once per user, into ${cacheDir}:
  Thing  a download of 5 MB
         or a build
Thing: fetched 5 MB
`);
  expect(out.join('')).toBe('✓ Thing  version 2\n');
});

it('writes one JSON document, also of a failure', async () => {
  expect(await setup({ json: true }, io, [there, impossible])).toBe(3);
  expect(JSON.parse(out.join(''))).toEqual({
    format: 1,
    ok: false,
    provisions: [
      { name: 'Thing', outcome: 'there', detail: 'version 1' },
      { name: 'Thing', outcome: 'failed', detail: 'no way' },
    ],
  });
  expect(err.join('')).toContain('stocktake: no way (STK-SETUP-NO-TEMPORAL)');
});

it('takes a binary that is named in the environment, at once', async () => {
  const path = join(cacheDir, 'temporal');
  await writeFile(path, '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n', {
    mode: 0o755,
  });
  const provision = temporalProvision({ env: { TEMPORAL_CLI_PATH: path }, cacheDir });
  expect(await setup({}, io, [provision])).toBe(0);
  expect(out.join('')).toBe(`✓ Temporal server  server 1.29.1, CLI 1.5.1 (TEMPORAL_CLI_PATH: ${path})\n`);
});
