import { describe, expect, it } from 'vitest';
import { contentBased, type ItemVectors } from './content.ts';
import { directionalDefaults, directionalKnn, simpleRule } from './directional-knn.ts';
import { hybrid } from './hybrid.ts';
import { interactionsOf } from './interactions.ts';
import { type ItemLabels, labelMatch } from './label-match.ts';
import { encodeModelFiles, readModelFiles } from './model-file.ts';
import { asymmetricDefaults, asymmetricKnn, cosineKnn, rp3beta } from './order-free-knn.ts';
import { popularity, recencyPopularity } from './popularity.ts';
import { liftDefaults, popularityLift } from './popularity-lift.ts';
import type { Model, Recommender } from './recommender.ts';

/** A checkerboard: users of one half buy items 0 to 3, the others 4 to 7; item 8 is never bought. */
const items = 9;
const checkerboard = interactionsOf(
  items,
  Array.from({ length: 16 }, (_, user) => {
    const block = user % 2 === 0 ? 0 : 4;
    return [0, 1, 2, 3].filter((at) => (user >> 1) % 4 !== at).map((at) => block + at);
  }),
);

/** Items of a half point the same way; item 8 goes with the second half. */
const vectors: ItemVectors = {
  dim: 2,
  values: Float32Array.from(Array.from({ length: items }, (_, item) => (item < 4 ? [1, 0] : [0, 1])).flat()),
};
const labels: ItemLabels = {
  labels: 2,
  rows: {
    offsets: Int32Array.from({ length: items + 1 }, (_, at) => at),
    columns: Int32Array.from({ length: items }, (_, item) => (item < 4 ? 0 : 1)),
    values: new Float32Array(items).fill(1),
  },
};

const personal: readonly Recommender[] = [
  directionalKnn({ ...directionalDefaults, shrink: 0 }),
  simpleRule(),
  asymmetricKnn(),
  cosineKnn(),
  rp3beta(),
  popularityLift({ ...liftDefaults, prior: 2, leastUsers: 1 }),
  contentBased(vectors),
  labelMatch(labels),
  hybrid([directionalKnn(), contentBased(vectors), popularity()], [0.6, 0.3, 0.1]),
];
const all: readonly Recommender[] = [...personal, popularity(), recencyPopularity({ tauDays: 10 })];

function scoresOf(model: Model, history: readonly number[]): Float64Array {
  const into = new Float64Array(model.items).fill(99);
  model.score(history, into);
  return into;
}

describe.each(personal.map((recommender) => ({ name: recommender.name, recommender })))(
  '$name',
  ({ recommender }) => {
    const model = recommender.fit(checkerboard);

    it('scores the unseen items of the user’s half above all of the other half', () => {
      const scores = scoresOf(model, [4, 5]);
      for (const own of [6, 7])
        for (const other of [0, 1, 2, 3]) expect(scores[own]).toBeGreaterThan(scores[other] ?? 0);
    });

    it('finds an item’s likes in its own half', () => {
      const similar = model.similarItems(1, 3).map(({ item }) => item);
      expect(similar.length).toBeGreaterThan(0);
      expect(similar.every((item) => item < 4 && item !== 1)).toBe(true);
    });

    it('names the history items a score comes from, largest first', () => {
      const parts = model.explain([0, 4, 5], 6);
      expect(parts.map(({ item }) => item).sort()).toEqual([4, 5]);
      expect(parts[0]?.share).toBeGreaterThanOrEqual(parts.at(-1)?.share ?? 0);
    });
  },
);

describe.each(all.map((recommender) => ({ name: recommender.name, recommender })))(
  '$name, as a model',
  ({ recommender }) => {
    const model = recommender.fit(checkerboard);

    it('overwrites all of the buffer with numbers, for an empty history too', () => {
      for (const history of [[], [4]]) {
        const scores = scoresOf(model, history);
        expect(scores.every((score) => Number.isFinite(score) && score !== 99)).toBe(true);
      }
    });

    it('passes over unknown items', () => {
      expect(scoresOf(model, [-1, 500, 4])).toEqual(scoresOf(model, [4]));
      expect(scoresOf(model, [-1, 500]).every(Number.isFinite)).toBe(true);
      expect(model.similarItems(500, 3)).toEqual([]);
      expect(model.explain([500], 4)).toEqual([]);
    });

    it('is the same after it was written and read', () => {
      const files = encodeModelFiles(model);
      const again = readModelFiles(files, 'copy');
      expect(scoresOf(again, [0, 4, 5])).toEqual(scoresOf(model, [0, 4, 5]));
      expect(again.similarItems(4, 5)).toEqual(model.similarItems(4, 5));
      expect(encodeModelFiles(again)).toEqual(files);
    });

    it('gives the same bytes when fitted again', () => {
      expect(encodeModelFiles(recommender.fit(checkerboard))).toEqual(encodeModelFiles(model));
    });

    it('can be fitted on nothing', () => {
      const empty = recommender.fit(interactionsOf(items, []));
      expect(scoresOf(empty, []).every(Number.isFinite)).toBe(true);
    });
  },
);

it.each(personal.filter(({ name }) => name !== 'hybrid' && name !== 'popularity-lift'))(
  '$name: contributions sum to the score',
  (recommender) => {
    const model = recommender.fit(checkerboard);
    const history = [0, 4, 5, 4];
    const sum = model.explain(history, 6).reduce((total, { share }) => total + share, 0);
    expect(sum).toBeCloseTo(scoresOf(model, history)[6] ?? 0, 9);
  },
);

it('weighs pairs by direction and distance as the rule says, computed by hand', () => {
  const parameters = {
    bwd: 0.5,
    gapDecay: 0.8,
    ai: 0,
    aj: 1,
    shrink: 1,
    iuf: 1,
    decay: 0.5,
    k: 5,
    window: 5,
  };
  const model = directionalKnn(parameters).fit(
    interactionsOf(3, [
      [0, 1, 2],
      [0, 1],
    ]),
  );
  const [three, two] = [1 / Math.log2(4), 1 / Math.log2(3)];
  const scores = scoresOf(model, [0]);
  expect(scores[1]).toBeCloseTo((0.8 * three + 0.8 * two) / (2 + 1), 6);
  expect(scores[2]).toBeCloseTo((0.64 * three) / (2 + 1), 6);
  expect(scoresOf(model, [2])[0]).toBeCloseTo((0.5 * 0.64 * three) / (1 + 1), 6);
  expect(scoresOf(model, [2, 0])[1]).toBeCloseTo((scores[1] ?? 0) + 0.5 * ((0.5 * 0.8 * three) / 2), 6);
});

it('computes the asymmetric similarity by hand', () => {
  const model = asymmetricKnn({ ...asymmetricDefaults, a: 1, b: 1, c: 0.5, shrink: 2 }).fit(
    interactionsOf(3, [[0, 1, 1], [0, 1, 2], [0]]),
  );
  expect(scoresOf(model, [0])[1]).toBeCloseTo((1 / 2 + 1 / 3) / (3 * Math.SQRT2 + 2), 6);
});

it('computes plain cosine by hand', () => {
  const model = cosineKnn().fit(interactionsOf(2, [[0, 1], [0], [0, 1], [1]]));
  expect(scoresOf(model, [0])[1]).toBeCloseTo(2 / 3, 6);
});

it('lifts popularity by what the user has, computed by hand', () => {
  const model = popularityLift({ prior: 2, beta: 1.5, decay: 1, leastUsers: 2 }).fit(
    interactionsOf(4, [[0, 1, 1], [0, 1, 2], [0, 2], [3]]),
  );
  const scores = scoresOf(model, [0, 2, 0]);
  const lifts = Math.log1p((2 * 4) / (2 * 2)) + Math.log1p((1 * 4) / (2 * 2));
  expect(scores[1]).toBeCloseTo(Math.log(1 + 3) + (1.5 * lifts) / Math.SQRT2, 6);
  // One user is too few to be lifted, and nobody who has 3 has anything else.
  expect(scores[3]).toBeCloseTo(Math.log(2), 6);
  expect(model.explain([0, 2, 0], 1).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(
    (1.5 * lifts) / Math.SQRT2,
    6,
  );
});

it('falls back to popularity where a history says nothing', () => {
  const lift = popularityLift().fit(checkerboard);
  const [own, floor] = [scoresOf(lift, []), scoresOf(popularity().fit(checkerboard), [])];
  for (let item = 0; item < items; item++) expect(own[item]).toBeCloseTo(Math.log1p(floor[item] ?? 0), 5);
});

it('lets pairs fade with their age', () => {
  const events = {
    ...interactionsOf(3, [
      [0, 1],
      [0, 2],
    ]),
    dayOf: Float64Array.of(0, 0, 100, 100),
  };
  const model = directionalKnn({ ...directionalDefaults, aj: 0, shrink: 0, tauDays: 50 }).fit(events);
  const scores = scoresOf(model, [0]);
  expect((scores[1] ?? 0) / (scores[2] ?? 0)).toBeCloseTo(Math.exp(-2), 5);
});

it('reaches by content an item nobody has bought', () => {
  expect(scoresOf(contentBased(vectors).fit(checkerboard), [4])[8]).toBeCloseTo(1, 6);
});

it('gives the same files whatever the order of a setting’s keys', () => {
  const { a, ...others } = asymmetricDefaults;
  const files = encodeModelFiles(asymmetricKnn({ ...others, a }).fit(checkerboard));
  expect(files).toEqual(encodeModelFiles(asymmetricKnn({ a, ...others }).fit(checkerboard)));
});

it('refuses damaged model files', () => {
  const files = encodeModelFiles(cosineKnn().fit(checkerboard));
  const other = encodeModelFiles(cosineKnn().fit(interactionsOf(2, [[0, 1]])));
  const reading = (tensors: Uint8Array, document: string) => () =>
    readModelFiles({ tensors, document }, 'v1');
  const coded = (code: string) => expect.objectContaining({ code });
  expect(reading(files.tensors, '{')).toThrow(coded('STK-MODEL-DOCUMENT'));
  expect(reading(files.tensors, '{"format": 9}')).toThrow(coded('STK-MODEL-DOCUMENT'));
  expect(reading(files.tensors, files.document.replace('neighbours', 'oracle'))).toThrow(
    coded('STK-MODEL-KIND'),
  );
  expect(reading(other.tensors, files.document)).toThrow(coded('STK-MODEL-ITEMS'));
  expect(reading(files.tensors.subarray(0, 40), files.document)).toThrow(coded('STK-MODEL-SAFETENSORS'));
});
