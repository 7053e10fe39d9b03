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

const sha = 'ab'.repeat(32);
const id = (line: number) => `orders:${sha.slice(0, 12)}:${line}`;

describe('stocktake quarantine', () => {
  let fixture: PublishedFixture;

  beforeAll(async () => {
    fixture = await openPublishedFixture(twoSources);
    const sku = column({ asset: 'raw.orders', column: 'sku' });
    const mail = column({ asset: 'raw.orders', column: 'mail', personal: true });
    await openRun(fixture, sha);
    await fixture.publish(
      stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders' })], columns: [sku, mail] }),
      {
        'quarantine.orders': `select 'orders' as source, '2026-10-01' as slice, 'orders/2026-10-01.csv' as file,
          line::bigint as line, entity, 'value' as "column", reason, 'received x' as message,
          '{"sku":"A-1","mail":"a@example.com","pieces":5}' as raw, 1::bigint as rows
          from (values (2, 'events', 'STK-CONTRACT-RANGE'), (3, 'events', 'STK-NORMALIZE-TYPE'),
            (4, null, 'STK-COLLECT-LINE')) as t (line, entity, reason)`,
        'raw.orders/2026-10-01': "select 'A-1' as sku, 5::bigint as pieces",
      },
    );
  });
  afterAll(() => fixture.remove());

  const quarantine = (...args: string[]) => stocktake(['quarantine', ...args], { cwd: fixture.dir });

  it('shows one row by its id and hides personal columns unless asked', async () => {
    expect((await quarantine('show', 'orders')).stdout).toContain(id(2));
    const { stdout } = await quarantine('show', id(2), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'orders/2026-10-01.csv',
      line: 2,
      columns: [
        { column: 'sku', value: 'A-1' },
        { column: 'mail', value: '(personal)' },
        { column: 'pieces', value: '(personal)' },
      ],
      raw: '(personal)',
    });
    expect((await quarantine('show', id(2), '--personal')).stdout).toContain('a@example.com');
  });

  it('keeps fixes and releases as decisions that name the row by content and line', async () => {
    expect((await quarantine('fix', id(3), '--set', 'sku=B=2', '--why', 'typo')).code).toBe(0);
    const released = await quarantine('release', '--source', 'orders', '--reason', 'STK-CONTRACT-RANGE');
    expect(released.code).toBe(0);
    const decisions = (await readDecisions(fixture.store.dir, 'rows')).map(({ decision }) => decision);
    expect(decisions).toMatchObject([
      { action: 'fix', row: { sha256: sha, member: '', line: 3 }, set: { sku: 'B=2' }, why: 'typo' },
      { action: 'release', rows: [{ sha256: sha, line: 2, entity: 'events', column: 'value' }] },
    ]);
  });

  it('lists what was decided, hides what fixes give, and takes a decision back once', async () => {
    const { decisions } = JSON.parse((await quarantine('decisions', '--json')).stdout);
    expect(decisions).toMatchObject([
      { state: 'in force', action: 'release', rows: [id(2)], checks: ['STK-CONTRACT-RANGE events.value'] },
      { state: 'in force', action: 'fix', rows: [id(3)], columns: ['sku'], why: 'typo' },
    ]);
    expect(decisions[1].set).toBeUndefined();
    const fixed = decisions[1].id;
    expect((await quarantine('decisions', '--personal')).stdout).toContain(`fix ${id(3)} sku=B=2`);
    expect((await quarantine('withdraw', fixed.slice(0, 6))).stdout).toContain(`Decision ${fixed}`);
    const again = await quarantine('withdraw', fixed);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('was taken back before')]);
    expect((await quarantine('decisions')).stdout).toMatch(new RegExp(`${fixed} +withdrawn`));
  });

  it('refuses a correction that a typed column cannot hold, and says which it can', async () => {
    for (const value of ['many', '5.5']) {
      const { code, stderr } = await quarantine('fix', id(3), '--set', `pieces=${value}`);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`cannot hold '${value}'`)]);
      expect(stderr).toContain('BIGINT');
    }
    expect((await quarantine('fix', id(3), '--set', 'pieces=7', 'mail=')).code).toBe(0);
  });

  it('refuses what cannot be decided and says what can', async () => {
    const type = await quarantine('release', id(3));
    expect([type.code, type.stderr]).toEqual([2, expect.stringContaining('quarantine fix')]);
    const unread = await quarantine('fix', id(4), '--set', 'sku=x');
    expect([unread.code, unread.stderr]).toEqual([2, expect.stringContaining('Correct the file itself')]);
    const misnamed = await quarantine('fix', id(3), '--set', 'skü=x');
    expect([misnamed.code, misnamed.stderr]).toEqual([2, expect.stringContaining('did you mean sku?')]);
    expect((await quarantine('show', id(9))).code).toBe(2);
    const source = await quarantine('show', 'order');
    expect([source.code, source.stderr]).toEqual([2, expect.stringContaining('did you mean orders?')]);
  });
});
