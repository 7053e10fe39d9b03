import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stratifiedSplit } from './split.ts';

describe('stratifiedSplit', () => {
  it('takes the share of every label and keeps one of each to train on', () => {
    const labels = [...Array<string>(20).fill('a'), ...Array<string>(10).fill('b'), 'c'];
    const { train, held } = stratifiedSplit(labels, 0.2, 1);
    const count = (rows: Int32Array, label: string): number =>
      rows.filter((row) => labels[row] === label).length;
    expect([count(held, 'a'), count(held, 'b'), count(held, 'c')]).toEqual([4, 2, 0]);
    expect(count(train, 'c')).toBe(1);
  });

  it('puts every row into one part, and the same one again for the same seed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), fc.nat(), (labels, seed) => {
        const { train, held } = stratifiedSplit(labels, 0.3, seed);
        expect([...train, ...held].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        expect(stratifiedSplit(labels, 0.3, seed)).toEqual({ train, held });
      }),
    );
  });
});
