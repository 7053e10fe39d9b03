import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData, stocktake } from '../tests/harness.ts';

const towns = [
  ['10115', 'Berlin', 'BE'],
  ['20095', 'Hamburg', 'HH'],
  ['80331', 'Munich', 'BY'],
  ['90402', 'Nuremberg', 'BY'],
];
const clean = Array.from({ length: 80 }, (_, row) => [String(row), ...(towns[row % towns.length] ?? [])]);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-clean-'));
  const dirty = clean.map((row) => [...row]);
  const change = (row: number, column: number, value: string): void =>
    void dirty[row]?.splice(column, 1, value);
  change(4, 2, 'Hamburg');
  change(9, 2, '');
  change(13, 3, 'HHH');
  change(20, 2, 'Berlim');
  await writeFile(join(dir, 'clean.csv'), csv(clean));
  await writeFile(join(dir, 'dirty.csv'), csv(dirty));
  await writeFile(join(dir, 'short.csv'), csv(clean.slice(1)));
  await writeFile(join(dir, 'other.csv'), csv(clean).replace('town', 'city'));
});
afterAll(() => rm(dir, { recursive: true }));

function csv(rows: readonly (readonly string[])[]): string {
  return `${[['id', 'zip', 'town', 'land'], ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

function evaluate(dirty: string, other = 'clean.csv', ...more: string[]): ReturnType<typeof stocktake> {
  return stocktake(['evaluate', 'clean', '--dirty', dirty, '--clean', other, ...more], { cwd: dir });
}

describe('stocktake evaluate clean', () => {
  it('prints one JSON document with figures per column and per reason', async () => {
    const { code, stdout } = await evaluate('dirty.csv', 'clean.csv', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual([
      'task',
      'protocol',
      'data',
      'seed',
      'seconds',
      'detection',
      'repair',
      'byColumn',
      'byReason',
    ]);
    expect(document.data).toMatchObject({ rows: 80, columns: 4, cells: 320, wrong: 4 });
    expect(document.detection).toEqual({ precision: 1, recall: 1, f1: 1 });
    expect(document.repair).toEqual({ precision: 1, recall: 1, f1: 1 });
  });

  it('prints figures, columns and examples for people', async () => {
    const { code, stdout } = await evaluate('dirty.csv');
    expect(code).toBe(0);
    expect(stdout).toContain('4 wrong cells');
    expect(stdout).toContain('"Berlim"');
    expect(stdout).toContain('"Berlin"');
  });

  it('finds nothing in a clean table', async () => {
    const { stdout } = await evaluate('clean.csv', 'clean.csv', '--json');
    expect(JSON.parse(stdout).byReason).toEqual([]);
  });

  it.each([
    ['short.csv', 'STK-CLEAN-ROWS'],
    ['other.csv', 'STK-CLEAN-HEADER'],
    ['absent.csv', 'STK-CLI-FILE'],
  ])('refuses %s with %s', async (file, errorCode) => {
    const { code, stderr } = await evaluate(file);
    expect(stderr).toContain(errorCode);
    expect(code).toBe(2);
  });

  const raha = sharedData('dirty-raha');
  it.skipIf(raha.missing).each([
    ['hospital', 'dirty', 0.92, 0.88],
    ['beers', 'dirty', 0.97, 0.84],
    ['hospital', 'noise/hospital-inner_error-30', 0.8, 0.6],
  ])(
    'cleans %s, %s.csv, without labels (skipped without ../shared/data)',
    async (table, file, detection, repair) => {
      const path = join(raha.path, table);
      const { stdout } = await evaluate(join(path, `${file}.csv`), join(path, 'clean.csv'), '--json');
      const document = JSON.parse(stdout);
      expect(document.detection.f1).toBeGreaterThanOrEqual(detection);
      expect(document.repair.f1).toBeGreaterThanOrEqual(repair);
    },
  );
});
