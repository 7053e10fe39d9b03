import { afterAll, describe, expect, it } from 'vitest';
import { openGemm } from '../math/gemm.ts';
import { openStream } from '../math/random.ts';
import { classifierContract } from './classifier-contract.ts';
import { randomForest } from './forest.ts';

classifierContract(randomForest, { trees: 20, minLeaf: 1 });

const gemm = await openGemm();
afterAll(() => gemm.close());

describe('randomForest', () => {
  it('learns a checkerboard, which no line can cut', async () => {
    const random = openStream(1, 'board');
    const rows = 400;
    const values = Float32Array.from({ length: rows * 2 }, () => random.float());
    const targets = Int32Array.from(
      { length: rows },
      (_, row) => +((values[row * 2] ?? 0) > 0.5 !== (values[row * 2 + 1] ?? 0) > 0.5),
    );
    const features = { rows, dense: { rows, width: 2, values } };
    const classifier = await randomForest.fit(
      { features, targets, classes: ['black', 'white'] },
      { trees: 30, minLeaf: 1 },
      { gemm, seed: 1 },
    );
    const corners = Float32Array.of(0.2, 0.2, 0.2, 0.8, 0.8, 0.2, 0.8, 0.8);
    const probabilities = await classifier.predict({
      rows: 4,
      dense: { rows: 4, width: 2, values: corners },
    });
    expect([0, 1, 2, 3].map((row) => (probabilities[row * 2 + 1] ?? 0) > 0.5)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('gives class shares where all rows look alike', async () => {
    const features = { rows: 4, dense: { rows: 4, width: 1, values: new Float32Array(4) } };
    const classifier = await randomForest.fit(
      { features, targets: Int32Array.of(0, 0, 0, 1), classes: ['a', 'b'] },
      { trees: 200, minLeaf: 1 },
      { gemm, seed: 1 },
    );
    expect((await classifier.predict(features))[0]).toBeCloseTo(0.75, 1);
  });

  it('refuses sparse features', async () => {
    const sparse = {
      rows: 1,
      width: 1,
      offsets: Int32Array.of(0, 0),
      columns: new Int32Array(0),
      values: new Float32Array(0),
    };
    const labelled = { features: { rows: 1, sparse }, targets: Int32Array.of(0), classes: ['a', 'b'] };
    await expect(
      randomForest.fit(labelled, { trees: 1, minLeaf: 1 }, { gemm, seed: 1 }),
    ).rejects.toMatchObject({ code: 'STK-CLASSIFY-SHAPE' });
  });
});
