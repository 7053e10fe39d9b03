import { describe, expect, it } from 'vitest';
import { isSameQuantity, quantityOf } from './quantities.ts';

describe('quantities', () => {
  it.each([
    [
      ['24', 'cm'],
      ['240', 'mm'],
    ],
    [
      ['10000', 'mah'],
      ['10', 'ah'],
    ],
    [
      ['1,2', 'l'],
      ['1200', 'ml'],
    ],
    [
      ['1.0', 'l'],
      ['1000', 'ml'],
    ],
    [
      ['32', '"'],
      ['812.8', 'mm'],
    ],
    [
      ['15,000', 'mm'],
      ['15', 'm'],
    ],
    [
      ['42', ''],
      ['42', 'cm'],
    ],
  ])('takes %j and %j for the same', ([a = '', unitA = ''], [b = '', unitB = '']) => {
    expect(isSameQuantity(quantityOf(a, unitA), quantityOf(b, unitB))).toBe(true);
  });

  it.each([
    [
      ['24', 'cm'],
      ['24', 'mm'],
    ],
    [
      ['5', '°'],
      ['-5', 'c'],
    ],
    [
      ['10', 'w'],
      ['10', 'v'],
    ],
    [
      ['41', ''],
      ['42', ''],
    ],
    [
      ['1.2', 'l'],
      ['12', 'l'],
    ],
  ])('tells %j from %j', ([a = '', unitA = ''], [b = '', unitB = '']) => {
    expect(isSameQuantity(quantityOf(a, unitA), quantityOf(b, unitB))).toBe(false);
  });
});
