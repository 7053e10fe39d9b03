import { describe, expect, it } from 'vitest';
import { catalogueOf, item } from './item-fixture.ts';
import type { ItemProfile, ItemText } from './item-profiles.ts';
import {
  cosine,
  type Evidence,
  evidenceOf,
  evidenceWeights,
  similarityOf,
  wordCosines,
} from './similarity.ts';
import { createAligner } from './word-alignment.ts';

const known = { usedLeft: () => true, usedRight: () => true };

async function evidence(left: Partial<ItemText>, right: Partial<ItemText>): Promise<Evidence> {
  const catalogue = await catalogueOf([
    item('a/1', left.title ?? '', left),
    item('b/1', right.title ?? '', right),
  ]);
  const [a, b] = catalogue.items as [ItemProfile, ItemProfile];
  const alignment = createAligner(catalogue, { ...known, learned: () => 0 })(a, b);
  const variantShare = new Float64Array(catalogue.vocabulary.length).fill(0.5);
  return evidenceOf(a, b, alignment, wordCosines(a, b), catalogue, { ...known, variantShare });
}

describe('evidence', () => {
  it('is all there for equal items', async () => {
    const same = { title: 'Solveig Lamp fe-360 30 cm', brand: 'Mirovale', price: 20 };
    expect(await evidence(same, same)).toMatchObject({
      wordOverlap: 1,
      containment: 1,
      missedLeft: 0,
      missedRight: 0,
      contradiction: 0,
      variantConflict: 0,
      numbers: 'agree',
      modelNumber: 'agrees',
      brand: 'agrees',
      priceRatio: 1,
    });
  });

  it.each([
    ['Lamp 30 cm', 'Lamp 300 mm', 'agree'],
    ['Lamp 30 cm', 'Lamp 45 cm', 'differ'],
    ['Lamp Gen2', 'Lamp', 'omitted'],
    ['Lamp', 'Lamp', 'none'],
    ['camera fe-360', 'camera fe 360', 'agree'],
  ])('finds that the numbers of "%s" and "%s" %s', async (left, right, numbers) => {
    expect((await evidence({ title: left }, { title: right })).numbers).toBe(numbers);
  });

  it('finds a model number that is written apart, and two that differ', async () => {
    const modelNumber = async (a: string, b: string) =>
      (await evidence({ title: a }, { title: b })).modelNumber;
    expect(await modelNumber('camera fe-360', 'camera fe 360')).toBe('agrees');
    expect(await modelNumber('camera fe-360', 'camera fe-370')).toBe('differs');
    expect(await modelNumber('camera fe-360', 'camera')).toBe('unknown');
  });

  it('tells a contradiction from something one side leaves out', async () => {
    const contradicting = await evidence({ title: 'Lamp Solveig' }, { title: 'Lamp Linnea' });
    expect(contradicting.contradiction).toBeCloseTo(1, 12);
    expect(contradicting.variantConflict).toBe(0.5);
    expect((await evidence({ title: 'Lamp Solveig' }, { title: 'Lamp' })).contradiction).toBe(0);
  });

  it('compares brands only where both are known, and takes a spelling for the brand', async () => {
    const brand = async (a: string | null, b: string | null) =>
      (await evidence({ title: 'Lamp', brand: a }, { title: 'Lamp', brand: b })).brand;
    expect(await brand('Mirovale', 'MIROVALE GmbH')).toBe('agrees');
    expect(await brand('Mirovale', 'Caldrune')).toBe('differs');
    expect(await brand('Mirovale', null)).toBe('unknown');
  });

  it('has the cosine of known vectors', () => {
    const vector = (ids: number[], weights: number[]) => ({
      ids: Int32Array.from(ids),
      weights: Float64Array.from(weights),
    });
    expect(cosine(vector([1, 3, 7], [0.6, 0.8, 0]), vector([0, 3, 7], [0.6, 0.8, 0]))).toBeCloseTo(0.64, 12);
    expect(cosine(vector([], []), vector([1], [1]))).toBe(0);
  });

  it('has the text cosine of a hand-computed example', async () => {
    const { textCosine } = await evidence({ title: 'red lamp' }, { title: 'red pot' });
    const [both, one] = [0.1, Math.log(3 / 2) + 0.1];
    expect(textCosine).toBeCloseTo(both ** 2 / (both ** 2 + one ** 2), 12);
  });
});

describe('similarity', () => {
  const equal: Evidence = {
    wordOverlap: 1,
    containment: 1,
    trigramCosine: 1,
    textCosine: 1,
    missedLeft: 0,
    missedRight: 0,
    contradiction: 0,
    variantConflict: 0,
    numbers: 'agree',
    modelNumber: 'unknown',
    brand: 'agrees',
    priceRatio: 1,
  };

  it('is the logistic of the weighted evidence', () => {
    const { base, wordOverlap, textCosine, numbersAgree } = evidenceWeights;
    const sum = base + wordOverlap + textCosine + numbersAgree;
    expect(similarityOf(equal, 1)).toBeCloseTo(1 / (1 + Math.exp(-sum)), 12);
  });

  it('sinks below the default threshold when one fact speaks against equal names', () => {
    expect(similarityOf(equal, 0.8)).toBeGreaterThan(0.99);
    const against: Partial<Evidence>[] = [
      { numbers: 'differ', wordOverlap: 0.9, textCosine: 0.8 },
      { numbers: 'omitted', textCosine: 0.8 },
      { variantConflict: 0.4, wordOverlap: 0.9, textCosine: 0.8 },
    ];
    for (const fact of against) expect(similarityOf({ ...equal, ...fact }, 0.8)).toBeLessThan(0.75);
  });

  it('counts differing numbers little where numbers are unsteady', () => {
    const differing = similarityOf({ ...equal, numbers: 'differ' }, 0.3);
    expect(differing).toBeGreaterThan(similarityOf({ ...equal, numbers: 'differ' }, 0.8));
    expect(differing).toBeGreaterThan(0.75);
  });

  it('never rises with a worse price', () => {
    const scores = [1, 0.8, 0.5, 0.2].map((priceRatio) => similarityOf({ ...equal, priceRatio }, 1));
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
  });
});
