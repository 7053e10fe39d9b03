import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData, stocktake } from '../tests/harness.ts';

/** Three offers each of sixty things: maker, model number and colour, in three spellings. */
const offers = Array.from({ length: 60 }, (_, thing) => {
  const maker = ['Solveig', 'Rimfrost', 'Heath'][thing % 3];
  const [code, colour] = [`${'abcdefghij'[thing % 10]}x${100 + 7 * thing}k`, ['red', 'blue'][thing % 2]];
  return [
    `${maker} ${code} lamp ${colour}`,
    `${maker} lamp ${code.toUpperCase()}`,
    `"Lamp, ${code}, ${colour}"`,
  ].map((title, offer) => `${3 * thing + offer},${title},c${thing},Thing ${thing}`);
}).flat();

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-dedup-'));
  await writeFile(join(dir, 'named.csv'), `id,title,cluster,thing\n${offers.join('\n')}\n`);
  await writeFile(join(dir, 'bare.csv'), `${offers.join('\n')}\n`);
  await writeFile(join(dir, 'empty.csv'), '');
  await writeFile(join(dir, 'gaps.csv'), `id,title,cluster\n1,red lamp,a\n2,red lamp,\n3,red lamp,a\n`);
});
afterAll(() => rm(dir, { recursive: true }));

const evaluate = (...flags: string[]): ReturnType<typeof stocktake> =>
  stocktake(['evaluate', 'dedup', ...flags], { cwd: dir });

async function documentOf(...flags: string[]) {
  const { code, stdout, stderr } = await evaluate(...flags, '--json');
  expect(`${code} ${code === 0 ? '' : stderr}`).toBe('0 ');
  return JSON.parse(stdout);
}

describe('stocktake evaluate dedup', () => {
  it('prints one JSON document with both methods, blocking and memory', async () => {
    const document = await documentOf('--file', 'named.csv', '--cluster', 'cluster', '--text', 'title');
    expect(document.task).toBe('dedup');
    expect(document.data).toMatchObject({
      header: true,
      records: 180,
      clusters: 60,
      truePairs: 180,
      text: ['title'],
    });
    expect(document.models.map(({ name }: { name: string }) => name)).toEqual(['resolved', 'exact text']);
    const [resolved, exact] = document.models;
    expect(resolved.metrics.pairF1).toBeGreaterThan(0.95);
    expect(exact.metrics).toMatchObject({ pairPrecision: 0, pairRecall: 0, pairF1: 0 });
    expect(exact.metrics.b3Recall).toBeCloseTo(1 / 3, 12);
    expect(document.blocking.pairCompleteness).toBe(1);
    expect(document.peakMemoryMb).toBeGreaterThan(10);
  });

  it('takes columns by number, with a header and without, to the same figures', async () => {
    const figures = async (file: string, ...more: string[]): Promise<unknown> => {
      const { data, blocking, models } = await documentOf(
        '--file',
        file,
        '--cluster',
        '3',
        '--text',
        '2',
        ...more,
      );
      return [
        data.records,
        data.truePairs,
        blocking,
        models.map((model: { metrics: unknown }) => model.metrics),
      ];
    };
    const named = await figures('named.csv');
    expect(await figures('bare.csv')).toEqual(named);
    expect(await figures('bare.csv', '--header', 'no')).toEqual(named);
  });

  it('takes the first line for what it is told to be', async () => {
    const { data } = await documentOf(
      '--file',
      'bare.csv',
      '--cluster',
      '3',
      '--text',
      '2',
      '--header',
      'yes',
    );
    expect(data).toMatchObject({ header: true, records: 179, text: ['Solveig ax100k lamp red'] });
  });

  it('compares neither the column that names the cluster nor the running id where no column is named', async () => {
    const { data } = await documentOf('--file', 'named.csv', '--cluster', 'cluster');
    expect(data.text).toEqual(['title']);
  });

  it('leaves rows without a cluster out and says so', async () => {
    const { stdout, stderr } = await evaluate(
      '--file',
      'gaps.csv',
      '--cluster',
      'cluster',
      '--text',
      'title',
      '--json',
    );
    expect(JSON.parse(stdout).data).toMatchObject({ records: 2, unlabelled: 1, truePairs: 1 });
    expect(stderr).toContain('1 rows without a cluster');
  });

  it.each([
    ['absent.csv', 'cluster', 'STK-CLI-FILE', 'There is no file absent.csv'],
    ['empty.csv', 'cluster', 'STK-CLI-FILE', 'is empty'],
    ['named.csv', 'klass', 'STK-CLI-COLUMN', 'its columns are id, title, cluster, thing'],
    ['bare.csv', '9', 'STK-CLI-COLUMN', 'it has 4 columns and no header'],
  ])('refuses %s with cluster column %s', async (file, cluster, errorCode, text) => {
    const { code, stderr } = await evaluate('--file', file, '--cluster', cluster, '--text', '2');
    expect(code).toBe(2);
    expect(stderr).toContain(errorCode);
    expect(stderr).toContain(text);
  });

  const { path, missing } = sharedData('pricerunner');
  it.skipIf(missing)(
    'resolves a public table of offers far better than equal titles do (skipped: no data)',
    async () => {
      const file = join(path, 'pricerunner_aggregate.csv');
      const { data, blocking, models } = await documentOf('--file', file, '--cluster', '4', '--text', '2');
      expect(data).toMatchObject({ header: false, records: 35_311, clusters: 13_233, truePairs: 69_926 });
      expect(blocking.reductionRatio).toBeGreaterThanOrEqual(0.99);
      expect(blocking.pairCompleteness).toBeGreaterThanOrEqual(0.95);
      expect(models[0].metrics.pairF1).toBeGreaterThan(5 * models[1].metrics.pairF1);
      expect(models[0].metrics.b3F1).toBeGreaterThan(models[1].metrics.b3F1 + 0.15);
    },
    120_000,
  );
});
