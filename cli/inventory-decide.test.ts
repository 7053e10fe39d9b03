import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { putDecision, readDecisions } from '../domain/store/decisions.ts';
import { stocktake } from '../tests/harness.ts';
import { asset, column, stocktaking } from '../tests/inventory-fixture.ts';
import { openPublishedFixture, type PublishedFixture, twoSources } from '../tests/published-fixture.ts';
import type { DecideOptions } from './decided.ts';
import { decide, decisions, undecide } from './inventory-decide.ts';
import type { GlobalOptions } from './options.ts';

/** The steps follow each other on one store, whose newest decision is of a clock that was ahead. */
describe('decisions about columns', () => {
  let fixture: PublishedFixture;
  let early: string;
  beforeAll(async () => {
    fixture = await openPublishedFixture(twoSources);
    const columns = [
      column({ asset: 'raw.orders', column: 'amount', kind: 'number' }),
      column({ asset: 'raw.orders', column: 'mail.home', kind: 'text' }),
    ];
    await fixture.publish(stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders' })], columns }));
    early = await putDecision(fixture.store.dir, 'columns', {
      ...{ format: 1, by: 'ann', at: '2199-01-01T00:00:00.000Z', why: '' },
      ...{ action: 'label', asset: 'raw.orders', column: 'amount', label: 'quantity' },
    });
  });
  afterAll(() => fixture.remove());

  /** What a command prints, in this process; its error where it throws. */
  const told = async (work: (globals: GlobalOptions) => Promise<number>, json = false): Promise<string> => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(await work({ config: join(fixture.dir, 'temporal.config.ts'), json, quiet: true })).toBe(0);
      return write.mock.calls.map(([text]) => String(text)).join('');
    } finally {
      write.mockRestore();
    }
  };
  const label = (name: string, kind: string, options: DecideOptions = {}) =>
    told((globals) => decide(name, { label: kind, ...options }, globals));
  const takeBack = (id: string) => told((globals) => undecide(id, {}, globals));
  const listed = async (): Promise<{ id: string; state: string; label: string }[]> =>
    JSON.parse(await told(decisions, true)).decisions;

  it('refuse what cannot be meant, naming what there is, and keep nothing of it', async () => {
    await expect(label('raw.orders.amount', 'cash')).rejects.toMatchObject({
      ...{ code: 'STK-LABEL-UNKNOWN', exitCode: 2 },
      message: expect.stringMatching(/no label 'cash', expected one of id, money, /),
    });
    await expect(label('raw.orders.amuont', 'money')).rejects.toMatchObject({
      ...{ code: 'STK-COLUMN-UNKNOWN', exitCode: 2 },
      message: expect.stringMatching(/no column 'amuont'; did you mean amount\? it has amount, mail\.home/),
    });
    await expect(label('raw.order.amount', 'money')).rejects.toMatchObject({
      ...{ code: 'STK-ASSET-UNKNOWN', exitCode: 2 },
      message: expect.stringContaining('the assets with columns are raw.orders'),
    });
    await expect(takeBack('ffff')).rejects.toMatchObject({
      ...{ code: 'STK-DECISION-UNKNOWN', exitCode: 2 },
      message: expect.stringMatching(new RegExp(`'ffff' is no decision; .*${early}`)),
    });
    expect((await listed()).map(({ id }) => id)).toEqual([early]);
  });

  it('keep a label with who and why; a later one replaces it, also after the clock was put back', async () => {
    expect(await label('raw.orders.amount', 'money', { by: 'ben', why: 'EUR' })).toMatch(
      /Decision [0-9a-f]{16}: raw\.orders\.amount is money\..*next night: stocktake run/,
    );
    expect(await listed()).toMatchObject([
      { id: early, state: 'replaced', label: 'quantity', by: 'ann' },
      { state: 'in force', label: 'money', by: 'ben', why: 'EUR' },
    ]);
    expect(await told(decisions)).toMatch(/raw\.orders\.amount +money +in force +ben +2199-01-01 +EUR/);
  });

  it('come by the command line too, about a column whose own name has a dot', async () => {
    const inventory = (...args: string[]) => stocktake(['inventory', ...args], { cwd: fixture.dir });
    const [done, bare] = await Promise.all([
      inventory('decide', 'raw.orders.mail.home', '--label', 'email', '--json'),
      inventory('decide', 'raw.orders.amount'),
    ]);
    expect(JSON.parse(done.stdout)).toMatchObject({
      ...{ format: 1, action: 'label', asset: 'raw.orders', column: 'mail.home', label: 'email' },
    });
    expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining('--label') });
  });

  it('are taken back by the beginning of their id: the label before counts again, then the guess', async () => {
    const money = (await listed()).find((one) => one.label === 'money')?.id ?? '';
    const undone = JSON.parse(await told((globals) => undecide(money.slice(0, 8), {}, globals), true));
    expect(undone).toMatchObject({ action: 'undo', undone: money, column: 'amount', inForce: early });
    expect(await takeBack(early)).toContain('judges by itself again');
    expect((await listed()).map((one) => `${one.label} ${one.state}`)).toEqual([
      'quantity undone',
      'money undone',
      'email in force',
    ]);
    await expect(takeBack(early)).rejects.toThrow('was taken back before');
    expect(await readDecisions(fixture.store.dir, 'columns')).toHaveLength(5);
  });
});
