import { expect, it } from 'vitest';
import { bootstrapMean, bootstrapMeans, pairedDifference } from './bootstrap.ts';
import { openStream } from './random.ts';

it('has no width where all values are equal', () => {
  expect(bootstrapMean(new Float64Array(5).fill(0.25), { seed: 1 })).toEqual({
    mean: 0.25,
    low: 0.25,
    high: 0.25,
  });
});

it('is all zero of nobody', () => {
  expect(bootstrapMean(new Float64Array(0), { seed: 1 })).toEqual({ mean: 0, low: 0, high: 0 });
});

it('is as wide as the normal approximation of a share: 0.3 of 2,000', () => {
  const values = new Float64Array(2000).fill(1, 0, 600);
  const { mean, low, high } = bootstrapMean(values, { seed: 3 });
  const error = Math.sqrt((0.3 * 0.7) / 2000);
  expect(mean).toBeCloseTo(0.3, 12);
  expect((high - low) / (2 * 1.96 * error)).toBeGreaterThan(0.9);
  expect((high - low) / (2 * 1.96 * error)).toBeLessThan(1.1);
});

it('gives the same interval for the same seed and another for another', () => {
  const values = Float64Array.from({ length: 50 }, (_, at) => Math.sqrt(at));
  expect(bootstrapMean(values, { seed: 7 })).toEqual(bootstrapMean(values, { seed: 7 }));
  expect(bootstrapMean(values, { seed: 7 })).not.toEqual(bootstrapMean(values, { seed: 8 }));
});

it('sees a small difference of the same users that two separate intervals would not', () => {
  const random = openStream(5, 'users');
  const b = Float64Array.from({ length: 500 }, () => random.float());
  const a = b.map((value) => value + 0.01 + (random.float() - 0.5) * 0.01);
  expect(pairedDifference(a, b, { seed: 2 }).low).toBeGreaterThan(0.009);
  expect(bootstrapMean(a, { seed: 2 }).low).toBeLessThan(bootstrapMean(b, { seed: 2 }).high);
});

it('gives several values of the same users the intervals each would have alone', () => {
  const a = Float64Array.from({ length: 30 }, (_, at) => at % 7);
  const b = Float64Array.from({ length: 30 }, (_, at) => Math.sqrt(at));
  expect(bootstrapMeans([a, b], { seed: 4 })).toEqual([
    bootstrapMean(a, { seed: 4 }),
    bootstrapMean(b, { seed: 4 }),
  ]);
  expect(bootstrapMeans([], { seed: 4 })).toEqual([]);
});
