import { describe, expect, it } from 'vitest';
import type { Facts } from './facts.ts';
import { problemsOf } from './problems.ts';

function facts(change: Partial<Facts>): Facts {
  return { columns: [], counts: {}, eventDates: {}, maxTime: {}, rejections: [], warnings: [], ...change };
}

describe('problems', () => {
  it('are one per slice and reason, with where and how many', () => {
    const rejections = [
      { entity: 'events', column: 'time', reason: 'STK-NORMALIZE-TYPE', rows: 2 },
      { entity: 'items', column: 'price', reason: 'STK-NORMALIZE-TYPE', rows: 3 },
    ];
    expect(problemsOf('orders', [{ slice: 'a', facts: facts({ rejections }) }])).toEqual([
      {
        severity: 'error',
        source: 'orders',
        slice: 'a',
        code: 'STK-NORMALIZE-TYPE',
        message: '5 rows rejected: events.time 2, items.price 3',
        rows: 5,
      },
    ]);
  });

  it('of more than 20 slices with one reason are told once', () => {
    const one = facts({
      rejections: [{ entity: 'events', column: 'time', reason: 'STK-NORMALIZE-TYPE', rows: 2 }],
    });
    const slices = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        slice: `s${String(index).padStart(3, '0')}`,
        facts: one,
      }));
    expect(problemsOf('orders', slices(20))).toHaveLength(20);
    expect(problemsOf('orders', slices(21))).toEqual([
      {
        severity: 'error',
        source: 'orders',
        slice: '21 slices',
        code: 'STK-NORMALIZE-TYPE',
        message: '42 rows in 21 slices, s000 to s020; first: 2 rows rejected: events.time 2',
        rows: 42,
      },
    ]);
  });

  it('keep an error and a warning of the same code apart', () => {
    const both = facts({
      rejections: [{ entity: 'items', column: 'price', reason: 'STK-CONTRACT-RANGE', rows: 1 }],
      warnings: [{ entity: 'items', check: 'range', column: 'price', code: 'STK-CONTRACT-RANGE', rows: 4 }],
    });
    expect(
      problemsOf('orders', [{ slice: 'a', facts: both }]).map(({ severity, rows }) => [severity, rows]),
    ).toEqual([
      ['error', 1],
      ['warn', 4],
    ]);
  });
});
