import { afterAll, describe, expect, it } from 'vitest';
import { openGemm } from '../math/gemm.ts';
import { openStream } from '../math/random.ts';
import { type ItemText, labelItems } from './label-items.ts';
import { labelModelFromTensors } from './label-model.ts';
import { labelReviews, sentimentOf } from './label-reviews.ts';
import { decodeTensors } from './tensors-fixture.ts';

const gemm = await openGemm();
afterAll(() => gemm.close());
const context = { gemm, seed: 1 };
const words = {
  shoes: ['boot', 'sandal', 'sneaker', 'sole', 'lace'],
  kitchen: ['pan', 'kettle', 'spoon', 'oven', 'mug'],
  garden: ['rake', 'seed', 'hose', 'spade', 'pot'],
};

function item(itemId: string, category: keyof typeof words, known: boolean): ItemText {
  const random = openStream(7, itemId);
  const title = `${random.pick(words[category])} ${random.pick(words[category])} no ${random.between(1, 99)}`;
  return { itemId, title, description: null, brand: null, category: known ? category : null };
}

const categories = ['shoes', 'kitchen', 'garden'] as const;
const items = Array.from({ length: 150 }, (_, index) =>
  item(`i${index}`, categories[index % 3] ?? 'shoes', index % 5 !== 0),
);

function vectorsOf(list: readonly ItemText[]): { rows: number; width: number; values: Float32Array } {
  const values = new Float32Array(list.length * 3);
  for (const [row] of list.entries()) values[row * 3 + (row % 3)] = 1;
  return { rows: list.length, width: 3, values };
}

describe('labelItems', () => {
  it('keeps known categories and predicts the missing ones', async () => {
    const outcome = await labelItems(items, undefined, context);
    if (outcome.kind !== 'trained') throw new Error(outcome.message);
    expect(outcome.rows.map(({ id }) => id)).toEqual(items.map(({ itemId }) => itemId));
    expect(outcome.rows[1]).toEqual({
      id: 'i1',
      label: 'kitchen',
      confidence: 1,
      modelVersion: 'given',
      known: true,
    });
    const predicted = outcome.rows.filter(({ known }) => !known);
    expect(predicted).toHaveLength(30);
    const right = predicted.filter(({ id, label }) => label === categories[Number(id.slice(1)) % 3]);
    expect(right.length).toBeGreaterThanOrEqual(27);
    expect(predicted.every(({ modelVersion }) => modelVersion === outcome.modelVersion)).toBe(true);
    expect(outcome.heldOut.accuracy).toBeGreaterThan(outcome.majority.accuracy);
    expect(outcome.heldOut.labels.map(({ label }) => label)).toEqual(['garden', 'kitchen', 'shoes']);
  });

  it('tries vectors and a forest where there are vectors, and gives the same again', async () => {
    const [a, b] = [
      await labelItems(items, vectorsOf(items), context),
      await labelItems(items, vectorsOf(items), context),
    ];
    if (a.kind !== 'trained' || b.kind !== 'trained') throw new Error('not trained');
    expect(a.tried.map(({ recipe }) => recipe)).toEqual([
      'tf-idf + logistic regression',
      'embedding + logistic regression',
      'embedding and tf-idf + logistic regression',
      'embedding + random forest',
    ]);
    expect(b.rows).toEqual(a.rows);
  });

  it('leaves an item without words unknown', async () => {
    const outcome = await labelItems(
      [...items, { itemId: 'blank', title: ' ', description: null, brand: null, category: null }],
      undefined,
      context,
    );
    expect(outcome.rows.at(-1)).toMatchObject({ id: 'blank', label: null, known: false });
  });

  it('names the terms that spoke for a category, and comes back from a file', async () => {
    const outcome = await labelItems(items, undefined, context);
    if (outcome.kind !== 'trained') throw new Error(outcome.message);
    const again = labelModelFromTensors(decodeTensors(outcome.model.toTensors()), gemm);
    const things = { texts: ['a kettle'] };
    expect(await again.predict(things)).toEqual(await outcome.model.predict(things));
    const kitchen = again.classes.indexOf('kitchen');
    expect(again.explain(things, 0, kitchen, 1)[0]?.term).toBe('kettle');
  });

  it('learns nothing from one category, and says so', async () => {
    const one = items.map((each) => ({ ...each, category: each.category && 'shoes' }));
    const outcome = await labelItems(one, undefined, context);
    expect(outcome).toMatchObject({ kind: 'skipped', reason: 'one-label' });
    expect(outcome.rows).toHaveLength(120);
  });

  it('learns nothing from a handful, or from none', async () => {
    expect(await labelItems(items.slice(0, 10), undefined, context)).toMatchObject({
      reason: 'too-few-labelled',
    });
    expect(await labelItems([], undefined, context)).toMatchObject({ reason: 'too-few-labelled', rows: [] });
  });

  it('predicts nothing where texts say nothing', async () => {
    const random = openStream(1, 'noise');
    const noise = items.map((each) => ({
      ...each,
      title: 'thing',
      category: random.chance(0.8) ? 'a' : 'b',
    }));
    expect(await labelItems(noise, undefined, context)).toMatchObject({ reason: 'no-better-than-majority' });
  });
});

describe('labelReviews', () => {
  it('learns from ratings what unrated reviews say', async () => {
    const reviews = Array.from({ length: 90 }, (_, index) => ({
      reviewId: `r${index}`,
      text: [`很好 满意 ${index}`, `bad broken ${index}`][index % 2] ?? '',
      rating: index < 80 ? ([5, 1][index % 2] ?? null) : null,
    }));
    const outcome = await labelReviews(reviews, undefined, context);
    expect(outcome.rows.slice(80).map(({ label }) => label)).toEqual(
      Array.from({ length: 10 }, (_, index) => ['positive', 'negative'][index % 2]),
    );
  });

  it('reads sentiment off the rating', () => {
    expect([1, 2, 3, 3.5, 4, 5, 0, 9, null].map(sentimentOf)).toEqual([
      'negative',
      'negative',
      'neutral',
      'neutral',
      'positive',
      'positive',
      null,
      null,
      null,
    ]);
  });
});
