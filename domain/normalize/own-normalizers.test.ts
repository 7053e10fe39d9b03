import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

/** Items with a price and a package as people write them. */
const source = (columns: Record<string, string>): SourceInput => ({
  entities: { items: { columns: { item_id: 'sku', ...columns } } },
  contract: { maxRejectedShare: 1 },
});
const rows = [
  ['a', '€ 1.299,50', 'Cola 6 x 330 ml'],
  ['b', '12.50 USD', 'Water'],
  ['c', 'on request', 'Tea'],
] as const;
const raw = (slice: string) => fixture.raw({ slice, columns: ['sku', 'price', 'pack'], rows: [...rows] });

describe('normalizers in a mapping', () => {
  it('read what people write; what they cannot read is rejected only where the column needs it', async () => {
    const output = await fixture.normalize(
      source({ price: 'clean_money(price)', currency: "currency_of(price, dollar := 'CAD')" }),
      [await raw('2026-10-01')],
    );
    expect(await fixture.read(output, 'clean.orders.items', 'item_id, price, currency')).toEqual([
      { item_id: 'a', price: '1299.5000', currency: 'EUR' },
      { item_id: 'b', price: '12.5000', currency: 'USD' },
      { item_id: 'c', price: null, currency: null },
    ]);
  });

  it('are extended by the configuration, which may build on the ones before', async () => {
    const own = {
      eur: {
        parameters: ['t'],
        sql: "case when currency_of(t) = 'EUR' then clean_money(t) end",
        description: '',
      },
      cents: {
        parameters: ['t', 'per'],
        sql: 'cast(cast(eur(t) as decimal(18, 4)) * per as bigint)',
        description: '',
      },
    };
    const output = await fixture.normalize(
      source({ price: 'cents(price, 100)' }),
      [await raw('2026-10-02')],
      { normalizers: own },
    );
    expect(await fixture.read(output, 'clean.orders.items', 'price')).toEqual([
      { price: '129950.0000' },
      { price: null },
      { price: null },
    ]);
  });

  it('make a slice anew when they change, and leave sources alone that call none', async () => {
    const own = (factor: number) => ({
      normalizers: { scaled: { parameters: ['t'], sql: `clean_number(t) || '${factor}'`, description: '' } },
    });
    const slice = [await raw('2026-10-03')];
    const calling = source({ price: 'scaled(price)' });
    await fixture.normalize(calling, slice, own(1));
    expect((await fixture.normalize(calling, slice, own(1))).reused).toBe(1);
    expect((await fixture.normalize(calling, slice, own(2))).reused).toBe(0);
    const plain = source({ title: 'pack' });
    await fixture.normalize(plain, slice, own(1));
    expect((await fixture.normalize(plain, slice, own(2))).reused).toBe(1);
  });

  it.each([
    ['the name of a built-in one', 'clean_money', 't', 'there already'],
    ['the name of a function of the engine', 'lower', 't', 'there already'],
    ['the clock', 'stamped', 't || cast(now() as varchar)', 'differs from run to run'],
    ['what is no SQL', 'broken', 't t t', 'yntax error'],
    ['a second statement', 'twofold', 't); drop table quarantine; select (1', 'more than one expression'],
    ['a table', 'tabled', 't) from (select 1 as t', 'more than one expression'],
  ])('are refused with %s', async (_, name, sql, why) => {
    const normalizers = { [name]: { parameters: ['t'], sql, description: '' } };
    const work = fixture.normalize(source({ price: `${name}(price)` }), [await raw(`2026-11-${name}`)], {
      normalizers,
    });
    await expect(work).rejects.toMatchObject({
      code: 'STK-NORMALIZE-FUNCTION',
      message: expect.stringContaining(why),
    });
  });
});
