import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { builtInsWith, normalizerStatements } from './normalizers.ts';

const data = { brands: { Acme: ['acme inc', '爱可米'] } };
let dir: string;
let warehouse: Warehouse;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-properties-'));
  warehouse = await openWarehouse({ threads: 1, memoryMb: 512, tempDir: dir });
  for (const statement of await normalizerStatements(builtInsWith(data)))
    await warehouse.run('normalizer', statement);
});
afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true });
});

const parts = [
  ...['€', '$', '¥', 'USD', ' ', '.', ',', '-', '(', ')', '1', '12', '345', '6789', '０', '年', '月', '日'],
  ...[
    'kg',
    'ml',
    'x',
    '6',
    'pack of',
    '@',
    'a.b',
    'http://',
    '/',
    '<b>',
    '紅色',
    '頭',
    'navy',
    'acme',
    '\n',
    '🙂',
  ],
  ...['2026', 'Oct', 'T', ':', '30', 'n/a', 'é', "'", '"', '\\'],
];
const texts = fc.sample(
  fc.oneof(
    fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((list) => list.join('')),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  ),
  { numRuns: 600, seed: 7 },
);

/** What an expression over `t` gives for every text, in order. */
async function values(expression: string): Promise<unknown[]> {
  const rows = await warehouse.rows(
    'values',
    `select ${expression} as value from (select unnest(from_json($texts, '["VARCHAR"]')) as t, unnest(range(${texts.length})) as place) order by place`,
    { texts: JSON.stringify(texts) },
  );
  return rows.map(({ value }) => value);
}

it.each([
  ...['half_width', 'known', 'bare_number', 'clean_number', 'clean_money', 'clean_date', 'clean_email'],
  ...['phone_digits', 'clean_phone', 'clean_url', 'clean_postcode', 'brand', 'colour', 'simplified'],
])('%s of what it gave is the same again', async (name) => {
  const once = await values(`${name}(t)`);
  const twice = await values(`${name}(${name}(t))`);
  expect(twice).toEqual(once);
});

it.each([
  ['clean_number', 'decimal(38, 9)'],
  ['clean_money', 'decimal(38, 9)'],
  ['clean_date', 'timestamp'],
  ['grams', 'decimal(38, 6)'],
  ['millilitres', 'decimal(38, 6)'],
  ['millimetres', 'decimal(38, 6)'],
  ['total_grams', 'decimal(38, 6)'],
  ['total_millilitres', 'decimal(38, 6)'],
  ['pack_count', 'integer'],
])('%s gives a %s or nothing, so that coalesce keeps a text it cannot read', async (name, type) => {
  const wrong = await values(`${name}(t) is not null and try_cast(${name}(t) as ${type}) is null`);
  expect(texts.filter((_, at) => wrong[at])).toEqual([]);
  const kept = await values(`coalesce(${name}(t), t) is null`);
  expect(kept).not.toContain(true);
});
