import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRates } from './rates-file.ts';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

let fixture: RawFixture;
let dir: string;
beforeAll(async () => {
  fixture = await openRawFixture();
  dir = await mkdtemp(join(tmpdir(), 'stocktake-rates-'));
});
afterAll(async () => {
  await fixture.close();
  await rm(dir, { recursive: true });
});

async function rates(text: string) {
  const path = join(dir, 'rates.csv');
  await writeFile(path, text);
  return readRates(path);
}
const table =
  'date,from,to,rate\n2026-10-03,USD,EUR,0.80\n2026-10-01,USD,EUR,0.8512\n2026-10-01,JPY,EUR,0.0061\n';
const items = (columns: Record<string, string>): SourceInput => ({
  entities: { items: { columns: { item_id: 'sku', ...columns } } },
  contract: { maxRejectedShare: 1 },
});
const inEuros = items({ price: "money_in(price, 'EUR', day)", currency: "'EUR'" });

describe('money_in', () => {
  it('takes the rate of the latest date up to the day, exactly; without one the row is rejected by a code of its own', async () => {
    const raw = await fixture.raw({
      slice: '2026-10-05',
      columns: ['sku', 'price', 'day'],
      rows: [
        ['a', '$ 10.00', '2026-10-01'],
        ['b', 'US$ 10.00', '2026-10-02'],
        ['c', '10 USD', '2026-12-24'],
        ['d', '$ 10', '2026-09-30'],
        ['e', '£ 10', '2026-10-02'],
        ['f', '10,00 €', '2020-01-01'],
        ['g', '10', '2026-10-02'],
        ['h', 'on request', '2026-10-02'],
      ],
    });
    const output = await fixture.normalize(inEuros, [raw], { data: { rates: await rates(table) } });
    expect(await fixture.read(output, 'clean.orders.items', 'item_id, price, currency')).toEqual([
      { item_id: 'a', price: '8.5120', currency: 'EUR' },
      { item_id: 'b', price: '8.5120', currency: 'EUR' },
      { item_id: 'c', price: '8.0000', currency: 'EUR' },
      { item_id: 'f', price: '10.0000', currency: 'EUR' },
      { item_id: 'h', price: null, currency: 'EUR' },
    ]);
    const rejected = await fixture.read(output, 'quarantine.orders', 'line, "column", reason');
    expect(rejected).toEqual(
      ['4', '5', '7'].map((line) => ({ line, column: 'price', reason: 'STK-NORMALIZE-RATE' })),
    );
    expect(output.ledger).toMatchObject([{ rowsIn: 8, rowsOut: 5, rejected: 3 }]);
  });

  it('makes a slice anew when a rate changes', async () => {
    const raw = [
      await fixture.raw({
        slice: '2026-10-06',
        columns: ['sku', 'price', 'day'],
        rows: [['a', '$1', '2026-10-01']],
      }),
    ];
    const made = async (text: string) =>
      (await fixture.normalize(inEuros, raw, { data: { rates: await rates(text) } })).reused;
    expect([await made(table), await made(table), await made(table.replace('0.8512', '0.9'))]).toEqual([
      0, 1, 0,
    ]);
  });

  it('refuses a source that converts without a table', async () => {
    const raw = [
      await fixture.raw({
        slice: '2026-10-07',
        columns: ['sku', 'price', 'day'],
        rows: [['a', '$1', '2026-10-01']],
      }),
    ];
    await expect(fixture.normalize(inEuros, raw)).rejects.toMatchObject({ code: 'STK-NORMALIZE-RATES' });
  });

  it.each([
    ['day,from,to,rate\n', 'STK-RATES-FILE'],
    ['date,from,to,rate\n2026-10-01,USD,EUR,0,85\n', 'STK-RATES-LINE'],
    ['date,from,to,rate\n2026-10-01,USD,EUR,1\n2026-10-01,USD,EUR,2\n', 'STK-RATES-LINE'],
    ['date,from,to,rate\n1.10.2026,USD,EUR,1\n', 'STK-RATES-LINE'],
    ['date,from,to,rate\n2026-10-01,USD,EUR,-1\n', 'STK-RATES-LINE'],
  ])('refuses the table %j with %s', async (text, code) => {
    await expect(rates(text)).rejects.toMatchObject({ code });
  });
});

describe('dictionaries of the configuration', () => {
  it('name brands and further colours in any spelling', async () => {
    const raw = await fixture.raw({
      slice: '2026-10-08',
      columns: ['sku', 'title'],
      rows: [
        ['a', 'ACME Inc. kettle, petrol'],
        ['b', '爱可米电水壶 頭'],
        ['c', 'Acmeton kettle'],
      ],
    });
    const output = await fixture.normalize(
      items({ brand: 'brand(title)', category: 'colour(title)', title: 'simplified(title)' }),
      [raw],
      { data: { brands: { Acme: ['acme inc', '爱可米'] }, colours: { teal: ['petrol'] } } },
    );
    expect(await fixture.read(output, 'clean.orders.items', 'brand, category, title')).toEqual([
      { brand: 'Acme', category: 'teal', title: 'ACME Inc. kettle, petrol' },
      { brand: 'Acme', category: null, title: '爱可米电水壶 头' },
      { brand: null, category: null, title: 'Acmeton kettle' },
    ]);
  });
});
