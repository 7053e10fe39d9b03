import { describe, expect, it } from 'vitest';
import { asset, check, column, stocktaking } from '../../tests/inventory-fixture.ts';
import { diffMarkdown } from './diff-markdown.ts';
import { inventoryDiff } from './inventory-diff.ts';

const raw = (name: string, given: Partial<Parameters<typeof column>[0]> = {}) =>
  column({ asset: 'raw.orders', column: name, ...given });

/** The differences between two column lists of one source, as `kind column before→after`. */
function columnsFrom(before: ReturnType<typeof column>[], after: ReturnType<typeof column>[]): string[] {
  const take = (snapshot: number, columns: ReturnType<typeof column>[]) =>
    stocktaking({ snapshot, assets: [asset({ asset: 'raw.orders' })], columns });
  return inventoryDiff(take(1, before), take(2, after)).differences.map(
    ({ kind, column: name, before: from, after: to, breaking }) =>
      `${breaking ? '!' : ''}${kind} ${name} ${from}→${to}`,
  );
}

describe('inventoryDiff', () => {
  it('finds no difference between equal inventories', () => {
    const stock = stocktaking({
      snapshot: 1,
      assets: [asset({ asset: 'raw.orders' })],
      columns: [raw('sku'), raw('note', { position: 2 })],
      checks: [check({ source: 'orders', type: 'not_null', status: 'error' })],
    });
    expect(inventoryDiff(stock, stock)).toMatchObject({ breaking: 0, differences: [], counts: {} });
  });

  it('calls a lost asset breaking and a new one not', () => {
    const diff = inventoryDiff(
      stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders', rows: 7 })] }),
      stocktaking({ snapshot: 2, assets: [asset({ asset: 'raw.returns', rows: 3 })] }),
    );
    expect(diff.breaking).toBe(1);
    expect(diff.differences.map(({ sentence }) => sentence)).toEqual([
      'raw.orders is gone; it had 7 rows.',
      'raw.returns is new, with 3 rows.',
    ]);
  });

  it('tells added, dropped, retyped and renamed columns apart', () => {
    const before = [
      raw('sku', { signature: 'A-9' }),
      raw('qty', { looks_like: 'integer', signature: '9' }),
      raw('old', { looks_like: 'time', signature: '9-9-9' }),
    ];
    const after = [
      raw('sku', { signature: 'A-9' }),
      raw('qty', { looks_like: 'decimal', signature: '9.9' }),
      raw('new_name', { looks_like: 'time', signature: '9-9-9' }),
      raw('eco', { looks_like: 'flag' }),
    ];
    expect(columnsFrom(before, after)).toEqual([
      '!column_renamed old old→new_name',
      '!column_retyped qty integer→decimal',
      'column_added eco →flag',
    ]);
    expect(columnsFrom([raw('sku'), raw('x')], [raw('sku')])).toEqual(['!column_dropped x text→']);
  });

  it('tells another stored type, and another order of the same columns', () => {
    expect(columnsFrom([raw('n', { type: 'BIGINT' })], [raw('n', { type: 'DOUBLE' })])).toEqual([
      '!column_retyped n BIGINT→DOUBLE',
    ]);
    const [a, b, c] = ['a', 'b', 'c'].map((name, index) => raw(name, { position: index + 1 }));
    if (!a || !b || !c) throw new Error('three columns');
    expect(columnsFrom([a, b, c], [b, { ...c, position: 2 }, { ...a, position: 3 }])).toEqual([
      'columns_reordered  a, b, c→b, c, a',
    ]);
    expect(columnsFrom([a, b, c], [a, { ...c, position: 2 }])).toEqual(['!column_dropped b text→']);
  });

  it('tells another meaning only where enough values were seen on both sides', () => {
    const was = raw('city', { kind: 'category' });
    expect(columnsFrom([was], [raw('city', { kind: 'id' })])).toEqual([
      'meaning_changed city category: Words for people.→id: Words for people.',
    ]);
    expect(columnsFrom([was], [raw('city', { kind: 'id', rows: 2 })])).toEqual([]);
  });

  it('tells columns that hold personal data now, new ones too', () => {
    const mail = raw('mail', { personal: true, personal_why: 'values look like e-mail addresses' });
    expect(columnsFrom([raw('mail')], [mail])).toEqual(['personal_changed mail not personal→personal']);
    expect(columnsFrom([raw('sku')], [raw('sku'), mail])).toEqual([
      'column_added mail →text',
      'personal_changed mail →personal',
    ]);
  });

  it('takes a check that fails now for breaking, and the worst of several slices for its status', () => {
    const diff = inventoryDiff(
      stocktaking({
        snapshot: 1,
        checks: [
          check({ source: 'orders', type: 'range', column: 'price', slice: '1' }),
          check({ source: 'orders', type: 'unique', column: 'id', status: 'error' }),
          check({ source: 'orders', type: 'volume', status: 'info' }),
        ],
      }),
      stocktaking({
        snapshot: 2,
        checks: [
          check({ source: 'orders', type: 'range', column: 'price', slice: '1' }),
          check({
            source: 'orders',
            type: 'range',
            column: 'price',
            slice: '2',
            status: 'error',
            unexpected: 2,
          }),
          check({
            source: 'orders',
            type: 'range',
            column: 'price',
            slice: '3',
            status: 'error',
            unexpected: 3,
          }),
          check({ source: 'orders', type: 'unique', column: 'id' }),
          check({ source: 'orders', type: 'pattern', column: 'id' }),
        ],
      }),
    );
    expect(diff.differences.map(({ breaking, sentence }) => [breaking, sentence])).toEqual([
      [true, 'Check range of orders price is failing (5 unexpected), was passing.'],
      [false, 'Check unique of orders id is passing, was failing.'],
    ]);
  });

  it('tells rows, the newest row going back, and health', () => {
    const diff = inventoryDiff(
      stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders', rows: 200 })] }),
      stocktaking({
        snapshot: 2,
        assets: [
          asset({
            asset: 'raw.orders',
            rows: 150,
            newest: '2026-10-01T00:00:00.000Z',
            health: 'Warning',
            health_why: 'volume orders',
          }),
        ],
      }),
    );
    expect(diff.differences.map(({ sentence }) => sentence)).toEqual([
      'raw.orders is Warning (volume orders), was Healthy.',
      'raw.orders has 150 rows, had 200 (−25.0 %).',
      'The newest row of raw.orders went back to 2026-10-01T00:00:00.000Z, was 2026-10-02T20:00:00.000Z.',
    ]);
  });
});

describe('diffMarkdown', () => {
  it('starts with the verdict and puts what breaks first', () => {
    const text = diffMarkdown(
      inventoryDiff(
        stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders' }), asset({ asset: 'raw.gone' })] }),
        stocktaking({ snapshot: 2, assets: [asset({ asset: 'raw.orders', rows: 110 })] }),
      ),
      { records: ['unified.items: 2 items changed.'] },
    );
    expect(text).toBe(`### Inventory 2026-10-01 → 2026-10-02: 1 breaking, 2 differences

Snapshot 1 → 2.

**Breaking**

- raw.gone is gone; it had 100 rows.

<details><summary>Rows and newest row (1)</summary>

| asset | rows | newest row |
|---|---|---|
| raw.orders | 100 → 110 (+10.0 %) | same |

</details>

<details><summary>Records (1)</summary>

- unified.items: 2 items changed.

</details>
`);
  });

  it('lets no name of a column leave its cell, mention anyone or bring HTML', () => {
    const text = diffMarkdown(
      inventoryDiff(
        stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders' })], columns: [raw('sku')] }),
        stocktaking({
          snapshot: 2,
          assets: [asset({ asset: 'raw.orders' })],
          columns: [raw('sku'), raw('x|`<img src=1>`\n# @team [y](z) snake_case')],
        }),
      ),
    );
    expect(text).toContain(
      '- raw.orders has a new column x\\|\\`&#60;img src=1&#62;\\` # &#64;team \\[y\\](z) snake_case (text).',
    );
  });
});
