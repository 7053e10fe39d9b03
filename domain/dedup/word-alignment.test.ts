import { describe, expect, it } from 'vitest';
import { catalogueOf, item } from './item-fixture.ts';
import type { ItemProfile } from './item-profiles.ts';
import { createAligner } from './word-alignment.ts';

/** Aligns the first item of `a` with the first of `b`; further items only make words known. */
async function align(
  left: string,
  right: string,
  given: { learned?: [string, string]; others?: string[] } = {},
) {
  const others = given.others ?? [];
  const catalogue = await catalogueOf([
    item('a/1', left),
    item('b/1', right),
    ...others.flatMap((title, place) => [item(`a/${place + 2}`, title), item(`b/${place + 2}`, title)]),
  ]);
  const { items, vocabulary } = catalogue;
  const usedIn = (namespace: string) => (word: number) =>
    items.some((one) => one.namespace === namespace && one.words.includes(word));
  const aligner = createAligner(catalogue, {
    usedLeft: usedIn('a'),
    usedRight: usedIn('b'),
    learned: (l, r) => (given.learned?.join() === `${vocabulary[l]},${vocabulary[r]}` ? 0.8 : 0),
  });
  const first = (namespace: string) => items.find((one) => one.namespace === namespace) as ItemProfile;
  const found = aligner(first('a'), first('b'));
  const words = (missed: typeof found.missedLeft): Record<string, number> =>
    Object.fromEntries(missed.map(({ word, missed: part }) => [vocabulary[word], Number(part.toFixed(3))]));
  return { ...found, left: words(found.missedLeft), right: words(found.missedRight) };
}

describe('alignment of names', () => {
  it('covers names with the same words in another order fully', async () => {
    const { coveredLeft, coveredRight, left, right } = await align('Red Solveig Lamp', 'lamp RED solveig');
    expect([coveredLeft, coveredRight, left, right]).toEqual([1, 1, {}, {}]);
  });

  it('weighs what is missed by its rarity', async () => {
    const { coveredLeft, coveredRight, left, right } = await align('Solveig Lamp', 'Lamp Kettle');
    const [both, one] = [Math.log(3 / 3) + 0.1, Math.log(3 / 2) + 0.1];
    expect(coveredLeft).toBeCloseTo(both / (both + one), 12);
    expect(coveredRight).toBeCloseTo(both / (both + one), 12);
    expect([left, right]).toEqual([{ solveig: 1 }, { kettle: 1 }]);
  });

  it('pairs spellings one to one, best first', async () => {
    const { left, right } = await align('Women White', 'W. wht');
    expect(left).toEqual({ women: 0.1, white: 0.2 });
    expect(right).toEqual({ 'w.': 0.1, wht: 0.2 });
  });

  it('puts a compound together from its parts', async () => {
    const { left, right } = await align('Running Shirt', 'Runningshirt');
    expect(left).toEqual({ running: 0.15, shirt: 0.15 });
    expect(right.runningshirt).toBeCloseTo(1 - 0.85, 3);
  });

  it('does not take two words both namespaces use for one', async () => {
    const known = ['Tent Heath', 'Pot Heat'];
    expect((await align('Lamp Heath', 'Lamp Heat', { others: known })).left).toEqual({ heath: 0.15 });
    const sizes = ['Shirt rimfrost', 'Shirt rimfrist'];
    expect((await align('Lamp rimfrost', 'Lamp rimfrist', { others: sizes })).left).toEqual({ rimfrost: 1 });
    expect((await align('Lamp rimfrost', 'Lamp rimfrist')).left).toEqual({ rimfrost: 0.1 });
  });

  it('uses what was learned', async () => {
    const { left, right } = await align('Lamp Blue', 'Lamp azul', { learned: ['blu', 'azul'] });
    expect([left, right]).toEqual([{ blu: 0.2 }, { azul: 0.2 }]);
  });

  it('does not miss the words that label a number', async () => {
    const { coveredRight, right } = await align('Shirt 42', 'Shirt Size EU 42');
    expect([coveredRight, right]).toEqual([1, {}]);
  });
});
