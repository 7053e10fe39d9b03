import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { stocktake } from '../tests/harness.ts';

const run = (...args: string[]) => stocktake(['normalizers', ...args], { cwd: tmpdir() });

it('lists what mapping expressions may call', async () => {
  const { code, stdout } = await run();
  expect(code).toBe(0);
  expect(stdout).toMatch(/clean_number\(t, decimals := 'auto'\) +a number with a point/);
});

it('says what one makes of texts, null where it cannot read them', async () => {
  const { stdout } = await run('clean_money', '€ 1.299,50', 'on request', '--json');
  expect(JSON.parse(stdout).values).toEqual([
    { text: '€ 1.299,50', value: '1299.50' },
    { text: 'on request', value: null },
  ]);
});

it('suggests the one that was meant and exits 2', async () => {
  const { code, stderr } = await run('clean_mony', '1');
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean clean_money?');
});
