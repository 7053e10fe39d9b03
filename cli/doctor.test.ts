import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Check } from '../domain/setup/checks.ts';
import { machineFacts } from '../domain/setup/machine-checks.ts';
import { doctor } from './doctor.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-doctor-cli-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('ends with 0 when nothing is wrong, and loads the real native parts', async () => {
  const { code, text } = await run({ json: true });
  const { format, ok, checks } = JSON.parse(text) as { format: number; ok: boolean; checks: Check[] };
  const statusOf = (name: string): string | undefined => checks.find((check) => check.name === name)?.status;
  expect([code, format, ok]).toEqual([0, 1, true]);
  expect([statusOf('DuckDB'), statusOf('Temporal bridge')]).toEqual(['pass', 'pass']);
  expect(statusOf('configuration')).toBe('not tried');
});

it('ends with 1 when something is wrong, and says what would be right and what to do', async () => {
  const { code, text } = await run({}, { glibc: undefined, platform: 'linux', distribution: 'Alpine Linux' });
  expect(code).toBe(1);
  expect(text).toMatch(
    /✗ platform +linux .*Alpine Linux without glibc \(musl\)\n +expected: .*\n +do: use an image/,
  );
  expect(text).toMatch(/✓ memory +\d/);
  expect(text).toMatch(/1 wrong/);
});

it('lists every problem of a configuration that is not valid', async () => {
  await writeFile(join(dir, 'temporal.config.ts'), 'export default { nonsense: true };\n');
  const { code, text } = await run({});
  expect(code).toBe(1);
  expect(text).toMatch(/✗ configuration +.*temporal\.config\.ts has \d+ problem/);
});

async function run(
  options: { json?: boolean },
  facts: Partial<ReturnType<typeof machineFacts>> = {},
): Promise<{ code: number; text: string }> {
  let text = '';
  const stdout = { write: (more: string) => (text += more) };
  const env = { PATH: '' };
  const roomy = { availableMemoryBytes: 8e9 };
  const code = await doctor(options, {
    stdout,
    env,
    cwd: dir,
    cacheDir: dir,
    facts: { ...machineFacts(), ...roomy, ...facts },
  });
  return { code, text };
}
