import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { builtInNormalizers, normalizerStatements } from './normalizers.ts';

let dir: string;
let warehouse: Warehouse;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-normalizers-'));
  warehouse = await openWarehouse({ threads: 1, memoryMb: 512, tempDir: dir });
  for (const statement of normalizerStatements(builtInNormalizers))
    await warehouse.run('normalizer', statement);
});
afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true });
});

async function normalized(call: string, text: string): Promise<unknown> {
  const [row] = await warehouse.rows('call', `select ${call} as value from (select $t as t)`, { t: text });
  return row?.value;
}

const cases: Record<string, readonly (readonly [text: string, value: string | null])[]> = {
  'half_width(t)': [
    ['ＡＢＣ１２３（ａ）　ｂ', 'ABC123(a) b'],
    ['plain', 'plain'],
  ],
  'known(t)': [
    ['N/A', null],
    [' - ', null],
    ['未知', null],
    ['Keine Angabe', null],
    ['none of it', 'none of it'],
    ['0', '0'],
  ],
  'clean_number(t)': [
    ['1,234.50', '1234.50'],
    ['1.234,50', '1234.50'],
    ['1 234,5', '1234.5'],
    ["1'234'567.8", '1234567.8'],
    ['1.234.567', '1234567'],
    ['12,34,567', '1234567'],
    ['1,234', '1234'],
    ['1.234', '1.234'],
    ['0,5', '0.5'],
    ['.5', '.5'],
    ['(12.50)', '-12.50'],
    ['12-', '-12'],
    ['−3', '-3'],
    ['+7', '7'],
    ['１２．５', '12.5'],
    ['1,2,3', null],
    ['12 apples', null],
    ['1_000', null],
    ['', null],
  ],
  "clean_number(t, decimals := ',')": [
    ['1,234', '1.234'],
    ['1.234', '1234'],
  ],
  'clean_money(t)': [
    ['€ 12,50', '12.50'],
    ['12.50 USD', '12.50'],
    ['1.299,- €', '1299'],
    ['¥1,200', '1200'],
    ['US$ 3.99', '3.99'],
    ['¥ 12.50 元', '12.50'],
    ['-£5.00', '-5.00'],
    ['call us', null],
  ],
  'currency_of(t)': [
    ['€ 12,50', 'EUR'],
    ['12.50 usd', 'USD'],
    ['CA$ 5', 'CAD'],
    ['$5', 'USD'],
    ['￥12', 'JPY'],
    ['12 元', 'CNY'],
    ['12', null],
  ],
  "currency_of(t, dollar := 'AUD', yen := 'CNY')": [
    ['$5', 'AUD'],
    ['¥5', 'CNY'],
  ],
  'clean_date(t)': [
    ['2026-10-01', '2026-10-01 00:00:00'],
    ['2026/10/1', '2026-10-01 00:00:00'],
    ['20261001', '2026-10-01 00:00:00'],
    ['2026年10月1日', '2026-10-01 00:00:00'],
    ['1.10.2026', '2026-10-01 00:00:00'],
    ['01/10/26', '2026-10-01 00:00:00'],
    ['1 October 2026', '2026-10-01 00:00:00'],
    ['1st Oct 2026', '2026-10-01 00:00:00'],
    ['Oct 1, 2026', '2026-10-01 00:00:00'],
    ['October  1, 2026 8:30 PM', '2026-10-01 20:30:00'],
    ['Thu, 01 Oct 2026 08:30:00', '2026-10-01 08:30:00'],
    ['01-Oct-26', '2026-10-01 00:00:00'],
    ['2026-10-01T08:30', '2026-10-01 08:30:00'],
    ['31/12/2026 23:59', '2026-12-31 23:59:00'],
    ['2026-02-30', null],
    ['13/13/2026', null],
    ['soon', null],
  ],
  "clean_date(t, parts := 'mdy')": [
    ['10/01/2026', '2026-10-01 00:00:00'],
    ['1/2/26', '2026-01-02 00:00:00'],
    ['2026-10-01', '2026-10-01 00:00:00'],
  ],
  'clean_email(t)': [
    ['Ann.Lee@Example.ORG', 'ann.lee@example.org'],
    ['mailto:a@b.co', 'a@b.co'],
    ['<a@b.co>', 'a@b.co'],
    ['a@b', null],
    ['a b@c.de', null],
  ],
  'clean_phone(t)': [
    ['+49 (0)30 123-4567', '+49301234567'],
    ['0049 30 1234567', '+49301234567'],
    ['030 1234567', null],
    ['call me', null],
  ],
  "clean_phone(t, country := '86')": [
    ['138 0013 8000', '+8613800138000'],
    ['+1 202 555 0100', '+12025550100'],
  ],
  'clean_url(t)': [
    ['HTTP://Example.ORG:80/A?b=1#c', 'http://example.org/A?b=1'],
    ['example.org/', 'https://example.org'],
    ['not a url', null],
  ],
  'clean_postcode(t)': [
    [' sw1a  1aa ', 'SW1A 1AA'],
    ['01067', '01067'],
  ],
  'plain_text(t)': [
    ['<p>Fish &amp; <b>chips</b>&nbsp;🐟👍🏽</p>', 'Fish & chips'],
    ['<script>x < 1</script>a<br/>b', 'a b'],
    ['3 < 4 and 5 > 4', '3 < 4 and 5 > 4'],
    ['🙂', null],
  ],
  'grams(t)': [
    ['net 1,5 kg', '1500'],
    ['500g', '500'],
    ['12 oz', '340.194278'],
    ['2 斤', '1000'],
    ['6 x 330 ml', null],
  ],
  'millilitres(t)': [
    ['0.33 l', '330'],
    ['75cl', '750'],
    ['12 fl oz', '354.882355'],
    ['500 lb', null],
  ],
  'millimetres(t)': [
    ['27" monitor', '685.8'],
    ['1.2 m', '1200'],
    ['12 cm', '120'],
    ['12 min', null],
  ],
  'pack_count(t)': [
    ['Cola 6 x 330 ml', '6'],
    ['Socks, pack of 3', '3'],
    ['24-pack water', '24'],
    ['牙刷 10支', '10'],
    ['iPhone 15', null],
  ],
};

describe.each(Object.entries(cases))('%s', (call, list) => {
  it.each(list)('%j is %j', async (text, value) => {
    expect(await normalized(call, text)).toBe(value);
  });
});

it('gives null for null, whatever is asked', async () => {
  for (const { name } of builtInNormalizers) {
    const [row] = await warehouse.rows('null', `select ${name}(cast(null as varchar)) as value`);
    expect([name, row?.value]).toEqual([name, null]);
  }
});
