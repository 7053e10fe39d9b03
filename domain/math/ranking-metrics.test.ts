import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectedGain, expectedHit, hitRate, ndcg, recall, standingsOf } from './ranking-metrics.ts';

const nobody = (items: number): Uint8Array => new Uint8Array(items);

it('counts a clear first place in full', () => {
  expect(expectedHit({ above: 0, tied: 0 }, 1)).toBe(1);
  expect(expectedGain({ above: 0, tied: 0 }, 10)).toBe(1);
});

it('gives the third place a gain of one half and no hit at 2', () => {
  expect(expectedGain({ above: 2, tied: 0 }, 10)).toBeCloseTo(0.5, 12);
  expect(expectedHit({ above: 2, tied: 0 }, 2)).toBe(0);
  expect(expectedGain({ above: 2, tied: 0 }, 2)).toBe(0);
});

it('shares the places of a tie: one above, three others tied, two places', () => {
  // Places 2..5 are equally likely; only place 2 is within k = 2.
  expect(expectedHit({ above: 1, tied: 3 }, 2)).toBe(0.25);
  expect(expectedGain({ above: 1, tied: 3 }, 2)).toBeCloseTo(1 / Math.log2(3) / 4, 12);
});

it('never gains from ties: a model that scores all items alike gets chance level', () => {
  const standings = standingsOf(new Float64Array(1000), [17], nobody(1000));
  expect(standings).toEqual([{ above: 0, tied: 999 }]);
  expect(hitRate(standings, 10)).toBeCloseTo(0.01, 12);
});

it('draws several wanted items of one tie group without replacement', () => {
  // 4 tied, 2 of them wanted, 2 places: miss = C(2,2) / C(4,2) = 1/6.
  const standings = standingsOf(new Float64Array(4), [0, 3], nobody(4));
  expect(hitRate(standings, 2)).toBeCloseTo(5 / 6, 12);
  expect(recall(standings, 2)).toBeCloseTo(0.5, 12);
});

it('matches NDCG@3 computed by hand: wanted items at places 1 and 3 of 5', () => {
  const standings = standingsOf(Float64Array.of(5, 4, 3, 2, 1), [0, 2], nobody(5));
  expect(ndcg(standings, 3)).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3)), 12);
  expect(recall(standings, 2)).toBe(0.5);
  expect(hitRate(standings, 1)).toBe(1);
});

it('leaves excluded items out of the ranking', () => {
  expect(standingsOf(Float64Array.of(9, 8, 7, 7), [2], Uint8Array.of(1, 0, 0, 0))).toEqual([
    { above: 1, tied: 1 },
  ]);
});

it('ranks a score that is no number below all others', () => {
  expect(standingsOf(Float64Array.of(Number.NaN, 0, -5), [0], nobody(3))).toEqual([{ above: 2, tied: 0 }]);
});

it('may stop counting where nothing within the cut-off can change', () => {
  const scores = Float64Array.of(1, 5, 4, 3, 2);
  expect(standingsOf(scores, [0], nobody(5))).toEqual([{ above: 4, tied: 0 }]);
  expect(ndcg(standingsOf(scores, [0], nobody(5), 2), 2)).toBe(0);
  expect(ndcg(standingsOf(scores, [2], nobody(5), 2), 2)).toBe(ndcg(standingsOf(scores, [2], nobody(5)), 2));
});

it('gives the same figures where it may stop counting, ties at the cut-off included', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 5 }), (list, k) => {
      const of = (enough?: number) =>
        standingsOf(Float64Array.from(list), [0, 2], nobody(list.length), enough);
      expect(ndcg(of(k), k)).toBe(ndcg(of(), k));
      expect(hitRate(of(k), k)).toBe(hitRate(of(), k));
    }),
  );
});

it('is 0 where nothing is wanted', () => {
  expect([hitRate([], 5), recall([], 5), ndcg([], 5)]).toEqual([0, 0, 0]);
});

it('agrees with the mean over all orders of the ties', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 4 }), (list, k) => {
      const wanted = [0, 1];
      const standings = standingsOf(Float64Array.from(list), wanted, nobody(list.length));
      const orders = permutations(list.map((_, item) => item)).map((order) =>
        [...order].sort((a, b) => (list[b] ?? 0) - (list[a] ?? 0)),
      );
      const mean = (value: (order: number[]) => number): number =>
        orders.reduce((sum, order) => sum + value(order), 0) / orders.length;
      const hits = (order: number[]): number[] => order.slice(0, k).filter((item) => wanted.includes(item));
      expect(hitRate(standings, k)).toBeCloseTo(
        mean((order) => (hits(order).length > 0 ? 1 : 0)),
        9,
      );
      expect(recall(standings, k)).toBeCloseTo(
        mean((order) => hits(order).length / 2),
        9,
      );
    }),
    { numRuns: 60 },
  );
});

function permutations(list: readonly number[]): number[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, at) =>
    permutations([...list.slice(0, at), ...list.slice(at + 1)]).map((rest) => [first, ...rest]),
  );
}
