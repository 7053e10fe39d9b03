import { afterAll, describe, expect, it } from 'vitest';
import { openGemm } from '../math/gemm.ts';
import { openStream } from '../math/random.ts';
import type { ClassifierFamily, LabelledFeatures } from './classifier.ts';
import { classFigures } from './metrics.ts';
import { decodeTensors } from './tensors-fixture.ts';

/** Points around three corners, far enough apart that any classifier must tell them. */
export function threeClouds(rows: number, seed: number): LabelledFeatures {
  const random = openStream(seed, 'clouds');
  const targets = Int32Array.from({ length: rows }, (_, row) => row % 3);
  const values = new Float32Array(rows * 4);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < 4; k++) {
      values[row * 4 + k] = (k === targets[row] ? 3 : 0) + random.bell() * 0.5;
    }
  }
  return {
    features: { rows, dense: { rows, width: 4, values } },
    targets,
    classes: ['blue', 'green', 'red'],
  };
}

/** What every family of classifiers must hold to. */
export function classifierContract<Settings>(family: ClassifierFamily<Settings>, settings: Settings): void {
  describe(`${family.name} as a classifier`, async () => {
    const gemm = await openGemm();
    afterAll(() => gemm.close());
    const context = { gemm, seed: 1 };
    const train = threeClouds(120, 1);
    const test = threeClouds(60, 2);

    it('tells clouds of points apart that it has not seen', async () => {
      const classifier = await family.fit(train, settings, context);
      const probabilities = await classifier.predict(test.features);
      expect(classFigures(probabilities, test.targets, test.classes).accuracy).toBeGreaterThan(0.95);
    });

    it('gives probabilities that sum to one', async () => {
      const probabilities = await (await family.fit(train, settings, context)).predict(test.features);
      for (let row = 0; row < 60; row++) {
        const sum = probabilities.subarray(row * 3, row * 3 + 3).reduce((total, value) => total + value, 0);
        expect(sum).toBeCloseTo(1, 5);
      }
    });

    it('gives the same bytes for the same data and seed', async () => {
      const [a, b] = [await family.fit(train, settings, context), await family.fit(train, settings, context)];
      expect(a.toTensors()).toEqual(b.toTensors());
    });

    it('comes back from its tensors with the same answers', async () => {
      const classifier = await family.fit(train, settings, context);
      const again = family.fromTensors(decodeTensors(classifier.toTensors()), gemm);
      expect(again.classes).toEqual(classifier.classes);
      expect(await again.predict(test.features)).toEqual(await classifier.predict(test.features));
    });

    it('refuses a single class', async () => {
      const single = { ...train, targets: new Int32Array(120), classes: ['blue'] };
      await expect(family.fit(single, settings, context)).rejects.toMatchObject({
        code: 'STK-CLASSIFY-ONE-CLASS',
      });
    });

    it('refuses features it was not trained on', async () => {
      const classifier = await family.fit(train, settings, context);
      const other = { rows: 1, dense: { rows: 1, width: 3, values: new Float32Array(3) } };
      await expect(classifier.predict(other)).rejects.toMatchObject({ code: 'STK-CLASSIFY-SHAPE' });
    });
  });
}
