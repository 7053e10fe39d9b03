import { describe, expect, it } from 'vitest';
import { scoreCleaning } from './cell-scores.ts';
import { detectErrors } from './detect-errors.ts';
import { caught, type Dirt, dirtyOrders, lines, tableOf, times } from './table-fixture.ts';

const kinds: readonly Dirt[] = [
  'typo',
  'swap',
  'missing',
  'unit',
  'missing-spelling',
  'date',
  'scale',
  'letter-in-number',
  'shift',
];

describe('detectErrors', () => {
  it.each(kinds)('finds most planted cells of the kind %s and accuses hardly a right one', (kind) => {
    const table = dirtyOrders(500, 0.04, [kind]);
    const findings = detectErrors(table.dirty);
    const [found, right] = caught(table, kind, findings);
    expect(table.planted.get(kind)?.length).toBeGreaterThan(5);
    expect(found).toBeGreaterThanOrEqual(0.9);
    expect(right).toBeGreaterThanOrEqual(kind === 'letter-in-number' ? 0 : 0.85);
    expect(scoreCleaning(table.dirty, table.clean, findings).detection.precision).toBeGreaterThanOrEqual(
      0.95,
    );
  });

  it('flags a number with a letter in it, and does not guess the digit', () => {
    const table = dirtyOrders(500, 0.02, ['letter-in-number']);
    for (const { reason, repair } of detectErrors(table.dirty)) {
      expect(reason).toBe('pattern');
      expect(repair).toBeUndefined();
    }
  });

  it.each([1, 2, 3])('finds and repairs all kinds together (seed %i)', (seed) => {
    const { dirty, clean } = dirtyOrders(600, 0.05, kinds, seed);
    const { detection, repair } = scoreCleaning(dirty, clean, detectErrors(dirty));
    expect(detection.f1).toBeGreaterThanOrEqual(0.97);
    expect(repair.f1).toBeGreaterThanOrEqual(0.9);
  });

  it('keeps apart what is wrong where a third of the cells are', () => {
    const { dirty, clean } = dirtyOrders(600, 0.5, ['swap', 'missing']);
    const { detection } = scoreCleaning(dirty, clean, detectErrors(dirty));
    expect(detection.precision).toBeGreaterThanOrEqual(0.95);
    expect(detection.recall).toBeGreaterThanOrEqual(0.8);
  });

  it('says nothing of a clean table', () => {
    expect(lines(detectErrors(dirtyOrders(600, 0, kinds).clean))).toEqual([]);
  });

  it('says the same again', () => {
    const { dirty } = dirtyOrders(400, 0.05, kinds);
    expect(detectErrors(dirty)).toEqual(detectErrors(dirty));
  });

  it.each([
    ['no column', {}],
    ['no row', { a: [], b: [] }],
    ['one row', { a: ['x'], b: [''] }],
    ['one value', { a: times(60, 'x'), b: times(60, '') }],
    ['keys only', { a: Array.from({ length: 80 }, (_, row) => `k${row}`) }],
  ])('has nothing to say of a table of %s', (_, columns) => {
    expect(detectErrors(tableOf(columns))).toEqual([]);
  });
});
