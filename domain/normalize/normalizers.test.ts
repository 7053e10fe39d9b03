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
  for (const statement of await normalizerStatements(builtInNormalizers))
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
    ['东京 100', '东京 100'],
  ],
  "clean_postcode(t, country := 'gb')": [
    ['sw1a1aa', 'SW1A 1AA'],
    ['M1 1AE', 'M1 1AE'],
    ['12345', null],
  ],
  "clean_postcode(t, country := 'US')": [
    ['90210', '90210'],
    ['902101234', '90210-1234'],
    ['9021', null],
  ],
  "clean_postcode(t, country := 'CN')": [
    ['１０００００', '100000'],
    ['10000', null],
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
    ['可乐 330ml*6', '6'],
    ['500g × 2', '2'],
    ['Socks, pack of 3', '3'],
    ['24-pack water', '24'],
    ['牙刷 10支', '10'],
    ['iPhone 15', null],
  ],
  'total_millilitres(t)': [
    ['Cola 6 x 330 ml', '1980'],
    ['6 × 0,33 l', '1980'],
    ['0.75 l', '750'],
    ['6 bottles', null],
  ],
  'total_grams(t)': [
    ['12 x 1,5 kg', '18000'],
    ['Rice 500 g, pack of 4', '2000'],
  ],
  'language(t)': [
    ['The quick brown fox is not the dog that you have seen', 'en'],
    ['Der Hund ist nicht im Haus und die Katze auch nicht', 'de'],
    ['Le chat est dans la maison avec les enfants', 'fr'],
    ['El perro no está en la casa pero el gato sí', 'es'],
    ['Il cane non è nella casa, ma questo gatto è molto bello', 'it'],
    ['O cão não está em casa, mas o gato é muito bonito', 'pt'],
    ['De hond is niet in het huis en dit is heel mooi', 'nl'],
    ['Pies jest w domu, a kot nie jest bardzo łagodny', 'pl'],
    ['Bu ürün çok güzel ve bir daha alırım', 'tr'],
    ['Собака не в доме', 'ru'],
    ['Собака не вдома, а кіт її бачить', 'uk'],
    ['这件衣服很好看', 'zh'],
    ['この服はとても良い', 'ja'],
    ['이 옷은 아주 좋아요', 'ko'],
    ['สินค้าดีมาก', 'th'],
    ['iPhone 15 Pro 256 GB', null],
    ['', null],
  ],
  'colour(t)': [
    ['Navy Blue', 'navy'],
    ['T-Shirt, dark-blue, L', 'dark blue'],
    ['GRAY', 'grey'],
    ['藏青色连衣裙', 'navy'],
    ['红', 'red'],
    ['口红', null],
    ['Redmi phone', null],
  ],
  'brand(t)': [['Acme mug', null]],
  'simplified(t)': [
    ['頭髮 T-Shirt 乾燥', '头发 T-Shirt 干燥'],
    ['已经是简体', '已经是简体'],
    ['plain', 'plain'],
  ],
};

describe.each(Object.entries(cases))('%s', (call, list) => {
  it.each(list)('%j is %j', async (text, value) => {
    expect(await normalized(call, text)).toBe(value);
  });
});

it('gives null for null, whatever is asked', async () => {
  for (const { name } of builtInNormalizers) {
    if (name === 'money_in' || name === 'language_scores') continue;
    const [row] = await warehouse.rows('null', `select ${name}(cast(null as varchar)) as value`);
    expect([name, row?.value]).toEqual([name, null]);
  }
});
