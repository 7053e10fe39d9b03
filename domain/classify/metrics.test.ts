import { describe, expect, it } from 'vitest';
import { calibrationError, classFigures, topClasses } from './metrics.ts';

describe('classFigures', () => {
  it('counts as by hand', () => {
    const probabilities = Float32Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0);
    const { accuracy, macroF1, labels } = classFigures(probabilities, Int32Array.of(0, 1, 1, 1), [
      'a',
      'b',
      'c',
    ]);
    expect(accuracy).toBe(0.75);
    expect(labels).toEqual([
      { label: 'a', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
      { label: 'b', precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
    ]);
    expect(macroF1).toBeCloseTo((2 / 3 + 0.8) / 2, 12);
  });

  it('counts a class the model does not know as wrong', () => {
    expect(classFigures(Float32Array.of(0.6, 0.4), Int32Array.of(-1), ['a', 'b']).accuracy).toBe(0);
  });

  it('gives zeros for no rows', () => {
    expect(classFigures(new Float32Array(0), new Int32Array(0), ['a', 'b'])).toEqual({
      accuracy: 0,
      macroF1: 0,
      ece: 0,
      labels: [],
    });
  });
});

describe('calibrationError', () => {
  it('is the distance between confidence and hit rate, bin by bin', () => {
    const error = calibrationError(Float32Array.of(0.75, 0.75, 0.25, 0.25), Uint8Array.of(1, 1, 0, 1));
    expect(error).toBeCloseTo((0.25 * 2 + 0.25 * 2) / 4, 6);
  });
});

describe('topClasses', () => {
  it('takes the first of equals', () => {
    expect([...topClasses(Float32Array.of(0.5, 0.5), 2).best]).toEqual([0]);
  });
});
