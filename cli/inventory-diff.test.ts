import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stocktake } from '../tests/harness.ts';
import { asset, column, stocktaking } from '../tests/inventory-fixture.ts';
import { openPublishedFixture, type PublishedFixture, twoSources } from '../tests/published-fixture.ts';

describe('stocktake inventory diff', () => {
  let fixture: PublishedFixture;

  beforeAll(async () => {
    fixture = await openPublishedFixture(twoSources);
    const orders = asset({ asset: 'raw.orders' });
    const sku = column({ asset: 'raw.orders', column: 'sku', top: [{ value: 'A-1', rows: 12 }] });
    const note = column({ asset: 'raw.orders', column: 'note', position: 2, signature: '?' });
    await fixture.publish(stocktaking({ snapshot: 1, assets: [orders], columns: [sku, note] }));
    await fixture.publish(stocktaking({ snapshot: 2, assets: [orders], columns: [sku] }));
    await fixture.publish(stocktaking({ snapshot: 3, assets: [{ ...orders, rows: 120 }], columns: [sku] }));
  });
  afterAll(() => fixture.remove());

  const diff = (...args: string[]) => stocktake(['inventory', 'diff', ...args], { cwd: fixture.dir });

  it('compares the last two snapshots and ends with 0', async () => {
    const { code, stdout } = await diff();
    expect(code).toBe(0);
    expect(stdout).toContain('Snapshot 2 (2026-10-02) → 3 (2026-10-03)');
    expect(stdout).toContain('raw.orders has 120 rows, had 100 (+20.0 %).');
  });

  it('writes one versioned JSON document and ends with 1 where something breaks', async () => {
    const { code, stdout } = await diff('1', 'previous', '--format', 'json', '--fail-on', 'breaking');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      before: { snapshot: 1 },
      after: { snapshot: 2 },
      counts: { column_dropped: 1 },
      breaking: 1,
      records: [],
    });
  });

  it('fails on any difference only where told, and never on none', async () => {
    expect((await diff('2', '3', '--fail-on', 'breaking')).code).toBe(0);
    expect((await diff('2', '3', '--fail-on', 'any')).code).toBe(1);
    expect((await diff('3', 'last', '--fail-on', 'any')).code).toBe(0);
  });

  it('writes Markdown for a comment', async () => {
    const { stdout } = await diff('1', '2', '--format', 'markdown');
    expect(stdout).toMatch(/^### Inventory 2026-10-01 → 2026-10-02: 1 breaking, 1 difference\n/);
  });

  it('ends with 2 and says what there is when a snapshot or run is unknown', async () => {
    const number = await diff('9');
    expect(number.code).toBe(2);
    expect(number.stderr).toContain('There is no snapshot 9; there are 1 to 3');
    const run = await diff('abc');
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("There is no run 'abc'");
  });
});
