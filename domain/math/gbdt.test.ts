import { describe, expect, it } from 'vitest';
import { gbdtFromTensors, trainGbdt } from './gbdt.ts';
import { binRows } from './gbdt-bins.ts';
import { openStream } from './random.ts';
import { encodeSafetensors, readSafetensors } from './safetensors.ts';
import type { DenseMatrix } from './sparse.ts';

const settings = { trees: 40, leaves: 4, learningRate: 0.2 };

/** Two columns of random places on a board, a third of noise; yes where the fields differ in colour. */
function board(rows: number, seed: number): { features: DenseMatrix; targets: Uint8Array } {
  const random = openStream(seed, 'board');
  const values = Float32Array.from({ length: rows * 3 }, () => random.float());
  const targets = Uint8Array.from({ length: rows }, (_, row) =>
    (values[row * 3] as number) > 0.5 !== (values[row * 3 + 1] as number) > 0.5 ? 1 : 0,
  );
  return { features: { rows, width: 3, values }, targets };
}

function accuracy(scores: Float64Array, targets: Uint8Array): number {
  return scores.filter((score, row) => score > 0 === (targets[row] === 1)).length / targets.length;
}

describe('trainGbdt', () => {
  it('learns a checkerboard, which no line can cut, and finds it on other rows', () => {
    const { features, targets } = board(600, 1);
    const other = board(300, 2);
    const gbdt = trainGbdt(features, targets, settings, 1);
    expect(accuracy(gbdt.predict(other.features), other.targets)).toBeGreaterThan(0.93);
  });

  it('finds nothing where the targets are shuffled', () => {
    const { features, targets } = board(600, 1);
    const random = openStream(3, 'shuffle');
    const shuffled = targets.map(() => (random.chance(0.5) ? 1 : 0));
    const other = board(1000, 2);
    const found = trainGbdt(features, shuffled, settings, 1).predict(other.features);
    expect(accuracy(found, other.targets)).toBeGreaterThan(0.4);
    expect(accuracy(found, other.targets)).toBeLessThan(0.6);
  });

  it('keeps the base rate where no column says anything', () => {
    const features = { rows: 8, width: 1, values: new Float32Array(8) };
    const gbdt = trainGbdt(features, Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0), settings, 1);
    for (const score of gbdt.predict(features)) expect(1 / (1 + Math.exp(-score))).toBeCloseTo(0.25, 1);
  });

  it('learns from what is missing', () => {
    const values = Float32Array.from({ length: 200 }, (_, row) => (row % 2 === 0 ? Number.NaN : row / 200));
    const targets = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 1 : 0));
    const gbdt = trainGbdt({ rows: 200, width: 1, values }, targets, settings, 1);
    const [missing, known] = gbdt.predict({ rows: 2, width: 1, values: Float32Array.of(Number.NaN, 99) });
    expect(missing).toBeGreaterThan(2);
    expect(known).toBeLessThan(-2);
  });

  it('gives the same trees for the same seed, others for another one where it samples', () => {
    const { features, targets } = board(300, 1);
    const sampled = { ...settings, rowShare: 0.7, columnShare: 0.7 };
    const score = (seed: number) => trainGbdt(features, targets, sampled, seed).predict(features);
    expect(score(1)).toEqual(score(1));
    expect(score(1)).not.toEqual(score(2));
  });

  it('scores alike after it was written and read back', () => {
    const { features, targets } = board(300, 1);
    const gbdt = trainGbdt(features, targets, settings, 1);
    const file = readSafetensors(encodeSafetensors(gbdt.toTensors()), 'trees');
    const tensors = Object.fromEntries(file.names.map((name) => [name, file.tensor(name)]));
    expect(gbdtFromTensors(tensors).predict(features)).toEqual(gbdt.predict(features));
  });

  it('refuses features of another width, and trees that walk in circles', () => {
    const { features, targets } = board(100, 1);
    const gbdt = trainGbdt(features, targets, settings, 1);
    expect(() => gbdt.predict({ rows: 1, width: 2, values: new Float32Array(2) })).toThrow(
      expect.objectContaining({ code: 'STK-MODEL-GBDT-WIDTH' }),
    );
    const tensors = gbdt.toTensors();
    const nodes = { shape: [1, 3], data: Float32Array.of(0, 0, 0.5) };
    for (const bad of [{ ...tensors, nodes }, { roots: nodes }]) {
      expect(() => gbdtFromTensors(bad)).toThrow(expect.objectContaining({ code: 'STK-MODEL-GBDT' }));
    }
  });
});

describe('binRows', () => {
  it('puts equal values in one bin, others in order, missing ones behind all', () => {
    const values = Float32Array.of(3, 1, Number.NaN, 1, 2);
    const { bins, cuts } = binRows({ rows: 5, width: 1, values });
    expect([...bins]).toEqual([2, 0, 3, 0, 1]);
    expect([...(cuts[0] ?? [])]).toEqual([1.5, 2.5, Number.POSITIVE_INFINITY]);
  });

  it('cuts many values into 63 bins of about one size', () => {
    const values = Float32Array.from({ length: 6300 }, (_, row) => row);
    const { bins } = binRows({ rows: 6300, width: 1, values });
    const counts = new Int32Array(64);
    for (const bin of bins) counts[bin] = (counts[bin] ?? 0) + 1;
    expect(counts.slice(0, 63).every((count) => count > 90 && count < 110)).toBe(true);
    expect(counts[63]).toBe(0);
  });
});
