import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IntakeFile } from './intake-document.ts';
import { type IntakeFixture, openIntakeFixture, outcomeOf } from './intake-fixture.ts';
import { openSandbox } from './sandbox.ts';
import { type ZipEntry, zipOf } from './source-fixture.ts';

let fixture: IntakeFixture;
beforeEach(async () => {
  fixture = await openIntakeFixture();
});
afterEach(() => fixture.close());

/** Takes in files by name; `good.csv`, which every case has, must be loaded. */
async function outcomes(files: Readonly<Record<string, string | Uint8Array>>): Promise<IntakeFile[]> {
  const all = { ...files, 'good.csv': 'id,name\n1,ant\n2,bee\n3,cat\n' };
  for (const [path, content] of Object.entries(all)) await fixture.file(path, content);
  const document = await fixture.intake();
  const good = document.files.find(({ path }) => path === 'good.csv');
  expect(good && outcomeOf(good)).toEqual(['good.csv', 'loaded', undefined, 3, 3]);
  expect(document.totals.peakMemoryMb).toBeLessThan(900);
  return document.files.filter(({ path }) => path !== 'good.csv');
}

const lines = (count: number): string =>
  Array.from({ length: count }, (_, at) => `${at},name ${at}\n`).join('');
const table = `id,name\n${lines(200)}`;

async function parquetOf(rows: number): Promise<Buffer> {
  const folder = join(fixture.scratch, 'made');
  mkdirSync(folder, { recursive: true });
  const sandbox = await openSandbox({ folders: [folder], tempDir: join(folder, 'spill'), memoryMb: 256 });
  const { path } = await sandbox.write(
    `select i as id, 'name ' || i as name from range(${rows}) t(i)`,
    join(folder, 'x'),
  );
  const { readFileSync } = await import('node:fs');
  return readFileSync(path);
}

describe('a hostile file', () => {
  it('F13: is refused when it is cut or is not what its name says', async () => {
    const whole = await parquetOf(5000);
    const middle = Buffer.from(whole);
    middle.fill(0xff, whole.length - 60, whole.length - 20);
    const files = await outcomes({
      'cut.csv.gz': gzipSync(table).subarray(0, 100),
      'cut.csv.zst': zstdCompressSync(table).subarray(0, 100),
      'cut.zip': zipOf([{ name: 'a.csv', content: table }]).subarray(0, 150),
      'cut.parquet': whole.subarray(0, 2000),
      'damaged.parquet': middle,
      'damaged.zip': zipOf([{ name: 'a.csv', content: table, damaged: true }]),
      'text.parquet': 'no table at all',
      'picture.csv': Buffer.from('89504e470d0a1a0a0000000d', 'hex'),
      'noise.csv': Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at * 31 + at * 7) % 256)),
    });
    expect(files.map(outcomeOf)).toEqual([
      ['cut.csv.gz', 'refused', 'STK-COLLECT-TRUNCATED', 0, 0],
      ['cut.csv.zst', 'refused', 'STK-COLLECT-TRUNCATED', 0, 0],
      ['cut.parquet', 'refused', 'STK-COLLECT-TRUNCATED', 0, 0],
      ['cut.zip', 'refused', 'STK-COLLECT-TRUNCATED', 0, 0],
      ['damaged.parquet', 'refused', 'STK-COLLECT-DAMAGED', 0, 0],
      ['damaged.zip', 'refused', 'STK-COLLECT-DAMAGED', 0, 0],
      ['noise.csv', 'refused', 'STK-COLLECT-FORMAT', 0, 0],
      ['picture.csv', 'refused', 'STK-COLLECT-FORMAT', 0, 0],
      ['text.parquet', 'refused', 'STK-COLLECT-MAGIC', 0, 0],
    ]);
  });

  it('F14: loses only the lines that are no text, and says which', async () => {
    const bad = Buffer.concat([
      Buffer.from(`id,name\n1,é\n2,ü\n3,a`),
      Buffer.of(0xff),
      Buffer.from(`\n${lines(5)}`),
    ]);
    const files = await outcomes({
      'nul.csv': `id,name\n1,a\n2,b\0c\n${lines(5)}`,
      'odd-utf16.csv': Buffer.concat([
        Buffer.from(`\ufeffid,name\n${lines(5)}9,x`, 'utf16le'),
        Buffer.of(0x41),
      ]),
      'utf8.csv': bad,
    });
    expect(files.map(outcomeOf)).toEqual([
      ['nul.csv', 'partly', 'STK-COLLECT-NUL', 7, 6],
      ['odd-utf16.csv', 'partly', 'STK-COLLECT-ENCODING', 6, 5],
      ['utf8.csv', 'partly', 'STK-COLLECT-ENCODING', 8, 7],
    ]);
    expect(files.map(({ reasons }) => reasons[0]?.line)).toEqual([3, 7, 4]);
  });

  it('F15: with fields and rows beyond all measure stays in bounds', { timeout: 60_000 }, async () => {
    const wide = Array.from({ length: 10_000 }, (_, at) => `c${at}`).join(',');
    const files = await outcomes({
      'long.csv': `id,name\n1,a\n2,${'x'.repeat(5_000_000)}\n${lines(5)}`,
      'long.jsonl': `{"a":1}\n{"a":"${'x'.repeat(5_000_000)}"}\n{"a":2}\n`,
      'wide.csv': `${wide}\n${wide}\n`,
      'wide-row.csv': `id,name\n1,a\n${'x,'.repeat(9999)}x\n${lines(5)}`,
    });
    expect(files.map(outcomeOf)).toEqual([
      ['long.csv', 'partly', 'STK-COLLECT-LONG', 7, 6],
      ['long.jsonl', 'partly', 'STK-COLLECT-LONG', 3, 2],
      ['wide-row.csv', 'partly', 'STK-COLLECT-COLUMNS', 7, 6],
      ['wide.csv', 'refused', 'STK-COLLECT-COLUMNS', 0, 0],
    ]);
    expect(files.map(({ reasons }) => reasons[0]?.line)).toEqual([3, 2, 3, 0]);
  });

  it('F16: keeps numbers as they stand and refuses endless nesting', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const nested = `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`;
    const files = await outcomes({
      'deep.json': `[{"a":${deep}},{"a":1}]`,
      'nested.jsonl': `{"a":1}\n${nested}\n{"a":{"b":2}}\n`,
      'numbers.jsonl':
        '{"id":9007199254740993,"x":1e400}\n{"id":12345678901234567890,"x":2}\n{"id":1,"x":NaN}\n',
      'twice.json': '[{"a":1,"a":2},{"a":3}]',
    });
    expect(files.map(outcomeOf)).toEqual([
      ['deep.json', 'partly', 'STK-COLLECT-DEPTH', 2, 1],
      ['nested.jsonl', 'loaded', undefined, 3, 3],
      ['numbers.jsonl', 'partly', 'STK-COLLECT-JSON', 3, 2],
      ['twice.json', 'loaded', undefined, 2, 2],
    ]);
    expect(files[2]?.columns.find(({ name }) => name === 'id')).toMatchObject({ type: 'id' });
    expect(files[3]?.contents[0]?.repeatedKeys).toBe(1);
  });

  it('F17: that expands without end is a bomb, however it is packed', { timeout: 60_000 }, async () => {
    const zeros = Buffer.alloc(1 << 26);
    const bomb = gzipSync(zeros);
    const files = await outcomes({
      'bomb.csv.gz': bomb,
      'bomb.csv.zst': zstdCompressSync(zeros),
      'bomb.zip': zipOf([{ name: 'a.csv', content: zeros }]),
      'nested.zip': zipOf([{ name: 'a.csv.gz', content: bomb }]),
      'twice.csv.gz': gzipSync(bomb),
    });
    expect(files.map(outcomeOf)).toEqual([
      ['bomb.csv.gz', 'refused', 'STK-COLLECT-BOMB', 0, 0],
      ['bomb.csv.zst', 'refused', 'STK-COLLECT-BOMB', 0, 0],
      ['bomb.zip', 'refused', 'STK-COLLECT-BOMB', 0, 0],
      ['nested.zip', 'refused', 'STK-COLLECT-FORMAT', 0, 0],
      ['twice.csv.gz', 'refused', 'STK-COLLECT-FORMAT', 0, 0],
    ]);
  });

  it('F18: with an open quote, or another delimiter from some line on, loses those lines only', async () => {
    const inner = `id,name\n1,"two\nlines"\n2,"says ""hi"""\n${lines(5)}`;
    const files = await outcomes({
      'inner.csv': inner,
      'mixed-ends.csv': `id,name\r\n1,a\n2,b\r\n\n\r\n3,"c\rd"\n`,
      'open.csv': `id,name\n${'1,"a, b"\n'.repeat(20)}2,"open\n${lines(50)}`,
      'stray.csv': `id,name\n1,a\n2,"open\n${lines(50)}`,
      'switch.csv': `id,name\n${lines(600)}${lines(20).replaceAll(',', ';')}`,
    });
    expect(files.map(outcomeOf)).toEqual([
      ['inner.csv', 'loaded', undefined, 7, 7],
      ['mixed-ends.csv', 'loaded', undefined, 3, 3],
      ['open.csv', 'partly', 'STK-COLLECT-QUOTE', 71, 70],
      ['stray.csv', 'loaded', undefined, 52, 52],
      ['switch.csv', 'partly', 'STK-COLLECT-COLUMNS', 620, 600],
    ]);
    expect(files[2]?.reasons[0]?.line).toBe(22);
    expect(files[4]?.reasons[0]?.line).toBe(602);
  });

  it('F29: never leads out of its archive', async () => {
    const entries = [
      '../up.csv',
      '/abs.csv',
      'C:\\drive.csv',
      'C:/drive.csv',
      'a/../../b.csv',
      'nul\0.csv',
    ].map((name): ZipEntry => ({ name, content: table }));
    const link: ZipEntry = { name: 'link.csv', content: '/etc/passwd', mode: 0o120777 };
    const [file] = await outcomes({
      'paths.zip': zipOf([...entries, link, { name: 'fine.csv', content: table }]),
    });
    expect(file && outcomeOf(file)).toEqual(['paths.zip', 'partly', 'STK-COLLECT-PATH', 200, 200]);
    expect(file?.reasons).toHaveLength(7);
  });

  it('with formulas in its cells has them kept as texts', async () => {
    const cells = ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '=HYPERLINK("x")'];
    const [file] = await outcomes({
      'formula.csv': `id,name\n${cells.map((cell, at) => `${at},${cell}\n`).join('')}`,
    });
    expect(file && outcomeOf(file)).toEqual(['formula.csv', 'loaded', undefined, 5, 5]);
    expect(file?.columns[1]).toMatchObject({ name: 'name', type: 'text', share: 1 });
  });

  it('that is empty, or full of nothing, has an outcome', async () => {
    writeFileSync(join(fixture.dir, 'sparse.csv'), 'a');
    truncateSync(join(fixture.dir, 'sparse.csv'), 50_000_000);
    const files = await outcomes({ 'blank.csv': '\n\n \n', 'empty.csv': '', 'header.csv': 'id,name\n' });
    expect(files.map(outcomeOf)).toEqual([
      ['blank.csv', 'loaded', undefined, 1, 1],
      ['empty.csv', 'loaded', 'STK-COLLECT-EMPTY', 0, 0],
      ['header.csv', 'loaded', 'STK-COLLECT-EMPTY', 0, 0],
      ['sparse.csv', 'refused', 'STK-COLLECT-FORMAT', 0, 0],
    ]);
  });
});
