import { afterAll, describe, expect, it } from 'vitest';
import { openGemm } from '../math/gemm.ts';
import { classifierContract, threeClouds } from './classifier-contract.ts';
import { logisticRegression } from './logistic.ts';
import { fitTfIdf } from './tf-idf.ts';

classifierContract(logisticRegression, { c: 1 });

const gemm = await openGemm();
afterAll(() => gemm.close());
const context = { gemm, seed: 1 };

describe('logisticRegression', () => {
  it('reaches the known optimum of one feature', async () => {
    const values = Float32Array.of(-1, -1, -1, 1, 1, 1);
    const labelled = {
      features: { rows: 6, dense: { rows: 6, width: 1, values } },
      targets: Int32Array.of(0, 0, 1, 0, 1, 1),
      classes: ['no', 'yes'],
    };
    const classifier = await logisticRegression.fit(labelled, { c: 1e6, tolerance: 1e-9 }, context);
    const probabilities = await classifier.predict(labelled.features);
    expect(probabilities[1]).toBeCloseTo(1 / 3, 3);
    expect(probabilities[7]).toBeCloseTo(2 / 3, 3);
  });

  it('takes sparse and dense features side by side', async () => {
    const texts = ['red red', 'blue', 'red one', 'blue two', 'red', 'blue blue'];
    const tfIdf = fitTfIdf(texts);
    const dense = { rows: 6, width: 1, values: new Float32Array(6).fill(1) };
    const features = { rows: 6, sparse: tfIdf.transform(texts), dense };
    const labelled = { features, targets: Int32Array.of(1, 0, 1, 0, 1, 0), classes: ['blue', 'red'] };
    const classifier = await logisticRegression.fit(labelled, { c: 10 }, context);
    const probabilities = await classifier.predict(features);
    expect(Array.from({ length: 6 }, (_, row) => (probabilities[row * 2 + 1] ?? 0) > 0.5)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('explains a row by shares that sum to its log-odds', async () => {
    const { features, targets, classes } = threeClouds(30, 3);
    const classifier = await logisticRegression.fit({ features, targets, classes }, { c: 1 }, context);
    const probabilities = await classifier.predict(features);
    const meanLog = [0, 1, 2].reduce((sum, k) => sum + Math.log(probabilities[k] ?? 1) / 3, 0);
    const shares = classifier.explain(features, 0, 0);
    const total = shares.reduce((sum, { value }) => sum + value, 0);
    expect(total).toBeCloseTo(Math.log(probabilities[0] ?? 1) - meanLog, 4);
    expect(shares[0]).toMatchObject({ part: 'dense', column: 0 });
  });

  it('gets to the same place from another start', async () => {
    const labelled = threeClouds(60, 4);
    const first = await logisticRegression.fit(labelled, { c: 100 }, context);
    const settings = { c: 1, tolerance: 1e-8 };
    const warm = await logisticRegression.fit(labelled, settings, context, first);
    const cold = await logisticRegression.fit(labelled, settings, context);
    const [a, b] = [await warm.predict(labelled.features), await cold.predict(labelled.features)];
    for (const [at, value] of a.entries()) expect(value).toBeCloseTo(b[at] ?? 0, 2);
  });
});
