import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailpointPlace } from '../runtime/failpoint.ts';
import type { Row } from '../warehouse/warehouse.ts';
import { collectSlices } from './collect.ts';
import {
  type Collected,
  defaultLimits,
  openSourceFixture,
  type SourceFixture,
  sourceOf,
  stageContext,
} from './source-fixture.ts';

let shop: SourceFixture;
beforeEach(async () => {
  shop = await openSourceFixture();
});
afterEach(() => shop.close());

const cells = (rows: readonly Row[], ...columns: string[]): unknown[][] =>
  rows.map((row) => columns.map((column) => row[column]));
const problemsOf = ({ output }: Collected): string[] =>
  output.problems.map(({ severity, code, file, rows }) => `${severity} ${code} ${file} ${rows}`);
const ledgerOf = ({ output }: Collected): number[][] =>
  output.ledger.map(({ rowsIn, rowsOut, rejected }) => [rowsIn, rowsOut, rejected]);
const hashesOf = ({ output }: Collected): string[] =>
  (output.datasets['raw.shop'] ?? []).map(({ manifest }) => manifest.sha256);

describe('collecting slices', () => {
  it('writes one table a slice, files in path order, with provenance, ledger and facts', async () => {
    await shop.file('2026-01-01/b.csv', 'sku,qty\nB1,1\n');
    await shop.file('2026-01-01/a.csv', 'sku,qty,note\nA1,2,x\nA2\n');
    await shop.file('2026-01-02/a.csv', 'sku,qty\nC1,3\n');
    const collected = await shop.collect({ path: '{date}/*.csv' });
    expect(cells(collected.rows, 'sku', 'qty', 'note', '_file', '_line')).toEqual([
      ['A1', '2', 'x', '2026-01-01/a.csv', '2'],
      ['B1', '1', null, '2026-01-01/b.csv', '2'],
      ['C1', '3', null, '2026-01-02/a.csv', '2'],
    ]);
    expect(collected.rejects).toEqual([
      {
        file: '2026-01-01/a.csv',
        line: '3',
        reason: 'STK-COLLECT-COLUMNS',
        message: 'has 1 fields; expected 3',
        raw: 'A2',
        rows: '1',
      },
    ]);
    expect(ledgerOf(collected)).toEqual([
      [3, 2, 1],
      [1, 1, 0],
    ]);
    expect(problemsOf(collected)).toEqual(['error STK-COLLECT-COLUMNS 2026-01-01/a.csv 1']);
    const [first] = collected.manifests;
    expect(first?.facts.columns).toEqual(['sku', 'qty', 'note']);
    expect(first?.facts.files).toMatchObject([
      { path: '2026-01-01/a.csv', rows: 1, rejected: 1, encoding: 'utf-8', delimiter: ',', position: 'line' },
      { path: '2026-01-01/b.csv', rows: 1, rejected: 0 },
    ]);
    expect(first?.parents).toEqual(collected.plan.slices[0]?.files.map(({ sha256 }) => sha256).sort());
    expect(collected.output).toMatchObject({ stage: 'collect', parts: 2, reused: 0 });
    expect(collected.output.datasets['raw.shop']?.map(({ slice, rows }) => [slice, rows])).toEqual([
      ['2026-01-01', 2],
      ['2026-01-02', 1],
    ]);
    expect(await shop.staged()).toEqual([]);
  });

  it('keeps files as received', async () => {
    const bytes = gzipSync('sku\nA1\n');
    await shop.file('a.csv.gz', bytes);
    const { manifests } = await shop.collect({ path: '*.gz' });
    const [received] = manifests[0]?.files.received ?? [];
    expect(await readFile(join(shop.store.dir, received?.uri ?? ''))).toEqual(bytes);
  });

  it('reuses what was collected from the same files, and not under other rules', async () => {
    await shop.file('a.csv', 'sku;qty\nA1;1\n');
    const first = await shop.collect({ path: 'a.csv' });
    const again = await shop.collect({ path: 'a.csv', owner: 'nobody', nullValues: ['-'] });
    expect(again.output.reused).toBe(1);
    expect(again.output.problems).toEqual(first.output.problems);
    expect(hashesOf(again)).toEqual(hashesOf(first));
    const other = await shop.collect({ path: 'a.csv', csv: { delimiter: ';' } });
    expect(other.output.reused).toBe(0);
    expect(cells(other.rows, 'sku', 'qty')).toEqual([['A1', '1']]);
  });

  it('gives the same bytes again when forced, in any batch, at any number of threads', async () => {
    for (const [index, text] of ['sku,qty\nA,1\n', 'sku,qty\n"B\n",2\nbad\n', 'sku,qty\nC,3\n'].entries()) {
      await shop.file(`2026-01-0${index + 1}.csv`, text);
    }
    await shop.file('2026-01-04.jsonl', '{"sku":"D","qty":1}\n{"sku":"E","more":[1]}\n');
    const source = { path: ['{date}.csv', '{date}.jsonl'] };
    const first = await shop.collect(source);
    const again = await shop.collect(source, { context: { force: true, threads: 1 } });
    expect(again.output.reused).toBe(0);
    expect(hashesOf(again)).toEqual(hashesOf(first));
  });

  it('passes its failpoints in order and keeps what was committed before a fault', async () => {
    for (let day = 10; day < 30; day++) await shop.file(`2026-01-${day}.csv`, `sku\n${day}\n`);
    const places: FailpointPlace[] = [];
    const failpoint = async (place: FailpointPlace): Promise<void> => {
      places.push(place);
      if (place === 'mid') throw new Error('injected');
    };
    await expect(shop.collect({ path: '{date}.csv' }, { context: { failpoint } })).rejects.toThrow(
      'injected',
    );
    expect(places).toEqual(['before', 'mid']);
    expect(await shop.staged()).toEqual([]);
    const { output } = await shop.collect({ path: '{date}.csv' });
    expect(output.reused).toBeGreaterThanOrEqual(10);
    const seen: FailpointPlace[] = [];
    await shop.collect(
      { path: '{date}.csv' },
      { context: { failpoint: async (place) => void seen.push(place) } },
    );
    expect(seen).toEqual(['before', 'mid', 'after-effect']);
  });

  it('stops when the run is cancelled', async () => {
    for (let day = 10; day < 30; day++) await shop.file(`2026-01-${day}.csv`, `sku\n${day}\n`);
    const abort = new AbortController();
    const promise = shop.collect({ path: '{date}.csv' }, { context: { signal: abort.signal } });
    setTimeout(() => abort.abort(new Error('enough')), 50);
    await expect(promise).rejects.toMatchObject({ code: 'STK-COLLECT-CANCELLED', retryable: true });
    expect(await shop.staged()).toEqual([]);
  });

  it('says which planned file changed or went away', async () => {
    await shop.file('a.csv', 'sku\nA1\n');
    const { slices } = await shop.list({ path: 'a.csv' });
    const source = sourceOf({ path: 'a.csv' });
    const work = { name: 'shop', source, limits: defaultLimits(), input: shop.input, slices };
    await writeFile(join(shop.input, 'a.csv'), 'sku\nA2\n');
    await expect(collectSlices(shop.store, stageContext(), work)).rejects.toMatchObject({
      code: 'STK-COLLECT-CHANGED',
    });
    await rm(join(shop.input, 'a.csv'));
    await expect(collectSlices(shop.store, stageContext(), work)).rejects.toMatchObject({
      code: 'STK-COLLECT-GONE',
    });
  });

  it('does not parse a received file that is damaged in the store', async () => {
    await shop.file('a.csv', 'sku\nA1\n');
    const { manifests } = await shop.collect({ path: 'a.csv' });
    await writeFile(join(shop.store.dir, manifests[0]?.files.received?.[0]?.uri ?? ''), 'sku\nA2\n');
    await expect(shop.collect({ path: 'a.csv' }, { context: { force: true } })).rejects.toMatchObject({
      code: 'STK-ARTIFACT-CHECKSUM',
    });
  });

  it('reads a dialect that a source states, and counts what it passes over', async () => {
    const text = "Export of the shop\n% nightly\n'id'  'name'\n1   'it\\'s, a'\n% more\n2   b\n3 4 5\n";
    await shop.file('a.txt', text);
    const csv = {
      delimiter: ' ',
      run: 1,
      quote: "'",
      escapes: 'backslash',
      comment: '%',
      skipLines: 1,
    } as const;
    const collected = await shop.collect({ path: 'a.txt', format: 'csv', csv });
    expect(cells(collected.rows, 'id', 'name', '_line')).toEqual([
      ['1', "it's, a", '4'],
      ['2', 'b', '6'],
    ]);
    expect(ledgerOf(collected)).toEqual([[3, 2, 1]]);
    expect(collected.manifests[0]?.facts.files).toMatchObject([{ passedLines: 3 }]);
  });

  it('refuses a delimiter and an encoding that cannot be', async () => {
    await shop.file('a.csv', 'sku\nA1\n');
    for (const source of [
      { csv: { delimiter: '"' } },
      { csv: { delimiter: '¦' } },
      { encoding: 'klingon' },
      { fallbackEncoding: 'klingon' },
    ]) {
      await expect(shop.collect({ path: 'a.csv', ...source })).rejects.toMatchObject({
        code: 'STK-COLLECT-CONFIG',
      });
    }
  });
});

describe('bad files', () => {
  it('are refused or rejected each for its own reason, and the good ones taken', async () => {
    await shop.file('00-good.csv', 'sku,qty\nA1,1\n');
    await shop.file('01-empty.csv', '');
    await shop.file('02-header-only.csv', 'sku,qty\n');
    await shop.file('03-delimiter.csv', 'sku;qty;price\nA1;1;2\n');
    await shop.file('04-duplicate.csv', 'sku,qty,sku\nA1,1,2\n');
    await shop.file('05-long.csv', `sku,qty\nA2,${'x'.repeat(5_000_000)}\nA3,1\n`);
    await shop.file(
      '06-utf8.csv',
      Buffer.concat([Buffer.from('sku,qty\nA4,1\nA'), Buffer.of(0xe9), Buffer.from(',2\nA6,3\n')]),
    );
    await shop.file('07-quote.csv', 'sku,qty\nA7,"1\nA8,2\nA9,3\n');
    await shop.file('08-truncated.csv.gz', gzipSync(`sku,qty\n${'A10,1\n'.repeat(1000)}`).subarray(0, 40));
    await shop.file('09-deep.json', `[{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}},{"sku":"A11"}]`);
    await shop.file('10-cut.parquet', 'PAR1 and then nothing');
    await shop.file('11-no.parquet', 'sku,qty\nA1,2\n');
    await shop.file('12-zipped.csv', gzipSync('sku\n'));
    await shop.file('13-unknown.xyz', 'x');
    const collected = await shop.collect({ path: '*' });
    expect(cells(collected.rows, 'sku', '_file', '_line')).toEqual([
      ['A1', '00-good.csv', '2'],
      ['A3', '05-long.csv', '3'],
      ['A4', '06-utf8.csv', '2'],
      ['A6', '06-utf8.csv', '4'],
      ['A8', '07-quote.csv', '3'],
      ['A9', '07-quote.csv', '4'],
      ['A11', '09-deep.json', '2'],
    ]);
    expect(problemsOf(collected)).toEqual([
      'warn STK-COLLECT-EMPTY 01-empty.csv 0',
      'warn STK-COLLECT-EMPTY 02-header-only.csv 0',
      'error STK-COLLECT-DELIMITER 03-delimiter.csv 0',
      'error STK-COLLECT-HEADER 04-duplicate.csv 0',
      'error STK-COLLECT-LONG 05-long.csv 1',
      'error STK-COLLECT-ENCODING 06-utf8.csv 1',
      'error STK-COLLECT-QUOTE 07-quote.csv 1',
      'error STK-COLLECT-TRUNCATED 08-truncated.csv.gz 0',
      'error STK-COLLECT-DEPTH 09-deep.json 1',
      'error STK-COLLECT-TRUNCATED 10-cut.parquet 0',
      'error STK-COLLECT-MAGIC 11-no.parquet 0',
      'error STK-COLLECT-MAGIC 12-zipped.csv 0',
      'error STK-COLLECT-FORMAT 13-unknown.xyz 0',
    ]);
    expect(ledgerOf(collected)).toEqual([[11, 7, 4]]);
    const long = collected.rejects.find(({ reason }) => reason === 'STK-COLLECT-LONG');
    expect([long?.line, String(long?.raw).length]).toEqual(['2', 4096]);
  });

  it('leave a slice without a row, never one without a table', async () => {
    await shop.file('a.csv', 'sku,sku\n');
    const collected = await shop.collect({ path: 'a.csv' });
    expect(collected.manifests[0]?.facts.columns).toEqual([]);
    expect(collected.output.datasets['raw.shop']?.[0]).toMatchObject({ rows: 0, files: [{ rows: 0 }] });
    expect(ledgerOf(collected)).toEqual([[0, 0, 0]]);
  });

  it('that expand beyond their budget are bombs', async () => {
    await shop.file('ratio.csv.gz', gzipSync(Buffer.alloc(64 << 20, 'a')));
    await shop.file(
      'size.csv.gz',
      gzipSync(`sku\n${Array.from({ length: 400_000 }, (_, i) => i * 7919).join('\n')}\n`),
    );
    const collected = await shop.collect(
      { path: '*.gz' },
      { limits: { expandedBytes: 1_000_000, expandedRatio: 500 } },
    );
    expect(problemsOf(collected)).toEqual([
      'error STK-COLLECT-BOMB ratio.csv.gz 0',
      'error STK-COLLECT-BOMB size.csv.gz 0',
    ]);
    expect(collected.output.problems[1]?.message).toContain('limits.expandedBytes');
  });
});

describe('text in other encodings', () => {
  const gb = Buffer.concat([Buffer.from('sku,name\nA1,'), Buffer.from('c5ccb5e3', 'hex'), Buffer.from('\n')]);

  it('is read as the source says', async () => {
    await shop.file('a.csv', gb);
    const stated = await shop.collect({ path: 'a.csv', encoding: 'gb18030' });
    expect(cells(stated.rows, 'name')).toEqual([['盘点']]);
    expect(stated.manifests[0]?.facts.files).toMatchObject([{ encoding: 'gb18030' }]);
  });

  it('falls back file by file, and is rejected line by line without a fallback', async () => {
    await shop.file('a.csv', gb);
    await shop.file('b.csv', 'sku,name\nB1,é\n');
    const fallen = await shop.collect({ path: '*.csv', fallbackEncoding: 'gb18030' });
    expect(cells(fallen.rows, 'name')).toEqual([['盘点'], ['é']]);
    expect(fallen.manifests[0]?.facts.files).toMatchObject([{ encoding: 'gb18030' }, { encoding: 'utf-8' }]);
    const strict = await shop.collect({ path: '*.csv' });
    expect(problemsOf(strict)).toEqual(['error STK-COLLECT-ENCODING a.csv 1']);
  });

  it('is UTF-16 where a byte order mark says so', async () => {
    await shop.file('a.json', Buffer.from('\ufeff[{"sku":"é"}]', 'utf16le'));
    expect(cells((await shop.collect({ path: 'a.json' })).rows, 'sku', '_line')).toEqual([['é', '1']]);
  });
});
