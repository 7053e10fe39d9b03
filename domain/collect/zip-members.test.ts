import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSourceFixture, type SourceFixture, zipOf } from './source-fixture.ts';

let shop: SourceFixture;
beforeEach(async () => {
  shop = await openSourceFixture();
});
afterEach(() => shop.close());

describe('zip archives', () => {
  it('give their members as files of the slice, JSON and CSV side by side', async () => {
    await shop.file(
      'a.zip',
      zipOf([
        { name: 'deep/b.csv', content: 'sku,qty\nB1,1\nB2\n' },
        { name: 'a.json', content: '[{"sku":"A1"}]' },
        { name: 'deep/', content: '' },
        { name: '__MACOSX/._a.json', content: 'x' },
      ]),
    );
    const { rows, rejects, manifests } = await shop.collect({ path: '*.zip' });
    expect(rows.map(({ sku, _file, _line }) => [sku, _file, _line])).toEqual([
      ['B1', 'a.zip#deep/b.csv', '2'],
      ['A1', 'a.zip#a.json', '1'],
    ]);
    expect(rejects).toMatchObject([{ file: 'a.zip#deep/b.csv', line: '3' }]);
    expect(manifests[0]?.facts.files).toMatchObject([{ path: 'a.zip#a.json' }, { path: 'a.zip#deep/b.csv' }]);
  });

  it('refuse members that lead elsewhere, are links, repeat a name, are damaged or are archives, one by one', async () => {
    const content = 'sku\nX\n';
    await shop.file(
      'a.zip',
      zipOf([
        { name: '../up.csv', content },
        { name: '/abs.csv', content },
        { name: 'C:/drive.csv', content },
        { name: 'back\\slash.csv', content },
        { name: 'nul\0.csv', content },
        { name: 'link.csv', content: '/etc/passwd', mode: 0o120777 },
        { name: 'damaged.csv', content, damaged: true },
        { name: 'nested.zip', content: zipOf([{ name: 'x.csv', content }]) },
        { name: 'nested.csv.gz', content: gzipSync(content) },
        { name: 'twice.csv', content },
        { name: 'twice.csv', content: 'sku\nY\n' },
        { name: 'good.csv', content },
      ]),
    );
    const { rows, output } = await shop.collect({ path: 'a.zip' });
    expect(rows.map(({ _file }) => _file)).toEqual(['a.zip#good.csv']);
    expect(Object.fromEntries(output.problems.map(({ file, code }) => [file, code]))).toEqual({
      'a.zip#../up.csv': 'STK-COLLECT-PATH',
      'a.zip#/abs.csv': 'STK-COLLECT-PATH',
      'a.zip#C:/drive.csv': 'STK-COLLECT-PATH',
      'a.zip#back\\slash.csv': 'STK-COLLECT-PATH',
      'a.zip#nul\ufffd.csv': 'STK-COLLECT-PATH',
      'a.zip#link.csv': 'STK-COLLECT-PATH',
      'a.zip#damaged.csv': 'STK-COLLECT-DAMAGED',
      'a.zip#nested.zip': 'STK-COLLECT-FORMAT',
      'a.zip#nested.csv.gz': 'STK-COLLECT-FORMAT',
      'a.zip#twice.csv': 'STK-COLLECT-PATH',
    });
  });

  it('are refused as a whole when they are cut, are none, or are bombs', async () => {
    const archive = zipOf([{ name: 'a.csv', content: `sku\n${'a'.repeat(10_000)}\n` }]);
    await shop.file('cut.zip', archive.subarray(0, archive.length - 30));
    await shop.file('none.zip', 'sku\nA1\n');
    const blank = 'a'.repeat(20 << 20);
    await shop.file(
      'bomb.zip',
      zipOf(['1', '2', '3'].map((name) => ({ name: `${name}.csv`, content: blank }))),
    );
    const { output, rows } = await shop.collect({ path: '*.zip' }, { limits: { expandedRatio: 100 } });
    expect(rows).toEqual([]);
    expect(Object.fromEntries(output.problems.map(({ file, code }) => [file, code]))).toEqual({
      'bomb.zip': 'STK-COLLECT-BOMB',
      'cut.zip': 'STK-COLLECT-TRUNCATED',
      'none.zip': 'STK-COLLECT-MAGIC',
    });
  });
});
