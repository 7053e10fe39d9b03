import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoded } from './encoder-fixture.ts';
import type { IntakeDocument, IntakeFile } from './intake-document.ts';
import { type IntakeFixture, openIntakeFixture } from './intake-fixture.ts';
import { openSandbox } from './sandbox.ts';
import { zipOf } from './source-fixture.ts';
import { textRows, workbookOf } from './xlsx-fixture.ts';

const words = {
  'utf-8': ['无线耳机，白色', 'Théière "émaillée"', 'Лампа', '봉투'],
  gb18030: ['无线蓝牙耳机', '不锈钢保温杯', '纯棉四件套，颜色好', '客服态度不错'],
  big5: ['無線藍牙耳機', '不鏽鋼保溫杯', '純棉四件套，顏色好', '客服態度不錯'],
  'windows-1252': ['Théière émaillée', 'Größe für Käthe', 'Señal de la mañana', 'Crème brûlée'],
  shift_jis: ['ワイヤレスイヤホン', '水筒です', 'とても良い品', 'すぐに届きました'],
  'euc-kr': ['무선 이어폰', '보온병 입니다', '배송이 빨라요', '아주 좋은 상품'],
} as const;
const wide = ['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'] as const;
const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' };
const rows = 24;

/** Columns id, name, price, day, note; names and notes hold delimiters, quotes and line ends. */
function table(names: readonly string[], decimal: string): string[][] {
  const body = Array.from({ length: rows }, (_, at) => {
    const name = names[at % names.length] ?? '';
    const note = at % 8 === 3 ? `${name}, so; "${at}" |\n\tend` : name;
    return [`0${100 + at}`, name, `${at}${decimal}5${at % 10}`, `${10 + (at % 18)}.03.2024`, note];
  });
  return [['id', 'name', 'price', 'day', 'note'], ...body];
}

function csvOf(cells: readonly (readonly string[])[], delimiter: string, end = '\n', quote = '"'): string {
  const field = (cell: string): string =>
    /[^\p{L}\p{N}.]/u.test(cell) ? quote + cell.replaceAll(quote, quote + quote) + quote : cell;
  return cells.map((row) => row.map(field).join(delimiter) + end).join('');
}

let fixture: IntakeFixture;
let document: IntakeDocument;
beforeAll(async () => {
  fixture = await openIntakeFixture();
  for (const [encoding, names] of Object.entries(words)) {
    for (const [name, delimiter] of Object.entries(delimiters)) {
      const text = csvOf(table(names, delimiter === ';' ? ',' : '.'), delimiter);
      await fixture.file(`csv/${encoding}/${name}.csv`, encoded(text, encoding));
    }
  }
  for (const [name, delimiter] of Object.entries(delimiters)) {
    const text = csvOf(table(words['utf-8'], '.'), delimiter, '\r\n');
    await fixture.file(`csv/utf-8/${name}-marked.csv`, `\ufeff${text}`);
    for (const encoding of wide) {
      await fixture.file(`csv/${encoding}/${name}.csv`, encoded(text, encoding));
      await fixture.file(`csv/${encoding}/${name}-marked.csv`, encoded(`\ufeff${text}`, encoding));
    }
  }
  await otherFiles(csvOf(table(words['utf-8'], '.'), ','));
  document = await fixture.intake();
}, 120_000);
afterAll(() => fixture.close());

async function otherFiles(text: string): Promise<void> {
  const objects = table(words['utf-8'], '.')
    .slice(1)
    .map(([id, name, price, day, note]) => ({ id, name, more: { price, day, note } }));
  const files: Record<string, string | Uint8Array> = {
    'packed/gz.csv.gz': gzipSync(text),
    'packed/zst.csv.zst': zstdCompressSync(text),
    'packed/zip.zip': zipOf([{ name: 'in/a.csv', content: text }]),
    'packed/no-ending': gzipSync(encoded(csvOf(table(words.gb18030, '.'), ';'), 'gb18030')),
    'json/array.json': JSON.stringify(objects, null, 2),
    'json/wrapped.json': encoded(JSON.stringify({ count: rows, rows: objects }, null, 1), 'utf-16le'),
    'json/lines.jsonl': objects.map((object) => JSON.stringify(object)).join('\n'),
    'json/lines.txt': objects.map((object) => `${JSON.stringify(object)}\r\n`).join(''),
    'mislabelled/csv.parquet': text,
    'mislabelled/csv.json': text,
    'mislabelled/json.csv': JSON.stringify(objects),
    'dialect/single.csv': csvOf(table(words['utf-8'], '.'), ',', '\n', "'"),
    'dialect/report.csv': `Sales of March\nall shops\n\n${text}`,
    'dialect/comments.txt': `# nightly export\n# of the shop\n${text}# end\n`,
    'dialect/caret.data': csvOf(table(words['utf-8'], '.'), '^'),
    'book.xlsx': workbookOf({
      sheets: {
        Items: textRows(
          table(words['utf-8'], '.').map((row) => row.map((cell) => cell.replaceAll('"', '&quot;'))),
        ),
      },
    }),
  };
  for (const [path, content] of Object.entries(files)) await fixture.file(path, content);
  const sandbox = await openSandbox({
    folders: [fixture.dir],
    tempDir: join(fixture.dir, 'spill'),
    memoryMb: 256,
  });
  const sql = `select cast(i as varchar) as id, 'n' as name, i / 2 as price, date '2024-03-01' as day, '' as note from range(${rows}) t(i)`;
  await sandbox.write(sql, join(fixture.dir, 'table.parquet'));
  await sandbox.write(sql, join(fixture.dir, 'mislabelled/parquet.csv'));
}

const said = ({ path, outcome, reason, rowsOut, columns }: IntakeFile): unknown[] => [
  path,
  outcome,
  reason,
  rowsOut,
  columns.length,
];

describe('a folder of all kinds, encodings and dialects', () => {
  it('is loaded whole', () => {
    expect(document.files.length).toBeGreaterThan(70);
    for (const file of document.files) expect(said(file)).toEqual([file.path, 'loaded', undefined, rows, 5]);
    expect(document.totals).toMatchObject({ partly: 0, refused: 0, rejected: 0 });
  });

  it('has each text read in its encoding, and its fields cut where they end', () => {
    const texts = document.files.filter(({ path }) => path.startsWith('csv/'));
    for (const { path, contents, columns } of texts) {
      const [, encoding, name = ''] = path.split('/');
      const delimiter = delimiters[name.replace(/(-marked)?\.csv$/, '') as keyof typeof delimiters];
      expect([path, contents[0]?.encoding, contents[0]?.delimiter]).toEqual([path, encoding, delimiter]);
      const types = columns.map((column) => [column.name, column.type, column.spelling ?? '']);
      expect([path, ...types]).toEqual([
        path,
        ['id', 'id', ''],
        ['name', 'text', ''],
        [
          'price',
          'decimal',
          delimiter === ';' && !wide.some((one) => one === encoding) && !path.includes('marked')
            ? 'decimal comma'
            : 'decimal point',
        ],
        ['day', 'date', 'day-month-year'],
        ['note', 'text', ''],
      ]);
    }
  });

  it('has nested objects taken apart', () => {
    const nested = document.files.filter(({ path }) => path.startsWith('json/'));
    for (const { columns } of nested) {
      expect(columns.map(({ name }) => name)).toEqual(['id', 'name', 'more.price', 'more.day', 'more.note']);
    }
  });
});
