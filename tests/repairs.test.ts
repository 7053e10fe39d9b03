import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRawFixture, type RawFixture, type SourceInput } from '../domain/normalize/raw-fixture.ts';
import { type RepairRules, type RevertedCell, revertedBySlice } from '../domain/normalize/repairs.ts';
import { detectInThread } from '../domain/repair/detect-thread.ts';
import type { StageOutput } from '../schemas/stage.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

const brands = [
  ['Northwind', 'Norway', 'NO'],
  ['Contoso', 'Germany', 'DE'],
  ['Fabrikam', 'France', 'FR'],
  ['Adatum', 'Austria', 'AT'],
];
const columns = ['sku', 'brand', 'country', 'land', 'price'];
/** Eighty items; one brand is misspelt, one country is another brand's, one price is no number and has a hint of one. */
function rows(): string[][] {
  const all = Array.from({ length: 80 }, (_, at) => [
    `a-${at}`,
    ...(brands[at % 4] ?? []),
    `${10 + (at % 7)}.50`,
  ]);
  all[20]?.splice(1, 1, 'Northwimd');
  all[33]?.splice(2, 1, 'Norway');
  all[7]?.splice(4, 1, 'N/A');
  return all;
}
const source = (repair?: SourceInput['repair']): SourceInput => ({
  entities: {
    items: {
      columns: { item_id: 'sku', brand: 'brand', category: 'country', price: 'price' },
      attributes: { land: 'land' },
    },
  },
  ...(repair ? { repair } : {}),
});
const night = async (
  repair: SourceInput['repair'],
  reverted: readonly RevertedCell[] = [],
  version = 1,
): Promise<StageOutput> => {
  const rules: RepairRules = {
    version,
    propose: (table) => detectInThread(table, new AbortController().signal),
    reverted: new Map(reverted.length > 0 ? [['2026-10-01', reverted]] : []),
  };
  return fixture.normalize(source(repair), [await raw()], repair ? { repair: rules } : {});
};
const raw = () => fixture.raw({ slice: '2026-10-01', columns, rows: rows() });
const clean = async (output: StageOutput, line: number) =>
  (await fixture.read(output, 'clean.orders.items', '_line, brand, category, price')).find(
    (row) => Number(row._line) === line,
  );
const repairs = (output: StageOutput) =>
  fixture.read(output, 'repairs.orders', 'line, "column", value, repair, reason, status');

describe('repairs in the night', () => {
  it('are off by default: same key, nothing looked at, no dataset', async () => {
    const output = await night(undefined);
    expect(Object.keys(output.datasets)).toEqual(['clean.orders.items', 'quarantine.orders']);
    expect((await night(undefined)).reused).toBe(1);
    expect(await clean(output, 21)).toMatchObject({ brand: 'Northwimd' });
  });

  it('apply what is sure enough, list everything with its raw value, and balance the ledger', async () => {
    const output = await night({ threshold: 0.8 });
    expect(await clean(output, 21)).toMatchObject({ brand: 'Northwind' });
    expect(await clean(output, 34)).toMatchObject({ category: 'Germany' });
    expect(await clean(output, 8)).toMatchObject({ price: null });
    expect(await repairs(output)).toEqual([
      expect.objectContaining({ line: '8', column: 'price', value: 'N/A', repair: '', status: 'applied' }),
      expect.objectContaining({ line: '21', value: 'Northwimd', repair: 'Northwind', status: 'applied' }),
      expect.objectContaining({ line: '34', value: 'Norway', repair: 'Germany', status: 'applied' }),
    ]);
    expect(output.ledger).toMatchObject([{ rowsIn: 80, rowsOut: 80, rejected: 0 }]);
  });

  it('only propose what lies below the threshold, and leave other columns alone', async () => {
    const output = await night({ threshold: 1, columns: ['brand'] });
    expect(await repairs(output)).toMatchObject([{ line: '21', status: 'proposed' }]);
    expect(await clean(output, 21)).toMatchObject({ brand: 'Northwimd' });
    expect((await night({ threshold: 1, columns: ['brand'] })).reused).toBe(1);
    expect((await night({ threshold: 1, columns: ['brand'] }, [], 2)).reused).toBe(0);
  });

  it('never touch a cell that a person took back, and keep its row as received', async () => {
    const [applied] = (
      await fixture.read(await night({ threshold: 0.8 }), 'repairs.orders', 'file, line, "column"')
    ).filter((row) => row.line === '21');
    const file = String(applied?.file);
    const decisions = [
      {
        id: '0'.repeat(16),
        decision: {
          format: 1 as const,
          source: 'orders',
          by: 'ann',
          at: '2026-10-02T00:00:00.000Z',
          why: 'a brand of its own',
          action: 'revert' as const,
          cells: [{ sha256: 'a'.repeat(64), member: '', line: 21, column: 'brand' }],
        },
      },
    ];
    const files = [{ path: file, bytes: 1, sha256: 'a'.repeat(64) }];
    const reverted = revertedBySlice(decisions, 'orders', [{ slice: '2026-10-01', files }]);
    const output = await night({ threshold: 0.8 }, reverted.get('2026-10-01'));
    expect(await clean(output, 21)).toMatchObject({ brand: 'Northwimd' });
    expect(await clean(output, 34)).toMatchObject({ category: 'Germany' });
    expect((await repairs(output)).map(({ line, status }) => `${line} ${status}`)).toEqual([
      '8 applied',
      '21 reverted',
      '34 applied',
    ]);
    expect(revertedBySlice(decisions, 'orders', [{ slice: '2026-10-01', files: [] }])).toEqual(new Map());
    expect(revertedBySlice(decisions, 'other', [{ slice: '2026-10-01', files }])).toEqual(new Map());
  });
});
