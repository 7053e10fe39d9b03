import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stocktake } from '../tests/harness.ts';
import { asset, check, column, stocktaking } from '../tests/inventory-fixture.ts';
import { openPublishedFixture, type PublishedFixture, twoSources } from '../tests/published-fixture.ts';

describe('documents of a published inventory', () => {
  let fixture: PublishedFixture;

  beforeAll(async () => {
    fixture = await openPublishedFixture(twoSources);
    const assets = (newest: string) => [
      asset({ asset: 'raw.items', newest: '' }),
      asset({ asset: 'raw.orders', newest, last_slice: newest === '' ? 'all' : '2026-10-02' }),
    ];
    const columns = [
      column({ asset: 'raw.orders', column: 'sku', kind: 'id', alerts: ['unique'] }),
      column({ asset: 'raw.orders', column: 'mail', personal: true }),
      column({ asset: 'raw.orders', column: 'price', kind: 'money' }),
    ];
    await fixture.publish(stocktaking({ snapshot: 1, assets: assets('2026-10-01T18:00:00.000Z'), columns }));
    await fixture.publish(stocktaking({ snapshot: 2, assets: assets('2026-10-02T06:00:00.000Z'), columns }), {
      'raw.orders': `select * from (values ('A-1', 'x@y.de', 1.5::double, 'f', 1), ('A-2', ' z@y.de', 4.5, 'f', 2))
        as orders(sku, mail, price, _file, _line) order by _line`,
    });
    await fixture.publish(stocktaking({ snapshot: 3, assets: assets('2026-10-01T18:00:00.000Z'), columns }));
    const checks = [
      check({
        source: 'orders',
        type: 'volume',
        status: 'warn',
        slice: '2026-10-03',
        expected: '50 – 200',
        observed: '0',
      }),
      check({ source: 'orders', type: 'volume', status: 'pass', slice: '2026-10-02', observed: '90' }),
    ];
    await fixture.publish(stocktaking({ snapshot: 4, assets: assets(''), checks }));
  });
  afterAll(() => fixture.remove());

  const run = (...args: string[]) => stocktake(args, { cwd: fixture.dir });

  it.each([
    ['1', 'pass', 6 * 3600, 0],
    ['2', 'warn', 18 * 3600, 0],
    ['3', 'error', 54 * 3600, 1],
    ['4', 'runtime error', null, 1],
  ])('judges the freshness of snapshot %s as %s', async (snapshot, status, age, code) => {
    const result = await run('freshness', '--snapshot', snapshot, '--out', `f${snapshot}.json`);
    expect(result.code).toBe(code);
    const document = JSON.parse(await readFile(join(fixture.dir, `f${snapshot}.json`), 'utf8'));
    expect(document.results).toMatchObject([
      {
        unique_id: 'source.fixture-shop.raw.orders',
        status,
        age,
        max_loaded_at_time_ago_in_s: age,
        criteria: { warn_after: { count: 12, period: 'hour' }, error_after: { count: 2, period: 'day' } },
        owner: 'web shop',
      },
    ]);
    expect(result.stdout).toContain(status);
  });

  it('names the day whose rows are missing and whom to ask', async () => {
    const result = await run('freshness', '--snapshot', '4', '--out', 'late.json');
    expect(result.stdout).toMatch(/orders +warn +2026-10-03 +none +50 – 200 +web shop/);
    const { stdout } = await run('freshness', '--snapshot', '4', '--out', 'late.json', '--json');
    expect(JSON.parse(stdout).volume).toEqual([
      {
        source: 'orders',
        slice: '2026-10-03',
        status: 'warn',
        expected: '50 – 200',
        rows: 0,
        owner: 'web shop',
      },
    ]);
  });

  it('exports a catalogue to stdout or to a file, and names the folder that is missing', async () => {
    const csv = await run('catalog', 'export', '--format', 'csv');
    expect(csv).toMatchObject({ code: 0, stdout: expect.stringMatching(/^asset,asset_kind,/) });
    const file = await run('catalog', 'export', '--snapshot', '2', '--out', 'datapackage.json');
    expect(file.code).toBe(0);
    expect(JSON.parse(await readFile(join(fixture.dir, 'datapackage.json'), 'utf8'))).toMatchObject({
      name: 'fixture-shop',
      version: '2026-10-02.2',
    });
    const lost = await run('catalog', 'export', '--out', 'nowhere/x.json');
    expect(lost.code).toBe(2);
    expect(lost.stderr).toContain('Cannot write nowhere/x.json');
  });

  it('profiles an asset by one scan and hides what is personal', async () => {
    const { code, stdout } = await run('profile', 'raw.orders', '--snapshot', '2', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      rows: 2,
      columns: [
        { column: 'sku', kind: 'id', min: 'A-1', max: 'A-2', alerts: ['unique'] },
        { column: 'mail', personal: true, min: null, top: [], distinct: 2 },
        { column: 'price', mean: 3, deviation: 2.12132034 },
      ],
    });
    expect(stdout).not.toContain('@y.de');
    const irregular = await run('profile', 'raw.orders', '--snapshot', '2', '--irregular', '--json');
    expect(JSON.parse(irregular.stdout).irregularities.found).toEqual([
      { column: 'mail', kind: 'outer blanks', rows: 1, values: 1, expected: '', examples: [] },
    ]);
    const unknown = await run('profile', 'raw.nothing');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("no asset 'raw.nothing'");
  });

  it('refuses a format nobody knows', async () => {
    expect((await run('catalog', 'export', '--format', 'xml')).code).toBe(2);
  });
});
