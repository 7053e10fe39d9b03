import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefix, jaroWinkler, longestCommonRun } from './string-likeness.ts';

describe('jaroWinkler', () => {
  it.each([
    ['martha', 'marhta', 0.9611],
    ['dixon', 'dicksonx', 0.8133],
    ['dwayne', 'duane', 0.84],
    ['abc', 'xyz', 0],
    ['', 'a', 0],
  ])('of %s and %s is %f (Winkler’s own examples)', (a, b, expected) => {
    expect(jaroWinkler(a, b)).toBeCloseTo(expected, 4);
  });

  it('is the same both ways, in 0 to 1, and 1 of a text and itself', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 80 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const value = jaroWinkler(a, b);
        expect(value).toBeCloseTo(jaroWinkler(b, a), 12);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(jaroWinkler(a, a)).toBe(1);
      }),
    );
  });
});

it('counts the signs two texts begin with', () => {
  expect(commonPrefix('kdl46z4100b', 'kdl46z4100')).toBe(10);
  expect(commonPrefix('a', 'b')).toBe(0);
});

it('finds the longest run of signs in both, as a plain search does', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      let longest = 0;
      for (let from = 0; from < a.length; from++) {
        for (let to = from + 1; to <= a.length; to++)
          if (b.includes(a.slice(from, to))) longest = Math.max(longest, to - from);
      }
      expect(longestCommonRun(a, b)).toBe(longest);
    }),
  );
});
