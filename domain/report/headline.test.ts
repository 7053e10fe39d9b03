import { describe, expect, it } from 'vitest';
import { headlineOf, sortProblems, sumLedger } from './headline.ts';
import { ledgerLine, problem, workOf } from './report-fixture.ts';

const noFacts = { checks: [], changes: [], quarantine: [], problems: [] };
const [old, now] = ['2026-10-01', '2026-10-02'];

describe('the headline', () => {
  it('says that nothing arrived, however much lies there from before', () => {
    const ledger = [ledgerLine({ stage: 'collect', source: 'orders', slice: old, rowsIn: 9, rejected: 9 })];
    expect(headlineOf(workOf({ arrived: { orders: [], products: [] }, ledger }), noFacts)).toMatchObject({
      status: 'nothing',
      sourcesArrived: 0,
      slicesArrived: 0,
      rowsIn: 0,
      rejected: 0,
    });
  });

  it('takes slices of equal name for arrived only in the source they arrived in', () => {
    const ledger = ['orders', 'products'].map((source) =>
      ledgerLine({ stage: 'collect', source, slice: now, rowsIn: 5, rejected: 2 }),
    );
    expect(headlineOf(workOf({ ledger }), noFacts)).toMatchObject({ rowsIn: 5, rejected: 2 });
  });

  it('leaves out what dedup drops: its slices are event dates, not files', () => {
    const ledger = [ledgerLine({ stage: 'dedup', source: 'orders', slice: now, rowsIn: 5, duplicates: 4 })];
    expect(headlineOf(workOf({ ledger }), noFacts).duplicates).toBe(0);
  });

  it('is good while only earlier slices have problems, and asks for attention when this run has one', () => {
    const status = (isNew: boolean) =>
      headlineOf(workOf(), {
        ...noFacts,
        problems: [{ ...problem({ source: 'orders', slice: old, code: 'STK-COLLECT-QUOTE' }), isNew }],
      }).status;
    expect(status(false)).toBe('good');
    expect(status(true)).toBe('attention');
  });
});

describe('a problem', () => {
  const isNew = (
    given: Parameters<typeof problem>[0],
    quarantine: Parameters<typeof sortProblems>[1] = [],
    work = {},
  ) => sortProblems(workOf({ ...work, problems: [problem(given)] }), quarantine)[0]?.isNew;

  it('is of this run when its slice arrived in it', () => {
    expect(isNew({ source: 'orders', slice: now, code: 'STK-COLLECT-QUOTE' })).toBe(true);
    expect(isNew({ source: 'orders', slice: old, code: 'STK-COLLECT-QUOTE' })).toBe(false);
  });

  it('is of this run when a source is missing or a step failed', () => {
    expect(isNew({ source: 'products', slice: now, code: 'STK-SOURCE-MISSING' })).toBe(true);
    expect(isNew({ source: 'products', slice: 'batch 1', code: 'STK-SYSTEM' })).toBe(true);
  });

  it('is of before when the slice of tonight’s date is there and did not arrive in this run', () => {
    const slice = { slice: now, manifest: { stage: '', key: '', sha256: '' }, files: [], rows: 0, bytes: 0 };
    const datasets = { 'raw.products': [slice] };
    expect(isNew({ source: 'products', slice: now, code: 'STK-INVENTORY-VOLUME' }, [], { datasets })).toBe(
      false,
    );
  });

  it('told for many slices together is of this run when quarantine has new rows of it', () => {
    const together = { source: 'orders', slice: '21 slices', code: 'STK-CONTRACT-RANGE' };
    const found = (rowsNew: number) => [{ source: 'orders', reason: 'STK-CONTRACT-RANGE', rowsNew }];
    expect(isNew(together, found(1))).toBe(true);
    expect(isNew(together, found(0))).toBe(false);
    expect(isNew(together)).toBe(false);
  });

  it('told for many slices together is of this run when as many arrived', () => {
    const arrived = { orders: Array.from({ length: 21 }, (_, day) => `slice-${day}`) };
    const together = { source: 'orders', slice: '21 slices', code: 'STK-CONTRACT-RANGE' };
    expect(isNew(together, [], { arrived })).toBe(true);
  });
});

describe('the ledger of a report', () => {
  it('adds the slices of a stage, source and entity up and keeps the order they came in', () => {
    const line = { stage: 'normalize', source: 'orders', entity: 'events', rowsIn: 10 };
    const sums = sumLedger([
      ledgerLine({ ...line, slice: old, rejected: 1, merged: 2 }),
      ledgerLine({ ...line, slice: old, entity: 'reviews', skipped: 10 }),
      ledgerLine({ ...line, slice: now, duplicates: 3 }),
    ]);
    expect(sums).toEqual([
      { ...line, slices: 2, rowsIn: 20, rowsOut: 14, duplicates: 3, merged: 2, rejected: 1, skipped: 0 },
      {
        ...line,
        slices: 1,
        entity: 'reviews',
        rowsOut: 0,
        duplicates: 0,
        merged: 0,
        rejected: 0,
        skipped: 10,
      },
    ]);
  });
});
