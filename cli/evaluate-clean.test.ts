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

  it('learns from labelled rows with --labels and scores both detectors on the others', async () => {
    const { code, stdout } = await evaluate('dirty.csv', 'clean.csv', '--labels', '10', '--json');
    expect(code).toBe(0);
    const { labels, wrong } = { ...JSON.parse(stdout), wrong: JSON.parse(stdout).data.wrong };
    expect(labels.rows).toHaveLength(10);
    expect(labels.wrong.labelled + labels.wrong.others).toBe(wrong);
    expect(labels.learned.detection.f1).toBeGreaterThanOrEqual(labels.unsupervised.detection.f1);
    const { stdout: text } = await evaluate('dirty.csv', 'clean.csv', '--labels', '10');
    expect(text).toContain('10 rows labelled');
  });

  it('compares raw strings: blanks, marks, quotes and line breaks in cells count, a byte order mark does not', async () => {
    const rows = ['#a, b ,"x ""y"""', '"c\nd",,é', ' ,"",z'];
    await writeFile(join(dir, 'raw.csv'), `\ufeffone,two,three\r\n${rows.join('\r\n')}\r\n`);
    const cleaned = rows.join('\n').replace(' b ', 'b').replace('é', 'è');
    await writeFile(join(dir, 'raw-clean.csv'), `one,two,three\n${cleaned}\n`);
    const { stdout, stderr } = await evaluate('raw.csv', 'raw-clean.csv', '--json');
    expect(stderr).not.toContain('STK-');
    expect(JSON.parse(stdout).data).toMatchObject({ rows: 3, columns: 3, wrong: 2 });
  });

  it('reads both files as Latin-1 where one is no UTF-8', async () => {
    await writeFile(join(dir, 'latin.csv'), Buffer.from('a,b\ncaf\xe9,1\n', 'latin1'));
    const { code, stdout } = await evaluate('latin.csv', 'latin.csv', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).data.wrong).toBe(0);
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
