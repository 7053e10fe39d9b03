import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Collected, openSourceFixture, type SourceFixture, zipOf } from './source-fixture.ts';
import { textRows, type WorkbookText, workbookOf } from './xlsx-fixture.ts';
import { numberKind, serialText } from './xlsx-numbers.ts';

let shop: SourceFixture;
let opened: SourceFixture[] = [];
beforeAll(() => {
  opened = [];
});
beforeEach(async () => {
  shop = await openSourceFixture();
  opened.push(shop);
});
afterAll(() => Promise.all(opened.map((fixture) => fixture.close())));

async function collect(bytes: Uint8Array, name = 'book.xlsx'): Promise<Collected> {
  await shop.file(name, bytes);
  const collected = await shop.collect({ path: name });
  const [ledger] = collected.output.ledger;
  expect(ledger?.rowsIn).toBe((ledger?.rowsOut ?? 0) + (ledger?.rejected ?? 0));
  return collected;
}

const codes = ({ output }: Collected): string[] => output.problems.map(({ code }) => code);
const book = (sheet: string, more: Partial<WorkbookText> = {}): Buffer =>
  workbookOf({ sheets: { Items: sheet }, ...more });

describe('a workbook', () => {
  it('gives the texts its cells show: shared, inline, formulas, days, booleans, errors', async () => {
    const sheet = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>day</t></is></c><c r="D1" t="str"><v>ok</v></c></row>
      <row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><f>A1*2</f><v>0.30000000000000004</v></c><c r="C2" s="1"><v>45352</v></c><c r="D2" t="b"><v>1</v></c></row>
      <row r="4"><c r="A4" t="inlineStr"><is><t>=1+1</t></is></c><c r="B4" t="e"><v>#N/A</v></c><c r="C4" s="2"><v>45352.351388888892</v></c><c r="D4"/></row>`;
    const strings = [
      '<t>sku</t>',
      '<t>price</t>',
      '<r><t>La</t></r><r><t xml:space="preserve">mp &amp; co _x000D_</t></r><rPh><t>no</t></rPh>',
    ];
    const { rows } = await collect(book(sheet, { strings, formats: [0, 14, 'yyyy\\-mm\\-dd hh:mm'] }));
    expect(rows.map(({ sku, price, day, ok, _line }) => [sku, price, day, ok, String(_line)])).toEqual([
      ['Lamp & co \r', '0.3', '2024-03-01', 'true', '2'],
      ['=1+1', '#N/A', '2024-03-01 08:26:00', '', '4'],
    ]);
  });

  it('finds its table below a title, to the right, and under merged names', async () => {
    const rows = [
      [undefined, 'Sales of the year'],
      [undefined, 'item', 'sold', undefined],
      [undefined, 'sku', 'count', 'value'],
      [undefined, 'lamp', '3', '4.5'],
      [undefined, 'vase', '1', '2.0'],
    ];
    const behind = '<mergeCells><mergeCell ref="C2:D2"/></mergeCells>';
    const collected = await collect(book(textRows(rows), { behind }));
    expect(collected.manifests[0]?.facts.columns).toEqual(['item sku', 'sold count', 'sold value']);
    expect(collected.rows.map((row) => [row['item sku'], row['sold value'], String(row._line)])).toEqual([
      ['lamp', '4.5', '4'],
      ['vase', '2.0', '5'],
    ]);
  });

  it('takes the first visible sheet that has rows', async () => {
    const sheets = { Secret: textRows([['a'], ['1']]), Empty: '', Items: textRows([['sku'], ['lamp']]) };
    const { rows } = await collect(workbookOf({ sheets, hidden: ['Secret'] }));
    expect(rows).toMatchObject([{ sku: 'lamp' }]);
  });

  it('takes the sheet a source names, and says which there are where it is not there', async () => {
    const sheets = { Items: textRows([['sku'], ['lamp']]), Stock: textRows([['count'], ['7']]) };
    await shop.file('book.data', workbookOf({ sheets }));
    const source = { path: 'book.data', format: 'xlsx' } as const;
    expect((await shop.collect({ ...source, sheet: 'Stock' })).rows).toMatchObject([{ count: '7' }]);
    const missing = await shop.collect({ ...source, sheet: 'Sales' });
    expect(missing.output.problems).toMatchObject([{ code: 'STK-COLLECT-SHEET' }]);
    expect(missing.output.problems[0]?.message).toContain('it has Items, Stock');
  });

  it('rejects a row with a value beside the table', async () => {
    const rows = [['sku', 'price'], ...Array.from({ length: 20 }, (_, at) => [`s${at}`, String(at)])];
    const collected = await collect(book(textRows([...rows, ['x', '1', undefined, 'stray']])));
    expect(collected.rows).toHaveLength(20);
    expect(collected.rejects).toMatchObject([{ line: '22', reason: 'STK-COLLECT-COLUMNS' }]);
  });

  it.each([
    ['a document type', book('', { prolog: '<!DOCTYPE x [<!ENTITY a "aaaa">]>' }), 'STK-COLLECT-DAMAGED'],
    ['cells nowhere', book('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), 'STK-COLLECT-DAMAGED'],
    [
      'rows that go back',
      book('<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>'),
      'STK-COLLECT-DAMAGED',
    ],
    ['broken markup', book('<row r="1"><c></row>'), 'STK-COLLECT-DAMAGED'],
    ['endless nesting', book('<row>'.repeat(100_000)), 'STK-COLLECT-DAMAGED'],
    ['no sheet', workbookOf({ sheets: {} }), 'STK-COLLECT-DAMAGED'],
    ['no workbook', zipOf([{ name: 'a.txt', content: 'x' }]), 'STK-COLLECT-DAMAGED'],
    ['a cut end', book(textRows([['a'], ['1']])).subarray(0, 900), 'STK-COLLECT-TRUNCATED'],
    ['the old format inside', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'STK-COLLECT-OLD-EXCEL'],
    ['a binary workbook inside', zipOf([{ name: 'xl/workbook.bin', content: '' }]), 'STK-COLLECT-FORMAT'],
    [
      'too many columns',
      book(textRows([Array.from({ length: 2001 }, (_, at) => `c${at}`)])),
      'STK-COLLECT-COLUMNS',
    ],
  ])('is refused as a whole for %s', async (_, bytes, code) => {
    const collected = await collect(bytes);
    expect([codes(collected), collected.rows.length]).toEqual([[code], 0]);
  });

  it('that expands beyond its budget is a bomb', async () => {
    await shop.file('bomb.xlsx', book(' '.repeat(10_000_000)));
    const collected = await shop.collect({ path: 'bomb.xlsx' }, { limits: { expandedRatio: 100 } });
    expect(codes(collected)).toEqual(['STK-COLLECT-BOMB']);
  });

  it('in the old format is refused with the way out', async () => {
    const collected = await collect(Buffer.from('d0cf11e0a1b11ae100000000', 'hex'), 'book.csv');
    expect(collected.output.problems[0]?.message).toContain('save it as .xlsx');
  });
});

describe('numbers of a workbook', () => {
  it.each([
    [0, undefined, 'number'],
    [14, undefined, 'date'],
    [20, undefined, 'time'],
    [46, undefined, 'duration'],
    [164, 'dd/mm/yyyy', 'date'],
    [164, '[$-409]mmm\\-yy;@', 'date'],
    [164, 'yyyy"年"m"月"d"日"', 'date'],
    [164, '[h]:mm', 'duration'],
    [164, 'h:mm AM/PM', 'time'],
    [164, '#,##0.00 "days"', 'number'],
    [164, '[Red]0.00;General', 'number'],
    [164, '0.00E+00', 'number'],
  ])('of format %i %s are shown as a %s', (id, code, kind) => {
    expect(numberKind(id, code)).toBe(kind);
  });

  it.each([
    [1, false, '1900-01-01'],
    [59, false, '1900-02-28'],
    [60, false, '60'],
    [61, false, '1900-03-01'],
    [45_352, false, '2024-03-01'],
    [0, true, '1904-01-01'],
    [43_890, true, '2024-03-01'],
    [45_352.999_999_9, false, '2024-03-02'],
    [9_999_999, false, '9999999'],
  ])('%d, counted from 1904: %s, is %s', (serial, date1904, text) => {
    expect(serialText(serial, 'date', date1904)).toBe(text);
  });

  it('are times of a day and durations beyond it', () => {
    expect(serialText(0.5, 'time', false)).toBe('12:00:00');
    expect(serialText(1.5, 'duration', false)).toBe('36:00:00');
    expect(serialText(45_352.25, 'date', false)).toBe('2024-03-01 06:00:00');
  });
});
