import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawIndex, openStream, runningSums } from './random.ts';

const draws = (random: { float(): number }, count: number): number[] =>
  Array.from({ length: count }, () => random.float());

describe('openStream', () => {
  it('gives the same numbers for the same labels', () => {
    expect(draws(openStream(7, 'day', 3, 'clicks'), 5)).toEqual(draws(openStream(7, 'day', 3, 'clicks'), 5));
  });

  it('keeps its numbers over releases, because every byte of a shop hangs on them', () => {
    const random = openStream(7, 'known');
    expect([random.between(0, 999), random.between(0, 999), random.between(0, 999)]).toEqual([984, 534, 880]);
  });

  it('gives unrelated numbers for labels that differ in one letter', () => {
    const firsts = Array.from({ length: 2000 }, (_, day) => openStream(7, 'day', day).float());
    const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
    const lagged = firsts
      .slice(1)
      .reduce((sum, value, index) => sum + (value - 0.5) * ((firsts[index] ?? 0) - 0.5), 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
    expect(Math.abs((lagged / firsts.length) * 12)).toBeLessThan(0.07);
  });

  it('draws whole numbers within both bounds', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(), (low, width, label) => {
        const value = openStream(1, label).between(low, low + width);
        return Number.isInteger(value) && value >= low && value <= low + width;
      }),
    );
  });

  it('draws bell-shaped numbers with mean 0 and standard deviation 1', () => {
    const random = openStream(3, 'bell');
    const values = Array.from({ length: 20_000 }, () => random.bell());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });
});

describe('drawIndex', () => {
  it('never draws what has no weight', () => {
    const random = openStream(1, 'weights');
    const sums = runningSums([0, 2, 0, 1, 0]);
    const drawn = new Set(Array.from({ length: 500 }, () => drawIndex(random, sums)));
    expect([...drawn].sort()).toEqual([1, 3]);
  });

  it('draws by weight', () => {
    const random = openStream(2, 'weights');
    const sums = runningSums([1, 3]);
    const second = Array.from({ length: 8000 }, () => drawIndex(random, sums)).filter((index) => index === 1);
    expect(second.length / 8000).toBeCloseTo(0.75, 1);
  });
});
