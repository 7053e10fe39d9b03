import { expect, it } from 'vitest';
import { PlatformError } from '../runtime/errors.ts';
import { silentProgress } from './progress.ts';
import { temporalProvision } from './provisions.ts';
import type { FoundTemporal } from './temporal-binary.ts';

const options = { env: {}, cacheDir: '/cache' };
const binary: FoundTemporal = {
  kind: 'binary',
  path: '/cache/temporal',
  version: '1.5.1',
  serverVersion: '1.29.1',
  how: 'cache',
};

it('says what is there, without fetching', async () => {
  const provision = temporalProvision(options, async ({ fetch }) => {
    expect(fetch).toBe(false);
    return binary;
  });
  expect(await provision.inspect()).toEqual({
    ready: true,
    detail: 'server 1.29.1, CLI 1.5.1 (cache: /cache/temporal)',
  });
});

it('says what would be fetched and how big it is', async () => {
  const provision = temporalProvision(options, async () => {
    throw new PlatformError('none', { code: 'STK-SETUP-NO-TEMPORAL' });
  });
  const state = await provision.inspect();
  expect(state.ready).toBe(false);
  expect(state.ready === false && state.fetches.join('\n')).toMatch(
    /50 MB[\s\S]*go install.*280 MB.*minutes/,
  );
});

it('fetches when asked to provide', async () => {
  const provision = temporalProvision(options, async ({ fetch }) => {
    expect(fetch).toBeUndefined();
    return { kind: 'address', address: 'host:7233' };
  });
  expect(await provision.provide(silentProgress)).toBe('the one at host:7233 (TEMPORAL_ADDRESS)');
});
