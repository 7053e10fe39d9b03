import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterMetrics, pairsTogether } from './cluster-metrics.ts';

describe('metrics of clusters', () => {
  it('agrees with a case worked out by hand', () => {
    // found {0,1,2} {3,4}; truth {0,1} {2,3,4}: 4 pairs found, 4 true, right are 0-1 and 3-4.
    const metrics = clusterMetrics(Int32Array.of(0, 0, 0, 3, 3), Int32Array.of(0, 0, 1, 1, 1));
    expect(metrics.pairPrecision).toBe(2 / 4);
    expect(metrics.pairRecall).toBe(2 / 4);
    expect(metrics.pairF1).toBe(0.5);
    // B³ precision: (2/3 + 2/3 + 1/3 + 1 + 1) / 5; recall: (1 + 1 + 1/3 + 2/3 + 2/3) / 5.
    expect(metrics.b3Precision).toBeCloseTo(11 / 15, 12);
    expect(metrics.b3Recall).toBeCloseTo(11 / 15, 12);
    expect(metrics.b3F1).toBeCloseTo(11 / 15, 12);
  });

  it('sees the two ways to be wrong apart', () => {
    const truth = Int32Array.of(0, 0, 1, 1);
    const one = clusterMetrics(Int32Array.of(0, 0, 0, 0), truth);
    expect([one.pairPrecision, one.pairRecall, one.b3Precision, one.b3Recall]).toEqual([2 / 6, 1, 0.5, 1]);
    const none = clusterMetrics(Int32Array.of(0, 1, 2, 3), truth);
    expect([none.pairPrecision, none.pairRecall, none.pairF1]).toEqual([0, 0, 0]);
    expect([none.b3Precision, none.b3Recall]).toEqual([1, 0.5]);
  });

  it('finds nothing wrong where nothing belongs together and nothing was put together', () => {
    const metrics = clusterMetrics(Int32Array.of(0, 1), Int32Array.of(5, 4));
    expect(metrics).toEqual({
      pairPrecision: 1,
      pairRecall: 1,
      pairF1: 1,
      b3Precision: 1,
      b3Recall: 1,
      b3F1: 1,
    });
  });

  it('counts pairs as a comparison of all pairs does', () => {
    const clusterings = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(clusterings, (records) => {
        const [found, truth] = [records.map(([a]) => a), records.map(([, b]) => b)];
        let [together, right] = [0, 0];
        for (let i = 0; i < records.length; i++) {
          for (let j = i + 1; j < records.length; j++) {
            if (found[i] !== found[j]) continue;
            together++;
            if (truth[i] === truth[j]) right++;
          }
        }
        const metrics = clusterMetrics(Int32Array.from(found), Int32Array.from(truth));
        expect(pairsTogether(Int32Array.from(found))).toBe(together);
        if (together > 0) expect(metrics.pairPrecision).toBeCloseTo(right / together, 12);
      }),
    );
  });
});
