import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stocktake } from '../tests/harness.ts';

const train = [
  ...Array.from({ length: 12 }, (_, index) => `"my card, no ${index}, is lost",card`),
  ...Array.from({ length: 12 }, (_, index) => `"please send ""cash"" ${index}",cash`),
];
const test = ['the card is lost,card', 'send cash,cash', ',card', '\u0007\u0001,cash', '卡丢了,other'];

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-texts-'));
  await writeFile(join(dir, 'train.csv'), `text,label\n${train.join('\n')}\n`);
  await writeFile(join(dir, 'test.csv'), `text,label\n${test.join('\n')}\n`);
  await writeFile(join(dir, 'one.csv'), 'text,label\na b,card\nc d,card\n');
  await writeFile(join(dir, 'empty.csv'), '');
  await writeFile(join(dir, 'header.csv'), 'text,label\n');
});
afterAll(() => rm(dir, { recursive: true }));

function evaluate(trainFile: string, column = 'text', ...more: string[]): ReturnType<typeof stocktake> {
  const flags = ['--train', trainFile, '--test', 'test.csv', '--text', column, '--label', 'label', ...more];
  return stocktake(['evaluate', 'text', ...flags], {
    cwd: dir,
    env: { XDG_CACHE_HOME: join(dir, 'cache') },
  });
}

describe('stocktake evaluate text', () => {
  it('prints one JSON document with the majority class and TF-IDF, and says how to get the encoder', async () => {
    const { code, stdout, stderr } = await evaluate('train.csv', 'text', '--json');
    expect(code).toBe(0);
    expect(stderr).toContain('stocktake setup');
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual([
      'task',
      'protocol',
      'data',
      'seed',
      'searchSeconds',
      'models',
      'chosen',
    ]);
    expect(document.models.map(({ name }: { name: string }) => name)).toEqual(['majority', 'tf-idf']);
    expect(document.models[1].metrics.accuracy).toBeGreaterThanOrEqual(0.4);
    expect(document.models[1].metrics.accuracy).toBeLessThanOrEqual(0.8);
    expect(document.chosen).toBe('tf-idf');
  });

  it('gives the same figures again, and takes a validation file', async () => {
    const figures = async (): Promise<unknown> => {
      const { stdout } = await evaluate('train.csv', 'text', '--json', '--valid', 'train.csv');
      return JSON.parse(stdout).models.map(({ metrics }: { metrics: unknown }) => metrics);
    };
    expect(await figures()).toEqual(await figures());
  });

  it('names near columns when one is missing', async () => {
    const { code, stderr } = await evaluate('train.csv', 'txt');
    expect(code).toBe(2);
    expect(stderr).toContain("no column 'txt'");
    expect(stderr).toContain("'text'");
    expect(stderr).toContain('STK-CLI-COLUMN');
  });

  it.each([
    ['one.csv', 'STK-CLASSIFY-ONE-CLASS', 1],
    ['empty.csv', 'STK-CLASSIFY-EMPTY', 2],
    ['header.csv', 'STK-CLASSIFY-EMPTY', 2],
    ['absent.csv', 'STK-CLI-FILE', 2],
  ])('refuses %s with %s', async (file, errorCode, exitCode) => {
    const { code, stderr } = await evaluate(file);
    expect(stderr).toContain(errorCode);
    expect(code).toBe(exitCode);
  });
});
