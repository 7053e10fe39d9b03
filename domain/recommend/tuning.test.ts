import { expect, it } from 'vitest';
import type { Family } from './families.ts';
import { interactionsOf } from './interactions.ts';
import { recencyPopularity } from './popularity.ts';
import type { Recommender } from './recommender.ts';
import { tune, type ValidationPart } from './tuning.ts';

/** A part in which one item is wanted, by so many users. */
function part(wanted: number, users: number): ValidationPart {
  return {
    train: interactionsOf(4, [[3]]),
    cases: Array.from({ length: users }, () => ({ history: [3], wanted: [wanted] })),
    metric: 'hr@1',
  };
}

/** Puts the item its parameter names first. */
function favourite(item: number): Recommender {
  const method = recencyPopularity({ tauDays: 1 });
  return {
    name: 'favourite',
    parameters: { item },
    fit: () => method.fit(interactionsOf(4, [[item], [item]])),
  };
}

const family: Family = {
  name: 'favourite',
  space: { item: { kind: 'choice', values: [0, 1, 2] } },
  starts: [{ item: 0 }, { item: 1 }, { item: 2 }],
  make: ({ item }) => favourite(item ?? 0),
};
const limits = { seed: 1, trials: 3, budgetSeconds: Number.POSITIVE_INFINITY, now: () => 0 };

it('takes the best setting of the search where there is one part', () => {
  const { recommender, value } = tune(family, [part(1, 10)], limits);
  expect([recommender.parameters.item, value]).toEqual([1, 1]);
});

it('goes back to the starting setting where the best of the search holds on its own part only', () => {
  const parts = [part(1, 10), part(0, 15), part(0, 15)] as const;
  const { recommender, value, search } = tune(family, parts, limits);
  expect(search.best.parameters.item).toBe(1);
  expect([recommender.parameters.item, value]).toEqual([0, 0.75]);
});
