import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DialectGuess, guessDialect } from './guess-dialect.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-guess-dialect-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function guess(text: string): DialectGuess {
  const path = join(dir, 'in.csv');
  writeFileSync(path, text);
  return guessDialect(path);
}

const shop = [
  ['id', 'name', 'price', 'sold'],
  ['1', 'Lamp, small', '12.50', '2024-03-01'],
  ['2', 'Table', '99.00', '2024-03-02'],
  ['3', 'Chair "Oslo"', '45.10', '2024-03-15'],
  ['4', 'Vase', '7.25', '2024-04-01'],
];
const quoted = (quote: string, cell: string): string =>
  /[^\w.-]/.test(cell) ? quote + cell.replaceAll(quote, quote + quote) + quote : cell;
const written = (delimiter: string, quote = '"'): string =>
  shop.map((row) => row.map((cell) => quoted(quote, cell)).join(delimiter)).join('\n');

describe('the guess of a dialect', () => {
  it.each([',', ';', '\t', '|', '^', '~', '@', ':', ' ', '\u0001'])('finds the delimiter %j', (delimiter) => {
    expect(guess(written(delimiter))).toMatchObject({
      dialect: { delimiter, quote: '"' },
      width: 4,
      header: true,
    });
  });

  it('finds single quotes, backslash escapes and blanks before quotes', () => {
    expect(guess(written(',', "'")).dialect).toMatchObject({ delimiter: ',', quote: "'" });
    const backslash = 'id,text\n1,"says \\"hello, you\\" twice"\n2,"plain, text"\n3,"a \\"b\\""\n';
    expect(guess(backslash)).toMatchObject({ dialect: { escapes: 'backslash' }, width: 2 });
    expect(guess('id, text\n1, "one, two"\n2, "three"\n')).toMatchObject({
      dialect: { delimiter: ',', blankBeforeQuote: true },
      width: 2,
    });
  });

  it('takes a decimal comma for no delimiter', () => {
    expect(guess('a;b\n1,5;2,5\n3,25;4,75\n10,5;0,5\n')).toMatchObject({
      dialect: { delimiter: ';' },
      width: 2,
    });
    expect(guess('1,5;2,5\n3,25;4,75\n10,5;0,5\n')).toMatchObject({
      dialect: { delimiter: ';' },
      header: false,
    });
  });

  it('takes columns that are aligned by blanks', () => {
    const aligned = 'id   name    price\n1    lamp    12.5\n22   table   99\n333  chair   45.10\n';
    expect(guess(aligned)).toMatchObject({ dialect: { delimiter: ' ', run: 2 }, width: 3, header: true });
    expect(guess('id   name  price\n1 lamp  12.5\n22  table 99\n333 chair   45.10\n')).toMatchObject({
      dialect: { delimiter: ' ', run: 1 },
      width: 3,
    });
    const words = 'id   full name        price\n1    small lamp       12.5\n22   long oak table   99\n';
    expect(guess(words)).toMatchObject({ dialect: { delimiter: ' ', run: 2 }, width: 3, header: true });
  });

  it('skips what stands above the table, and comment lines', () => {
    const report = `Sales report\nMade by the shop\n\n${written(',')}\n`;
    expect(guess(report)).toMatchObject({ dialect: { skipLines: 3 }, header: true, width: 4 });
    const commented = `# made by the shop, nightly\n# v2\n${written(',')}\n# the end\n`;
    expect(guess(commented)).toMatchObject({ dialect: { comment: '#', skipLines: 0 }, header: true });
    expect(guess('sep=;\nid;x\n1;a,b\n2;c,d\n')).toMatchObject({ dialect: { delimiter: ';', skipLines: 1 } });
  });

  it('tells a header from data', () => {
    const rows = (lines: readonly string[]): boolean => guess(`${lines.join('\n')}\n`).header;
    expect(rows(['text,category', 'where is my card,card', 'send cash,cash', 'my card,card'])).toBe(true);
    expect(rows(['1,lamp,3', '2,table,4', '3,chair,5'])).toBe(false);
    expect(rows(['red,small', 'blue,large', 'red,large', 'green,small'])).toBe(false);
    expect(rows(['country,2019,2020', 'AT,4,5', 'DE,6,7'])).toBe(true);
  });

  it('numbers names that occur twice, and names row names', () => {
    expect(guess('id,name,name\n1,a,b\n2,c,d\n').columns).toEqual(['id', 'name', 'name_2']);
    expect(guess('mpg,cyl\nMazda,21,6\nDatsun,22.8,4\nFiat,30,4\n')).toMatchObject({
      columns: ['row_name', 'mpg', 'cyl'],
      header: false,
      dialect: { skipLines: 1 },
    });
  });

  it('passes over no row of data to find a table', () => {
    const aligned = Array.from(
      { length: 30 },
      (_, at) => `${String(at).padEnd(6)}Ann Lee     New York\n`,
    ).join('');
    expect(guess(`ID    NAME        CITY\n${aligned}`)).toMatchObject({
      dialect: { run: 2, skipLines: 0 },
      width: 3,
    });
    const ragged = `a,b,c,d\n${'1,2,3,4\n'.repeat(3)}${'1,2,3,4,5,6\n'.repeat(20)}`;
    expect(guess(ragged)).toMatchObject({ dialect: { skipLines: 0 }, header: false, width: 6 });
    expect(guess(`\n,,\nid,name,x\n${'1,a,2\n2,b,3\n'.repeat(5)}`)).toMatchObject({
      dialect: { skipLines: 2 },
      header: true,
    });
  });

  it('takes one column for one, whatever stands in it', () => {
    const emails = Array.from({ length: 30 }, (_, at) => `user${at}@shop.example\n`).join('');
    writeFileSync(join(dir, 'one.csv'), `email\n${emails}`);
    const guessed = guessDialect(join(dir, 'one.csv'), { fields: true });
    expect(guessed).toMatchObject({ dialect: { delimiter: '' }, header: true });
    expect(guess('only this line\n')).toMatchObject({ dialect: { delimiter: '' }, header: false });
    expect(guess('word1\nword2\nword3\n')).toMatchObject({ dialect: { delimiter: '' }, header: false });
  });

  it('takes prose for one column of lines', () => {
    const prose =
      'Dear reader, this is a text.\n\nIt has lines; some, of them, have commas.\nOthers do not\nAnd so it ends: here.\n';
    expect(guess(prose)).toMatchObject({ dialect: { delimiter: '' }, width: 1, header: false });
  });
});
