import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../schemas/config.ts';
import { type Night, type Nights, openNights } from './nights-fixture.ts';

let nights: Nights;
beforeEach(async () => {
  nights = await openNights();
});
afterEach(() => nights.remove());

const events = { columns: { item_id: 'sku', kind: "'view'", time: 'at' } };
const views = (more: object = {}): ConfigInput['sources'] =>
  ({ views: { path: 'views/{date}.csv', entities: { events }, ...more } }) as ConfigInput['sources'];
const catalog = (path: string): ConfigInput['sources'] =>
  ({
    catalog: { path, mode: 'full', entities: { items: { columns: { item_id: 'sku', title: 'name' } } } },
  }) as ConfigInput['sources'];

const lines = (date: string, count: number): string =>
  Array.from(
    { length: count },
    (_, at) =>
      `item ${at},${date} 10:${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}\n`,
  ).join('');
const day = (date: string, count: number): string => `sku,at\n${lines(date, count)}`;

const slicesOf = (night: Night, dataset: string): string[] =>
  (night.datasets[dataset] ?? []).map(({ slice }) => slice);
const rowsOf = (night: Night, dataset = 'unified.events'): number =>
  night.snapshot.datasets[dataset]?.rows ?? 0;
const codesOf = (night: Night): string[] =>
  night.problems.map(({ severity, code, slice }) => `${severity} ${code} ${slice}`);

describe('F21 a delivery of another size', () => {
  it('F21 that is empty is told, and takes nothing away that was known', async () => {
    await nights.file('views/2026-10-01.csv', day('2026-10-01', 20));
    await nights.run(views(), '2026-10-01');
    await nights.file('views/2026-10-02.csv', 'sku,at\n');
    const second = await nights.run(views(), '2026-10-02');
    expect(codesOf(second)).toEqual(['warn STK-COLLECT-EMPTY 2026-10-02']);
    expect(rowsOf(second)).toBe(20);
    await nights.file('views/2026-10-01.csv', '');
    const third = await nights.run(views(), '2026-10-02');
    expect(codesOf(third)).toContain('error STK-CONTRACT-DRIFT 2026-10-01');
    const told = third.problems.find(({ code }) => code === 'STK-CONTRACT-DRIFT')?.message;
    expect(told).toContain('has no rows any more, unlike 2026-10-01: emptied: 20 rows → 0 rows');
    expect(told).toContain('Ask the owner for a whole delivery');
    expect(rowsOf(third)).toBe(20);
    const again = await nights.run(views(), '2026-10-02');
    expect([again.outcome, rowsOf(again)]).toEqual(['unchanged', 20]);
  });

  it.each(['catalog/{date}.csv', 'catalog/all.csv'])(
    'F21 that is the empty list of a full source at %s keeps the records',
    async (path) => {
      const fill = (date: string): string => path.replace('{date}', date);
      await nights.file(fill('2026-10-01'), 'sku,name\n1,ant\n2,bee\n');
      const first = await nights.run(catalog(path), '2026-10-01');
      expect(rowsOf(first, 'clean.catalog.items')).toBe(2);
      await nights.file(fill('2026-10-02'), 'sku,name\n');
      const second = await nights.run(catalog(path), '2026-10-02');
      expect(second.problems.map(({ code }) => code)).toContain('STK-CONTRACT-DRIFT');
      expect(slicesOf(second, 'clean.catalog.items')).toEqual(slicesOf(first, 'clean.catalog.items'));
      expect(rowsOf(second, 'clean.catalog.items')).toBe(2);
    },
  );

  it('F21 that is gone altogether keeps what was published', async () => {
    await nights.file('views/2026-10-01.csv', day('2026-10-01', 20));
    const first = await nights.run(views(), '2026-10-01');
    await nights.gone('views/2026-10-01.csv');
    const second = await nights.run(views(), '2026-10-02');
    expect(second.plans[0]).toMatchObject({
      slices: [],
      missing: expect.stringContaining('views/{date}.csv'),
    });
    expect(second.snapshot.datasets['unified.events']).toEqual(first.snapshot.datasets['unified.events']);
  });

  it.each([
    ['ten times the rows', 200],
    ['a tenth of the rows', 2],
  ])('F21 with %s is stopped before it is published, where the contract says so', async (_, count) => {
    const strict = views({ contract: { drift: { resized: 'stop' } } });
    for (const date of ['2026-10-01', '2026-10-02', '2026-10-03']) {
      await nights.file(`views/${date}.csv`, day(date, 20));
    }
    await nights.run(strict, '2026-10-03');
    await nights.file('views/2026-10-04.csv', day('2026-10-04', count));
    const night = await nights.run(strict, '2026-10-04');
    expect(codesOf(night)).toEqual(['error STK-CONTRACT-DRIFT 2026-10-04']);
    expect(night.problems[0]?.message).toContain(
      `has another number of rows than 2026-10-03: resized: about 20 rows → ${count} rows`,
    );
    expect(rowsOf(night)).toBe(60);
    const entry = night.ledger.find(({ stage, slice }) => stage === 'normalize' && slice === '2026-10-04');
    expect(entry).toMatchObject({ rowsIn: count, rowsOut: 0, rejected: count });
    expect(rowsOf(await nights.run(views(), '2026-10-04'))).toBe(60 + count);
  });

  it('F21 that is yesterday’s under a new date is no new data', async () => {
    await nights.file('views/2026-10-01.csv', day('2026-10-01', 20));
    const first = await nights.run(views(), '2026-10-01');
    await nights.file('views/2026-10-02.csv', day('2026-10-01', 20));
    const second = await nights.run(views(), '2026-10-02');
    expect(second.plans[0]?.repeats).toEqual([
      { path: 'views/2026-10-02.csv', sameAs: 'views/2026-10-01.csv' },
    ]);
    expect(second.snapshot.datasets['unified.events']).toEqual(first.snapshot.datasets['unified.events']);
  });
});

describe('F22 files that come late or again', () => {
  const two = views({ path: ['views/{date}.csv', 'shops/*/{date}.csv'] });

  it('F22 load once under two names, and twice under one name in two folders', async () => {
    await nights.file('views/2026-10-01.csv', day('2026-10-01', 20));
    await nights.file('shops/a/2026-10-01.csv', day('2026-10-01', 20));
    await nights.file('shops/b/2026-10-01.csv', `sku,at\nother,2026-10-01 23:00:00\n`);
    const night = await nights.run(two, '2026-10-01');
    expect(night.plans[0]?.repeats).toEqual([
      { path: 'views/2026-10-01.csv', sameAs: 'shops/a/2026-10-01.csv' },
    ]);
    expect(night.plans[0]?.slices[0]?.files.map(({ path }) => path)).toEqual([
      'shops/a/2026-10-01.csv',
      'shops/b/2026-10-01.csv',
    ]);
    expect(rowsOf(night)).toBe(21);
    expect(night.ledger.find(({ stage }) => stage === 'collect')).toMatchObject({ rowsIn: 21, rowsOut: 21 });
  });

  it('F22 are taken in the night they come, once, whatever the order', async () => {
    await nights.file('views/2026-10-01.csv', day('2026-10-01', 5));
    await nights.file('views/2026-10-03.csv', day('2026-10-03', 5));
    await nights.run(views(), '2026-10-03');
    await nights.file('views/2026-10-02.csv', day('2026-10-02', 7));
    const late = await nights.run(views(), '2026-10-04');
    expect([late.outcome, rowsOf(late)]).toEqual(['published', 17]);
    await nights.file('views/2026-10-04.csv', day('2026-10-02', 7));
    const again = await nights.run(views(), '2026-10-04');
    expect([again.outcome, rowsOf(again)]).toEqual(['unchanged', 17]);

    const other = await openNights();
    try {
      for (const [date, count] of [
        ['2026-10-01', 5],
        ['2026-10-02', 7],
        ['2026-10-03', 5],
      ] as const) {
        await other.file(`views/${date}.csv`, day(date, count));
      }
      const atOnce = await other.run(views(), '2026-10-04');
      expect(atOnce.snapshot.datasets['unified.events']).toEqual(late.snapshot.datasets['unified.events']);
    } finally {
      await other.remove();
    }
  });

  it('F22 that replace what was delivered count instead of it', async () => {
    await nights.file('views/2026-10-01.csv', day('2026-10-01', 5));
    await nights.run(views(), '2026-10-01');
    await nights.file('views/2026-10-01.csv', day('2026-10-01', 6));
    const night = await nights.run(views(), '2026-10-01');
    expect([night.outcome, rowsOf(night)]).toEqual(['published', 6]);
  });
});
