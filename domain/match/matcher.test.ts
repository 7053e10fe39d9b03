import { describe, expect, it } from 'vitest';
import { openStream } from '../math/random.ts';
import { trainMatcher } from './matcher.ts';
import { matchWithoutLabels } from './matcher-em.ts';
import { decodeMatcher, encodeMatcher } from './matcher-file.ts';
import { matchMetrics } from './matcher-metrics.ts';
import { boostedTrees, logisticMatcher } from './matcher-models.ts';
import { createPairFeatures } from './pair-features.ts';

/** Products of two shops: each thing of the left one is on the right in other words, among near-misses of its kind. */
function shops(things: number, seed: number) {
  const random = openStream(seed, 'shops');
  const makers = ['acme', 'bolt', 'cora', 'dune'];
  const kinds = ['lamp', 'desk', 'chair', 'shelf', 'clock'];
  const colours = ['red', 'blue', 'black', 'white', 'green'];
  const words = Array.from({ length: things }, (_, thing) => ({
    maker: makers[thing % 4] ?? '',
    kind: kinds[thing % 5] ?? '',
    colour: random.pick(colours),
    model: `${random.pick(['xk', 'tp', 'rv'])}${random.between(100, 999)}`,
    price: random.between(10, 300),
  }));
  const left = words.map(({ maker, kind, colour, model, price }) => [
    `${maker} ${colour} ${kind} ${model}`,
    `${price}.00`,
  ]);
  const right = words.map(({ maker, kind, colour, model, price }) => [
    `${kind} ${random.chance(0.3) ? '' : model.replace(/(\d)/, '-$1')} ${maker} in ${colour}`,
    random.chance(0.4) ? '' : `${price + random.between(-3, 3)}`,
  ]);
  const pairs = words.flatMap((_, thing) =>
    [0, 20, 40, 60, 80].map((step) => ({
      left: thing,
      right: (thing + step) % things,
      label: step === 0 ? 1 : 0,
    })),
  );
  return {
    pairs: createPairFeatures({ columns: ['x', 'y'], left, right }).compare({
      lefts: Int32Array.from(pairs, (pair) => pair.left),
      rights: Int32Array.from(pairs, (pair) => pair.right),
    }),
    labels: Uint8Array.from(pairs, (pair) => pair.label),
  };
}

const known = shops(200, 1);
const other = shops(100, 2);

describe.each([boostedTrees, logisticMatcher])('a matcher of $name', (family) => {
  it('finds the pairs of shops it has not seen, at a threshold from held-out pairs', async () => {
    const matcher = await trainMatcher(known.pairs, known.labels, { seed: 1, family });
    const { f1 } = matchMetrics(matcher.score(other.pairs), other.labels, matcher.threshold);
    expect(f1).toBeGreaterThan(0.95);
    expect(matcher.heldOutF1).toBeGreaterThan(0.95);
  });

  it('scores alike after it was written and read back', async () => {
    const matcher = await trainMatcher(known.pairs, known.labels, { seed: 1, family });
    const { document, tensors } = encodeMatcher(matcher);
    const read = decodeMatcher({ document: JSON.parse(JSON.stringify(document)), tensors }, 'matcher');
    expect(read.score(other.pairs)).toEqual(matcher.score(other.pairs));
    expect([read.threshold, read.columns]).toEqual([matcher.threshold, matcher.columns]);
  });
});

it('trains the same matcher for the same seed', async () => {
  const bytes = async () => encodeMatcher(await trainMatcher(known.pairs, known.labels, { seed: 3 })).tensors;
  expect(await bytes()).toEqual(await bytes());
});

it('learns nothing from shuffled labels', async () => {
  const random = openStream(9, 'shuffle');
  const labels = known.labels.map(() => (random.chance(0.2) ? 1 : 0));
  const matcher = await trainMatcher(known.pairs, labels, { seed: 1 });
  expect(matchMetrics(matcher.score(other.pairs), other.labels, matcher.threshold).f1).toBeLessThan(0.6);
});

it('refuses pairs of one label, and pairs without the features it learned from', async () => {
  const none = known.labels.map(() => 0);
  await expect(trainMatcher(known.pairs, none, { seed: 1 })).rejects.toMatchObject({
    code: 'STK-MATCH-ONE-CLASS',
  });
  const matcher = await trainMatcher(known.pairs, known.labels, { seed: 1 });
  const bare = createPairFeatures({ columns: ['x'], left: [['a b']], right: [['a c']] });
  const pairs = bare.compare({ lefts: Int32Array.of(0), rights: Int32Array.of(0) });
  expect(() => matcher.score(pairs)).toThrow(expect.objectContaining({ code: 'STK-MATCH-FEATURES' }));
});

it('refuses a file of another kind', async () => {
  const matcher = await trainMatcher(known.pairs, known.labels, { seed: 1 });
  const { document, tensors } = encodeMatcher(matcher);
  expect(() => decodeMatcher({ document: { ...document, family: 'oracle' }, tensors }, 'm.json')).toThrow(
    expect.objectContaining({ code: 'STK-MATCH-MODEL' }),
  );
});

it('finds most pairs without a label', () => {
  const { scores, matchShare } = matchWithoutLabels(known.pairs);
  expect(matchMetrics(scores, known.labels, 0).f1).toBeGreaterThan(0.85);
  expect(matchShare).toBeGreaterThan(0.15);
  expect(matchShare).toBeLessThan(0.25);
});
