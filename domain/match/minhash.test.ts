import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStream } from '../math/random.ts';
import { findCandidates } from './candidates.ts';
import { createMinHasher, estimateJaccard, exactJaccard } from './minhash.ts';
import { bandKeys } from './minhash-bands.ts';

function sign(text: string, values = 128, shingle = 5): Uint32Array {
  const signature = new Uint32Array(values);
  createMinHasher({ values, shingle }).sign(text, signature, 0);
  return signature;
}

/** A text and another that keeps a part of it. */
function alikeTexts(seed: number, length: number, kept: number): [string, string] {
  const random = openStream(seed, 'minhash');
  const letters = (count: number): string =>
    Array.from({ length: count }, () => String.fromCharCode(random.between(97, 122))).join('');
  const shared = letters(Math.round(length * kept));
  const rest = length - shared.length;
  return [shared + letters(rest), shared + letters(rest)];
}

describe('MinHash', () => {
  it('gives one signature for the same shingles, in whatever order and number', () => {
    expect(sign('abcabcabc', 64, 3)).toEqual(sign('abcabc', 64, 3));
    expect(estimateJaccard(sign('abcdef'), sign('abcdef'), 128)).toBe(1);
    expect(estimateJaccard(sign('abcdef'), sign('uvwxyz'), 128)).toBe(0);
  });

  it('knows exact indexes by hand', () => {
    expect(exactJaccard('abcd', 'bcde', 2)).toBe(2 / 4);
    expect(exactJaccard('abc', 'abc')).toBe(1);
    expect(exactJaccard('ab', 'abc')).toBe(0);
    expect([exactJaccard('', ''), exactJaccard('', 'a')]).toEqual([1, 0]);
  });

  it('estimates the exact index within five standard errors, for short and long texts', () => {
    const cases = fc.record({
      seed: fc.nat(),
      length: fc.integer({ min: 6, max: 600 }),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ seed, length, kept }) => {
        const [a, b] = alikeTexts(seed, length, kept);
        const exact = exactJaccard(a, b);
        const error = Math.sqrt(Math.max(exact * (1 - exact), 0.01) / 256);
        // Few shingles fill few bins, and borrowed bins agree or not together.
        const crowding = Math.sqrt(Math.max(1, 256 / Math.max(1, length - 4)));
        expect(Math.abs(estimateJaccard(sign(a, 256), sign(b, 256), 256) - exact)).toBeLessThanOrEqual(
          5 * error * crowding,
        );
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it('is right on average: no bias at 40 shingles in 128 bins', () => {
    let [estimated, exact] = [0, 0];
    for (let seed = 0; seed < 400; seed++) {
      const [a, b] = alikeTexts(seed, 44, 0.7);
      estimated += estimateJaccard(sign(a), sign(b), 128) / 400;
      exact += exactJaccard(a, b) / 400;
    }
    expect(Math.abs(estimated - exact)).toBeLessThan(0.012);
  });

  it('refuses sizes that are none', () => {
    expect(() => createMinHasher({ values: 100 })).toThrow('power of two');
    expect(() => createMinHasher({ shingle: 0 })).toThrow('whole number');
    expect(() => bandKeys(['a'], { rowsPerBand: 5 })).toThrow('do not divide');
  });
});

describe('bands', () => {
  it('bring near-duplicates together and nothing else', () => {
    const base = 'a table lamp of oak with a linen shade and a brass switch, 40 watts';
    const texts = [
      base,
      base.replace('brass', 'steel'),
      'an espresso machine with a grinder and two boilers',
      '',
      '',
    ];
    const keys = bandKeys(texts);
    const { left, right } = findCandidates(keys, keys.keys);
    expect([[...left], [...right]]).toEqual([[0], [1]]);
  });

  it('give equal texts all keys and a lone text none', () => {
    const { offsets } = bandKeys(['red lamp', 'red lamp', 'blue oven'], { values: 64, rowsPerBand: 4 });
    expect([...offsets]).toEqual([0, 16, 32, 32]);
  });
});
