import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quotedString } from '../warehouse/quoting.ts';
import { openSourceFixture, type SourceFixture } from './source-fixture.ts';

const writer = await (await DuckDBInstance.create(':memory:')).connect();
afterAll(() => writer.closeSync());

let shop: SourceFixture;
beforeEach(async () => {
  shop = await openSourceFixture();
});
afterEach(() => shop.close());

async function parquet(query: string): Promise<Buffer> {
  const path = join(shop.dir, 'made.parquet');
  await writer.run(`copy (${query}) to ${quotedString(path)} (format parquet)`);
  return readFile(path);
}

const codesOf = (problems: readonly { code: string }[]): string[] => problems.map(({ code }) => code);

describe('a Parquet file', () => {
  it('keeps its own types and numbers its rows from 1', async () => {
    await shop.file(
      'a.parquet',
      await parquet('select i::int as id, i / 4::decimal(9, 2) as price, [i] as list from range(3) t(i)'),
    );
    const { rows, manifests } = await shop.collect({ path: '*.parquet' });
    expect(rows.map(({ id, list, _file, _line }) => [id, list, _file, _line])).toEqual([
      [0, ['0'], 'a.parquet', '1'],
      [1, ['1'], 'a.parquet', '2'],
      [2, ['2'], 'a.parquet', '3'],
    ]);
    expect(manifests[0]?.facts).toMatchObject({
      columns: ['id', 'price', 'list'],
      files: [{ position: 'row', rows: 3 }],
    });
  });

  it('is refused as a whole when it is cut, damaged, too wide, too large or names a column of ours', async () => {
    const good = await parquet('select i as id from range(1000) t(i)');
    const footerless = Buffer.from(good);
    footerless.fill(0xff, good.length - 40, good.length - 8);
    await shop.file('cut.parquet', good.subarray(0, good.length - 20));
    await shop.file('footer.parquet', footerless);
    await shop.file('ours.parquet', await parquet('select 1 as _line'));
    await shop.file(
      'wide.parquet',
      await parquet(`select ${Array.from({ length: 60 }, (_, i) => `1 as c${i}`).join(', ')}`),
    );
    await shop.file('large.parquet', await parquet('select hash(i) as id from range(200000) t(i)'));
    const limits = { columns: 50, expandedBytes: 1_000_000 };
    const { output, rows } = await shop.collect({ path: '*.parquet' }, { limits });
    expect(rows).toEqual([]);
    expect(Object.fromEntries(output.problems.map(({ file, code }) => [file, code]))).toEqual({
      'cut.parquet': 'STK-COLLECT-TRUNCATED',
      'footer.parquet': 'STK-COLLECT-DAMAGED',
      'large.parquet': 'STK-COLLECT-BOMB',
      'ours.parquet': 'STK-COLLECT-HEADER',
      'wide.parquet': 'STK-COLLECT-COLUMNS',
    });
  });

  it('goes together with text files of the same slice', async () => {
    await shop.file('2026-01-01/a.parquet', await parquet("select 'A1' as sku, 1 as qty"));
    await shop.file('2026-01-01/b.csv', 'sku,qty\nB1,x\n');
    const { rows, output } = await shop.collect({ path: '{date}/*' });
    expect(rows.map(({ sku, qty }) => [sku, qty])).toEqual([
      ['A1', '1'],
      ['B1', 'x'],
    ]);
    expect(codesOf(output.problems)).toEqual([]);
  });
});
