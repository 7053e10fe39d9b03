import { describe, expect, it } from 'vitest';
import { bestThreshold, matchMetrics, meanMetrics, pairInterval, seedInterval } from './matcher-metrics.ts';

const labels = Uint8Array.of(1, 1, 0, 1, 0);
const scores = Float64Array.of(0.9, 0.8, 0.7, 0.4, 0.1);

it('counts precision, recall and F1 of a threshold', () => {
  const { f1, precision, recall } = matchMetrics(scores, labels, 0.75);
  expect([precision, recall]).toEqual([1, 2 / 3]);
  expect(f1).toBeCloseTo(0.8, 12);
  expect(matchMetrics(scores, labels, 2)).toEqual({ f1: 0, precision: 0, recall: 0 });
});

describe('bestThreshold', () => {
  it('lies halfway between two scores, where F1 is highest', () => {
    const { threshold, f1 } = bestThreshold(scores, labels);
    expect(threshold).toBeCloseTo(0.25, 12);
    expect(f1).toBeCloseTo(6 / 7, 12);
    expect(matchMetrics(scores, labels, threshold).f1).toBeCloseTo(f1, 12);
  });

  it('never parts equal scores', () => {
    const { threshold, f1 } = bestThreshold([0.5, 0.5, 0.5, 0.1], Uint8Array.of(1, 0, 1, 0));
    expect(threshold).toBeCloseTo(0.3, 12);
    expect(f1).toBeCloseTo(0.8, 12);
  });
});

describe('intervals', () => {
  const run = (f1: number) => ({ f1, precision: f1, recall: f1 });

  it('over seeds follow Student’s t', () => {
    const runs = [run(0.8), run(0.9)];
    expect(meanMetrics(runs).f1).toBeCloseTo(0.85, 12);
    const [low, high] = seedInterval(runs) ?? [0, 0];
    expect([low, high].map((end) => Number(end.toFixed(4)))).toEqual([0.2147, 1.4853]);
    expect(seedInterval([run(0.8)])).toBeUndefined();
  });

  it('over pairs hold the F1 and shrink with more pairs', () => {
    const repeat = (times: number) => ({
      found: [Uint8Array.from({ length: 5 * times }, (_, at) => (at % 5 < 3 ? 1 : 0))],
      labels: Uint8Array.from({ length: 5 * times }, (_, at) => labels[at % 5] as number),
    });
    const small = repeat(20);
    const large = repeat(500);
    const [low, high] = pairInterval(small.found, small.labels, 1);
    const [from, to] = pairInterval(large.found, large.labels, 1);
    expect(low).toBeLessThan(2 / 3);
    expect(high).toBeGreaterThan(2 / 3);
    expect(to - from).toBeLessThan((high - low) / 3);
    expect(pairInterval(small.found, small.labels, 1)).toEqual([low, high]);
  });
});
