import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { alertsOf } from './alerts.ts';
import type { Kind } from './kind.ts';
import { guessKind, guessKinds } from './kinds.ts';
import { isPlain, mappedExpressions } from './mapping-columns.ts';
import { looksPersonal, shownValue } from './patterns.ts';
import { personalVerdict } from './personal.ts';
import { profileRelation } from './profile.ts';
import type { ColumnProfile } from './profile-columns.ts';
import { plainColumn } from './profile-sql.ts';
import { shopConfig } from './stock-fixture.ts';

let dir: string;
let warehouse: Warehouse;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-knowledge-'));
  warehouse = await openWarehouse({ threads: 2, memoryMb: 512, tempDir: dir });
});

afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true, force: true });
});

async function profileOf(name: string, values: readonly (string | null)[]): Promise<ColumnProfile> {
  await warehouse.run('fill', 'create or replace table t as select unnest(cast($v as varchar[])) as v', {
    v: `[${values.map((value) => (value === null ? 'NULL' : `'${value}'`)).join(', ')}]`,
  });
  const column = { ...plainColumn('v', 'VARCHAR'), column: name };
  const { columns } = await profileRelation(warehouse, {
    step: 't',
    relation: 't',
    columns: [column],
    nullValues: [],
  });
  const [profile] = columns;
  if (!profile) throw new TypeError('nothing was profiled');
  return profile;
}

function repeated(values: readonly string[], times: number): string[] {
  return Array.from({ length: times }, () => values).flat();
}

describe('guessKind', () => {
  it.each<[string, string[], Kind, 'values' | 'name' | 'none']>([
    ['contact', ['a@b.de', 'c@d.org'], 'email', 'values'],
    ['tel', ['+49 30 901820', '+44 20 7946 0958'], 'phone', 'values'],
    ['手机', ['13812345678', '15987654321'], 'phone', 'values'],
    ['page', ['https://a.example/1', 'https://a.example/2'], 'url', 'values'],
    ['x', ['2026-01-02', '2026-02-03', '2026-03-04'], 'time', 'values'],
    ['UnitPrice', ['1.20', '3.5', '2.00'], 'money', 'name'],
    ['orderQty', ['1', '3', '22'], 'quantity', 'name'],
    ['InvoiceNo', ['536365', 'C53', '12'], 'id', 'name'],
    ['价格', ['1.2', '3.4', '5.6'], 'money', 'name'],
    ['price_note', ['cheap', 'dear', 'fair'], 'text', 'name'],
    ['zq', ['1', '5', '9'], 'number', 'values'],
    ['zq', ['up', 'down', 'up', 'down', 'up'], 'category', 'values'],
    ['zq', ['up and', 'down'], 'unknown', 'none'],
    ['list_price', ['93,26', '45.95', '1.204,00'], 'money', 'name'],
    ['pack', ['1 kg', '2 kg'], 'quantity', 'values'],
    ['score', ['95%', '8 %', '100%'], 'number', 'values'],
    ['birth_year', ['1980', '1999', '2003'], 'time', 'name'],
    ['birth_year', ['1980', '19', '3'], 'number', 'values'],
    ['week_no', ['1', '53', '7'], 'time', 'name'],
    ['expires', ['Jan-20', 'mar 2021', '3 December 2022'], 'time', 'values'],
    ['phone_type', ['home', 'work', 'fax'], 'category', 'name'],
    ['ZipCode', ['35233', '10115', '01067'], 'person', 'name'],
    ['CountryCode', ['DE', 'FR', 'AT'], 'country', 'name'],
    ['TelephoneCountryCode', ['49', '33', '43'], 'id', 'name'],
    ['web_domain', ['a.example', 'shop.example.org'], 'url', 'name'],
    ['CountyName', ['Jefferson', 'Marshall', 'Cherokee'], 'category', 'name'],
    ['NameSet', repeated(['Czech', 'French', 'Dutch'], 20), 'category', 'values'],
    ['zq', ['a-1', 'a-2', 'a-3'], 'unknown', 'none'],
  ])('takes %s with such values for %s', async (name, values, kind, evidence) => {
    expect(guessKind(await profileOf(name, values))).toMatchObject({ kind, evidence });
  });
});

describe('guessKinds', () => {
  it('lets neighbours decide what a plain value or name is', async () => {
    const value = await profileOf('value', ['1.5', '2.5', '3.5']);
    const time = await profileOf('timestamp', ['2026-01-02 08:00:00', '2026-01-03 09:30:00']);
    const order = await profileOf('order_id', ['o-1', 'o-2']);
    expect(guessKinds([time, value]).map(({ kind }) => kind)).toEqual(['time', 'number']);
    expect(guessKinds([order, value]).map(({ kind }) => kind)).toEqual(['id', 'money']);
    const name = await profileOf('name', ['Ada Byron', 'Max Born']);
    const mail = await profileOf('mail', ['a@b.de', 'c@d.org']);
    expect(guessKinds([name, mail])[0]).toMatchObject({ kind: 'person' });
    expect(guessKinds([name, order])[0]).toMatchObject({ kind: 'text' });
  });
});

describe('personalVerdict', () => {
  it.each<[string, string[], string[], boolean]>([
    ['contact', ['a@b.de', 'none'], [], true],
    ['ref', ['A-1', 'A-2'], ['events.user_id'], true],
    ['first_name', ['Ada', 'Max'], [], true],
    ['comment', ['fine', 'write to a@b.de please'], [], true],
    ['sku', ['10002', '4006381333931'], ['items.item_id'], false],
    ['updated', ['2026-01-02 08:00:00', '2026-01-03 09:30:00'], [], false],
  ])('judges %s', async (name, values, feeds, personal) => {
    expect(personalVerdict(await profileOf(name, values), false, feeds).personal).toBe(personal);
  });

  it('takes the word of the configuration', async () => {
    const verdict = personalVerdict(await profileOf('n', ['x']), true, []);
    expect(verdict).toEqual({ personal: true, why: 'declared in temporal.config.ts' });
  });
});

describe('shownValue', () => {
  it.each(['ada@example.org', 'call +49 30 901820', '13812345678', '11010519491231002X', '10.0.0.7'])(
    'hides %s',
    (value) => {
      expect(looksPersonal(value)).toBe(true);
      expect(shownValue(value)).toBe('(hidden)');
    },
  );

  it.each(['2010-12-01 08:26:00', '85123A', '17850.0', '1234567890123', '12.5 kg'])('shows %s', (value) => {
    expect(shownValue(value)).toBe(value);
  });

  it('cuts long texts to 60 characters', () => {
    expect([...shownValue('语'.repeat(80))]).toHaveLength(60);
  });
});

describe('mappedExpressions', () => {
  it('finds the columns an expression reads, spelled as the source spells them', async () => {
    const config = shopConfig({
      weird: {
        path: 'w.csv',
        entities: {
          market: {
            columns: {
              series: 'Unit Price',
              time: `strptime("Day", '%d.%m.%Y')`,
              value: "case when AMOUNT = 'Sku' then 1 end",
            },
            where: 'amount is not null and broken(',
          },
        },
      },
    });
    const { weird } = config.sources;
    if (!weird) throw new TypeError('no source');
    const found = await mappedExpressions(warehouse, weird, ['Day', 'amount', 'Unit Price']);
    expect(found.map(({ target, reads }) => [target, reads])).toEqual([
      ['series', ['Unit Price']],
      ['time', ['Day']],
      ['value', ['amount']],
      ['where', []],
    ]);
    expect(found.map(isPlain)).toEqual([true, false, false, false]);
  });
});

describe('alertsOf', () => {
  it.each<[string, (string | null)[], Kind, string[]]>([
    ['a constant', ['x', 'x'], 'category', ['constant']],
    ['missing values', ['x', 'y', 'x', null], 'category', ['missing']],
    ['an empty column', [null, null], 'category', ['empty']],
    ['unique values', ['x', 'y'], 'id', ['unique']],
    ['one value nearly everywhere', [...Array<string>(19).fill('x'), 'y'], 'category', ['imbalance']],
    ['zeros', ['0', '0', '1', '2', '3'], 'number', ['zeros']],
    ['a far mean', ['1', '1', '2', '2', '3', '3', '900'], 'money', ['skewed']],
    ['the same numbers as ids', ['1', '1', '2', '2', '3', '3', '900'], 'id', []],
    [
      'many different words',
      [...Array.from({ length: 60 }, (_, n) => `w${n}`), 'w0'],
      'category',
      ['high cardinality'],
    ],
  ])('tells %s', async (_, values, kind, alerts) => {
    expect(alertsOf(await profileOf('v', values), kind)).toEqual(alerts);
  });
});
