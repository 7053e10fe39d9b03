import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IntakeFixture, openIntakeFixture } from './intake-fixture.ts';
import { openSourceFixture, type SourceFixture } from './source-fixture.ts';
import { textRows, workbookOf } from './xlsx-fixture.ts';

const book = workbookOf({
  sheets: {
    Notes: '',
    Items: textRows([
      ['sku', 'name'],
      ['1', 'ant'],
    ]),
    Old: textRows([
      ['sku', 'price'],
      ['9', '1.50'],
      ['8', '2.50'],
    ]),
    Secret: textRows([['sku'], ['7']]),
  },
  hidden: ['Secret'],
});

describe('what is said of files', () => {
  let fixture: IntakeFixture;
  beforeEach(async () => {
    fixture = await openIntakeFixture();
  });
  afterEach(() => fixture.close());

  it('counts before every guess: encoding, delimiter, quote, lines above, header', async () => {
    await fixture.file('a.txt', Buffer.from('title\ntitle\n1,5;caf\xe9;"x\n2,5;th\xe9;y\n', 'latin1'));
    const reading = {
      encoding: 'windows-1251',
      delimiter: ';',
      quote: '',
      header: false,
      skipLines: 2,
    } as const;
    const { files, reading: told } = await fixture.intake({ reading });
    expect(told).toEqual(reading);
    const [file] = files;
    expect(file).toMatchObject({ outcome: 'loaded', rowsIn: 2, rowsOut: 2 });
    expect(file?.columns.map(({ name }) => name)).toEqual(['column_1', 'column_2', 'column_3']);
    expect(file?.contents[0]).toMatchObject({
      encoding: 'windows-1251',
      guess: {
        csv: {
          header: false,
          headerBecause: 'said so',
          dialect: { delimiter: ';', quote: '', skipLines: 2 },
        },
      },
    });
  });

  it('takes the sheet that is named, counted, or all visible ones, each under its own name', async () => {
    await fixture.file('book.xlsx', book);
    const rows = async (sheet: string | number): Promise<unknown> => {
      const [file] = (await fixture.intake({ reading: { sheet } })).files;
      return file?.contents.map(({ path, rows }) => [path, rows]);
    };
    expect(await rows('Old')).toEqual([['book.xlsx', 2]]);
    expect(await rows(2)).toEqual([['book.xlsx', 1]]);
    expect(await rows('all')).toEqual([
      ['book.xlsx#Notes', 0],
      ['book.xlsx#Items', 1],
      ['book.xlsx#Old', 2],
    ]);
    const [missing] = (await fixture.intake({ reading: { sheet: 9 } })).files;
    expect(missing).toMatchObject({ outcome: 'refused', reason: 'STK-COLLECT-SHEET' });
  });
});

describe('a source', () => {
  let shop: SourceFixture;
  beforeEach(async () => {
    shop = await openSourceFixture();
  });
  afterEach(() => shop.close());

  it('with the encoding auto has each file read by its own bytes', async () => {
    const words = '名称,数量\n保温杯,一\n雨伞,二\n';
    await shop.file('a.csv', words);
    await shop.file('b.csv', Buffer.from(words.replace('雨伞', '茶杯'), 'utf16le'));
    const { rows, manifests } = await shop.collect({ path: ['a.csv', 'b.csv'], encoding: 'auto' });
    expect(rows.map((row) => row.名称)).toEqual(['保温杯', '雨伞', '保温杯', '茶杯']);
    expect(manifests[0]?.facts.files).toMatchObject([{ encoding: 'utf-8' }, { encoding: 'utf-16le' }]);
  });

  it('of all sheets puts them together under their names, rows in = rows out', async () => {
    await shop.file('book.xlsx', book);
    const { rows, output } = await shop.collect({ path: 'book.xlsx', sheet: 'all' });
    expect(rows.map(({ _file, sku, price }) => [_file, sku, price])).toEqual([
      ['book.xlsx#Items', '1', null],
      ['book.xlsx#Old', '9', '1.50'],
      ['book.xlsx#Old', '8', '2.50'],
    ]);
    expect(output.ledger[0]).toMatchObject({ rowsIn: 3, rowsOut: 3, rejected: 0 });
  });
});
