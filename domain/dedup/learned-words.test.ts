import { describe, expect, it } from 'vitest';
import { catalogueOf, item, unpaced } from './item-fixture.ts';
import { findVariantWords } from './variant-words.ts';
import { type LearningPair, learnedLikeness, learnWordPairs } from './word-pairs.ts';

describe('variant words', () => {
  it('are those in which names of one namespace differ alone', async () => {
    const catalogue = await catalogueOf([
      item('a/1', 'Solveig Lamp Red 30 cm'),
      item('a/2', 'Solveig Lamp Green 30 cm'),
      item('a/3', 'Linnea Pot Red 20 cm'),
      item('b/1', 'Linnea Pot Grey 20 cm'),
    ]);
    const shares = await findVariantWords(catalogue, unpaced);
    const share = (word: string): number => shares[catalogue.vocabulary.indexOf(word)] as number;
    expect(share('red')).toBeCloseTo(1 / 4, 12);
    expect(share('green')).toBeCloseTo(1 / 3, 12);
    expect([share('lamp'), share('grey'), share('linnea')]).toEqual([0, 0, 0]);
  });

  it('are not found between names that also differ in a number', async () => {
    const catalogue = await catalogueOf([item('a/1', 'Lamp Red 30 cm'), item('a/2', 'Lamp Green 45 cm')]);
    expect([...(await findVariantWords(catalogue, unpaced))].every((share) => share === 0)).toBe(true);
  });
});

describe('word pairs', () => {
  const vocabulary = ['red', 'green', 'rot', 'gruen', 'rott', 'grue'];
  const [red, green, rot, gruen, rott] = [0, 1, 2, 3, 4];
  const pair = (affinity: number, left: number[], right: number[]): LearningPair => ({
    affinity,
    missedLeft: Int32Array.from(left),
    missedRight: Int32Array.from(right),
  });
  const foreign = { usedLeft: (word: number) => word <= green, usedRight: (word: number) => word > green };

  it('are learned where each right item has one candidate', async () => {
    const candidates = [red, red, red, green, green, green].map((left) => [pair(0.8, [left], [left + 2])]);
    const learned = learnedLikeness(await learnWordPairs(candidates, vocabulary, foreign, unpaced));
    expect(learned(red, rot)).toBeCloseTo(3 / 4, 1);
    expect(learned(green, gruen)).toBeCloseTo(3 / 4, 1);
    expect([learned(red, gruen), learned(green, rot)]).toEqual([0, 0]);
  });

  it('are told apart even where the candidates of most items are several variants', async () => {
    const both = (right: number) => [pair(0.8, [red], [right]), pair(0.8, [green], [right])];
    const sure = [[pair(0.8, [red], [rot])], [pair(0.8, [green], [gruen])]];
    const candidates = [...sure, ...Array.from({ length: 5 }, () => [both(rot), both(gruen)]).flat()];
    const learned = learnedLikeness(await learnWordPairs(candidates, vocabulary, foreign, unpaced));
    expect(learned(red, rot)).toBeGreaterThan(0.8);
    expect(learned(green, gruen)).toBeGreaterThan(0.8);
    expect(learned(red, gruen)).toBeLessThan(0.05);
  });

  it('never make two words one that both namespaces use', async () => {
    const known = { usedLeft: () => true, usedRight: () => true };
    const candidates = Array.from({ length: 9 }, () => [pair(0.9, [red], [rot])]);
    expect(learnedLikeness(await learnWordPairs(candidates, vocabulary, known, unpaced))(red, rot)).toBe(0);
  });

  it('prove little when they met once', async () => {
    const once = learnedLikeness(
      await learnWordPairs([[pair(0.8, [red], [rot])]], vocabulary, foreign, unpaced),
    );
    expect(once(red, rot)).toBeLessThanOrEqual(0.5);
  });

  it('take a slip for the word it is one letter away from', async () => {
    const words = ['red', 'green', 'laufschuh', 'gruen', 'laufshcuh'];
    const candidates = [
      ...Array.from({ length: 4 }, () => [pair(0.8, [red], [rot])]),
      [pair(0.8, [red], [rott])],
    ];
    const learned = learnedLikeness(await learnWordPairs(candidates, words, foreign, unpaced));
    expect(learned(red, rott)).toBeCloseTo(0.95 * learned(red, rot), 10);
    expect(learned(red, rot)).toBeCloseTo(5 / 6, 1);
  });
});
