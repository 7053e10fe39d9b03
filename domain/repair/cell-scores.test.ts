import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreCleaning } from './cell-scores.ts';
import { editDistance } from './edit-distance.ts';
import type { Finding } from './finding.ts';
import { tableOf } from './table-fixture.ts';

const finding = (row: number, column: string, repair?: string): Finding => ({
  row,
  column,
  value: '',
  reason: 'typo',
  confidence: 1,
  ...(repair === undefined ? {} : { repair }),
});

describe('scoreCleaning', () => {
  const dirty = tableOf({ a: ['x', 'y', ' z'], b: ['1', '', '3'] });
  const clean = tableOf({ a: ['x', 'Y', 'z'], b: ['1', '2', '3'] });

  it('counts cells by raw strings: three wrong, two found, one repaired rightly of two', () => {
    const score = scoreCleaning(dirty, clean, [finding(1, 'a', 'Y'), finding(1, 'b', '4'), finding(0, 'a')]);
    expect(score.wrong).toBe(3);
    expect(score.detection).toEqual({ precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
    expect(score.repair).toEqual({ precision: 1 / 2, recall: 1 / 3, f1: 2 / 5 });
    expect(score.byColumn).toEqual([
      { column: 'a', wrong: 2, flagged: 2, found: 1, repaired: 1, right: 1 },
      { column: 'b', wrong: 1, flagged: 1, found: 1, repaired: 1, right: 0 },
    ]);
    expect(score.byReason).toEqual([{ reason: 'typo', flagged: 3, found: 2, repaired: 2, right: 1 }]);
  });

  it('is perfect where nothing is wrong and nothing is said', () => {
    expect(scoreCleaning(clean, clean, []).detection).toEqual({ precision: 1, recall: 1, f1: 1 });
    expect(scoreCleaning(clean, clean, [finding(0, 'a')]).detection.f1).toBe(0);
  });
});

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('of %s and %s is %i', (a, b, distance) => {
    expect(editDistance(a, b, 9)).toBe(distance);
    expect(editDistance(a, b, distance)).toBe(distance);
    expect(editDistance(a, b, distance - 1)).toBeUndefined();
  });

  it('is symmetric, and a limit never changes a distance within it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), fc.nat(12), (a, b, most) => {
        const whole = editDistance(a, b, 99) ?? Number.NaN;
        expect(editDistance(b, a, 99)).toBe(whole);
        expect(editDistance(a, b, most)).toBe(whole <= most ? whole : undefined);
      }),
    );
  });
});
