import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreshold, cooled, fitTemperature, logLoss } from './calibration.ts';

describe('fitTemperature', () => {
  it('cools nothing that is calibrated and warms what is too sure', () => {
    const right = Int32Array.of(0, 0, 0, 1);
    const honest = Float32Array.of(0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25);
    expect(fitTemperature(honest, right, 2)).toBeCloseTo(1, 2);
    const boastful = cooled(honest, 2, 0.5);
    expect(fitTemperature(boastful, right, 2)).toBeCloseTo(2, 2);
  });

  it('is 1 where no row has a known class', () => {
    expect(fitTemperature(Float32Array.of(0.5, 0.5), Int32Array.of(-1), 2)).toBe(1);
  });

  it('never raises the log loss by more than its grain', () => {
    const row = fc.tuple(fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const probabilities = Float32Array.from(rows.flatMap(([p]) => [p, 1 - p]));
        const targets = Int32Array.from(rows, ([, target]) => target);
        const chosen = cooled(probabilities, 2, fitTemperature(probabilities, targets, 2));
        expect(logLoss(chosen, targets, 2)).toBeLessThanOrEqual(logLoss(probabilities, targets, 2) + 1e-4);
      }),
    );
  });
});

describe('cooled', () => {
  it('keeps rows summing to one, also with a zero', () => {
    expect([...cooled(Float32Array.of(1, 0, 0.5, 0.5), 2, 3)]).toEqual([1, 0, 0.5, 0.5]);
  });
});

describe('chooseThreshold', () => {
  const probabilities = Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4);

  it('answers as often as the precision allows', () => {
    const { confidence, coverage, precision } = chooseThreshold(probabilities, Int32Array.of(0, 0, 0, 1), 2);
    expect(confidence).toBeCloseTo(0.7, 6);
    expect({ coverage, precision }).toEqual({ coverage: 0.75, precision: 1 });
  });

  it('answers never where no threshold is good enough', () => {
    const { confidence, coverage } = chooseThreshold(probabilities, Int32Array.of(1, 1, 1, 1), 2);
    expect({ confidence, coverage }).toEqual({ confidence: 1.01, coverage: 0 });
  });

  it('never cuts between equal confidences', () => {
    const tied = Float32Array.of(0.8, 0.2, 0.8, 0.2);
    expect(chooseThreshold(tied, Int32Array.of(0, 1), 2).coverage).toBe(0);
  });
});
