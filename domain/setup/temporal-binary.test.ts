import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlatformError } from '../runtime/errors.ts';
import { probeBinary } from './probe-binary.ts';
import { createProgress } from './progress.ts';
import { type FindTemporalOptions, findTemporal, type TemporalEffects } from './temporal-binary.ts';
import { putBinary } from './temporal-cache.ts';
import { compareVersions } from './temporal-release.ts';
import { type Way, ways } from './temporal-ways.ts';

const version = { version: '1.5.1', serverVersion: '1.29.1' };

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-find-'));
  for (const folder of ['named', 'path', 'empty']) await mkdir(join(dir, folder));
  for (const folder of ['named', 'path']) await writeProgram(join(dir, folder, 'temporal'), 'exit 0');
  await writeProgram(join(dir, 'fetched'), 'exit 0');
  await putBinary(join(dir, 'full-cache'), join(dir, 'fetched'), { ...version, way: 'download' });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('the order of the ways', () => {
  const subsets = Array.from({ length: 2 ** ways.length }, (_, bits) =>
    ways.filter((_, index) => bits & (1 << index)),
  );

  it.each(subsets.map((available) => [available.join(', ') || 'nothing', available] as const))(
    'with %s available takes the first',
    async (_, available) => {
      const outcome = await find(available).then(
        (found) => (found.kind === 'address' ? 'TEMPORAL_ADDRESS' : found.how),
        (error: unknown) => (error as PlatformError).code,
      );
      expect(outcome).toBe(available[0] ?? 'STK-SETUP-NO-TEMPORAL');
    },
  );

  function find(available: readonly Way[]): ReturnType<typeof findTemporal> {
    const has = (way: Way): boolean => available.includes(way);
    const env = {
      ...(has('TEMPORAL_ADDRESS') ? { TEMPORAL_ADDRESS: 'host:7233' } : {}),
      ...(has('TEMPORAL_CLI_PATH') ? { TEMPORAL_CLI_PATH: join(dir, 'named', 'temporal') } : {}),
      PATH: has('temporal on PATH') ? `${join(dir, 'empty')}:${join(dir, 'path')}` : join(dir, 'empty'),
    };
    const cacheDir = join(dir, has('cache') ? 'full-cache' : 'empty-cache');
    return findTemporal({ env, cacheDir }, fake(available));
  }

  function fake(available: readonly Way[]): TemporalEffects {
    const fetched = available.find((way) => way === 'download' || way === 'go install');
    return {
      probe: async () => version,
      fetch: async () =>
        fetched
          ? { path: '/fetched', how: fetched, ...version }
          : { failed: [{ way: 'download', outcome: 'no network' }] },
    };
  }
});

describe('a search without success', () => {
  const none: TemporalEffects = {
    probe: probeBinary,
    fetch: async () => ({
      failed: [
        { way: 'download', outcome: 'https://temporal.download/x: the host name cannot be resolved' },
        { way: 'go install', outcome: 'there is no `go` on PATH' },
      ],
    }),
  };

  it('names every way, why it failed, and what to do without a network', async () => {
    const error = await failureOf(
      { env: { PATH: join(dir, 'empty') }, cacheDir: join(dir, 'no-cache') },
      none,
    );
    expect(error.message).toBe(`No Temporal server was found, and none could be fetched. Tried, in this order:
  TEMPORAL_ADDRESS   not set
  TEMPORAL_CLI_PATH  not set
  temporal on PATH   not found in 1 folders
  cache              no binary in ${join(dir, 'no-cache', 'temporal', '1.5.1')}
  download           https://temporal.download/x: the host name cannot be resolved
  go install         there is no \`go\` on PATH
Without a network, one of:
  copy the binary 'temporal' (v1.5.1) from another machine and set TEMPORAL_CLI_PATH=/path/to/temporal
  set TEMPORAL_ADDRESS=host:7233 to use a server that runs elsewhere`);
  });

  it('fetches nothing when told not to, and names the command that does', async () => {
    const options = { env: {}, cacheDir: join(dir, 'no-cache'), fetch: false };
    const error = await failureOf(options, {
      ...none,
      fetch: () => Promise.reject(new Error('it fetched')),
    });
    expect(error.message).toContain("'stocktake setup' fetches it");
    expect(error.details.attempts).toHaveLength(4);
  });

  it.each([
    ['is missing', undefined, 'there is no such file'],
    ['does not run', 'exit 7', 'failed'],
    ['is something else', 'echo "temporal 9"', 'no Temporal CLI with a server inside'],
    ['is too old', 'echo "temporal version 0.9.0 (Server 1.20.0, UI 2)"', 'server 1.20.0 is too old'],
  ])('says so at once when the named binary %s, and goes on', async (_, text, why) => {
    const path = join(dir, `named-${why.length}`);
    if (text !== undefined) await writeProgram(path, text);
    const notes: string[] = [];
    const progress = createProgress({ write: (note) => notes.push(note) });
    const env = { TEMPORAL_CLI_PATH: path, PATH: '' };
    const error = await failureOf({ env, cacheDir: join(dir, 'no-cache'), progress }, none);
    expect(error.message).toContain(why);
    expect(notes.join('')).toContain(`TEMPORAL_CLI_PATH is passed over: ${path}`);
  });
});

it('orders versions by their numbers', () => {
  expect(compareVersions('1.21', '1.21.0')).toBe(0);
  expect(compareVersions('1.9.5', '1.10.0')).toBe(-1);
  expect(compareVersions('1.26.8', '1.25.0')).toBe(1);
});

async function failureOf(options: FindTemporalOptions, effects: TemporalEffects): Promise<PlatformError> {
  const outcome = await findTemporal(options, effects).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(PlatformError);
  expect(outcome).toMatchObject({ code: 'STK-SETUP-NO-TEMPORAL' });
  return outcome as PlatformError;
}

function writeProgram(path: string, text: string): Promise<void> {
  return writeFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}
