import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDecisions } from '../domain/store/decisions.ts';
import { stocktake } from '../tests/harness.ts';
import { asset, column, stocktaking } from '../tests/inventory-fixture.ts';
import {
  openPublishedFixture,
  openRun,
  type PublishedFixture,
  twoSources,
} from '../tests/published-fixture.ts';

const sha = 'cd'.repeat(32);
const id = (line: number, name: string) => `orders:${sha.slice(0, 12)}:${line}:${name}`;

describe('stocktake repairs', () => {
  let fixture: PublishedFixture;
  beforeAll(async () => {
    fixture = await openPublishedFixture(twoSources);
    await openRun(fixture, sha);
    const columns = [
      column({ asset: 'raw.orders', column: 'brand' }),
      column({ asset: 'raw.orders', column: 'mail', personal: true }),
    ];
    await fixture.publish(stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders' })], columns }), {
      'repairs.orders': `select 'orders' as source, '2026-10-01' as slice, 'orders/2026-10-01.csv' as file,
        line::bigint as line, "column", value, repair, reason, confidence::decimal(5, 4) as confidence, status
        from (values (2, 'brand', 'Acne', 'Acme', 'typo', 0.95, 'applied'),
          (3, 'brand', 'Acm', 'Acme', 'typo', 0.6, 'proposed'),
          (4, 'brand', 'x', null, 'pattern', 0.7, 'flagged'),
          (5, 'mail', 'a@b', 'a@b.co', 'typo', 0.95, 'applied'))
        as t (line, "column", value, repair, reason, confidence, status)`,
    });
  });
  afterAll(() => fixture.remove());

  const repairs = (...args: string[]) => stocktake(['repairs', ...args], { cwd: fixture.dir });

  it('lists cells with raw value, repair, reason and id, and hides personal values', async () => {
    const { code, stdout } = await repairs('list', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).repairs).toMatchObject([
      {
        id: id(2, 'brand'),
        value: 'Acne',
        repair: 'Acme',
        reason: 'typo',
        confidence: 0.95,
        status: 'applied',
      },
      { id: id(3, 'brand'), status: 'proposed' },
      { id: id(4, 'brand'), repair: null, status: 'flagged' },
      { id: id(5, 'mail'), value: '(personal)', repair: '(personal)' },
    ]);
    const text = await repairs('list', '--source', 'orders', '--personal');
    expect(text.stdout).toContain('"a@b.co"');
    expect(text.stdout).toContain('(cannot be told)');
  });

  it('lists by what became of them', async () => {
    const lines = async (flag: string) =>
      JSON.parse((await repairs('list', flag, '--json')).stdout).repairs.map(
        (one: { line: number }) => one.line,
      );
    expect(await lines('--applied')).toEqual([2, 5]);
    expect(await lines('--proposed')).toEqual([3, 4]);
    expect((await repairs('list', '--reverted')).stdout).toContain('no such repairs');
  });

  it('keeps a revert as a decision that names the cell by content, line and column', async () => {
    const { code, stdout } = await repairs('revert', id(2, 'brand'), id(3, 'brand'), '--why', 'two brands');
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 cells stay as received')]);
    expect((await readDecisions(fixture.store.dir, 'cells')).map(({ decision }) => decision)).toMatchObject([
      {
        action: 'revert',
        source: 'orders',
        why: 'two brands',
        cells: [2, 3].map((line) => ({ sha256: sha, member: '', line, column: 'brand' })),
      },
    ]);
  });

  it.each([
    [['revert', 'orders:x:1:brand'], 'STK-REPAIRS-UNKNOWN'],
    [['list', '--source', 'order'], 'did you mean orders?'],
  ])('refuses %j with %s', async (args, said) => {
    const { code, stderr } = await repairs(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
