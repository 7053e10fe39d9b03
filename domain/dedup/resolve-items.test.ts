import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { item, ordered, unpaced } from './item-fixture.ts';
import type { ItemText } from './item-profiles.ts';
import { type ResolveOptions, resolveItems } from './resolve-items.ts';

const options: ResolveOptions = { threshold: 0.75, breathe: unpaced };

const lines = ['Solveig', 'Linnea', 'Prunelle', 'Hasel', 'Rosmarin', 'Amande'];
const colors = [
  ['Red', 'rot'],
  ['Green', 'gruen'],
  ['Yellow', 'gelb'],
] as const;
const sizes = ['30', '45', '60'];

/** A small shop of lamps, each line in two of three colours, and a supplier that sells some of them under German names. */
function lamps(given: { sold: (place: number) => boolean }): { items: ItemText[]; truth: string[] } {
  const variants = lines.flatMap((line, place) =>
    colors
      .filter((_, shade) => shade !== place % 3)
      .flatMap((color) => sizes.map((size) => ({ line, color, size }))),
  );
  const shop = variants.map(({ line, color, size }, place) =>
    item(`main/m${place}`, `Mirovale ${line} Lamp ${color[0]} ${size} cm`, { brand: 'Mirovale', price: 50 }),
  );
  const sold = variants.flatMap((variant, place) => (given.sold(place) ? [{ ...variant, place }] : []));
  const supplier = sold.map(({ line, color, size, place }) => {
    const name = place % 2 === 0 ? `LEUCHTE ${line} ${color[1]}` : `Lamp ${line} ${color[0]}`;
    return item(`other/o${place}`, `${name} ${size}0 mm`, { brand: 'MIROVALE', price: 52 });
  });
  return {
    items: ordered([...shop, ...supplier]),
    truth: sold.map(({ place }) => `m${place}-o${place}`).sort(),
  };
}

async function matchesOf(items: readonly ItemText[], threshold = 0.75): Promise<string[]> {
  const { pairs } = await resolveItems(items, { ...options, threshold });
  const id = (number: number): string => items[number]?.itemId ?? '';
  return pairs
    .filter(({ isMatch }) => isMatch)
    .map(({ left, right }) => `${id(left)}-${id(right)}`)
    .sort();
}

describe('resolution of items', () => {
  it('matches variants over languages and units, and each only with its own', async () => {
    const { items, truth } = lamps({ sold: (place) => place % 5 !== 0 });
    expect(await matchesOf(items)).toEqual(truth);
  });

  it('does not match other sizes, colours and generations of the same model', async () => {
    const { items, truth } = lamps({ sold: (place) => place % 5 !== 0 });
    const shop = items.filter(({ namespace }) => namespace === 'main');
    const nearMisses = [
      item('other/size', 'Mirovale Solveig Lamp Red 75 cm', { brand: 'Mirovale', price: 50 }),
      item('other/color', 'Mirovale Linnea Lamp Violet 45 cm', { brand: 'Mirovale', price: 50 }),
      item('other/generation', 'Mirovale Hasel 2 Lamp Green 60 cm', { brand: 'Mirovale', price: 50 }),
    ];
    const sold = items.filter(({ namespace }) => namespace === 'other');
    const matches = await matchesOf(ordered([...shop, ...sold, ...nearMisses]));
    expect(matches.filter((match) => !truth.includes(match))).toEqual([]);
    expect(matches.length).toBeGreaterThan(truth.length - 3);
  });

  it('gives an item one partner of a namespace at most', async () => {
    const twice = [
      item('main/m', 'Mirovale Solveig Lamp Red 30 cm'),
      item('other/o1', 'Mirovale Solveig Lamp Red 30 cm'),
      item('other/o2', 'Mirovale Solveig Lamp Red 30 cm'),
    ];
    expect(await matchesOf(twice)).toEqual(['m-o1']);
  });

  it('clusters over three namespaces through the one in between', async () => {
    const items = ['a', 'b', 'c'].flatMap((namespace) =>
      lines.map((line, place) =>
        item(`${namespace}/${namespace}${place}`, `Mirovale ${line} Lamp Red 30 cm`),
      ),
    );
    const { clusters } = await resolveItems(items, options);
    expect([...clusters]).toEqual([...Array(3)].flatMap(() => [0, 1, 2, 3, 4, 5]));
  });

  it('matches nothing at a threshold of 1, and more at a lower one', async () => {
    const { items } = lamps({ sold: () => true });
    expect(await matchesOf(items, 1)).toEqual([]);
    const counts = await Promise.all(
      [0.9, 0.5, 0.1].map(async (one) => (await matchesOf(items, one)).length),
    );
    expect([...counts].sort((a, b) => a - b)).toEqual(counts);
  });

  it('reports what blocking saved and lost', async () => {
    const { items, truth } = lamps({ sold: () => true });
    const { blocking } = await resolveItems(items, { ...options, candidates: 5 });
    expect(blocking.possible).toBe(36 * 36);
    expect(blocking.reductionRatio).toBeCloseTo(1 - blocking.candidates / (36 * 36), 12);
    expect(blocking.reductionRatio).toBeGreaterThan(0.7);
    expect(blocking.sampledMatches).toBeGreaterThan(truth.length / 4);
    expect(blocking.pairCompleteness).toBeGreaterThan(0.9);
    const blind = await resolveItems(items, { ...options, mostItemsPerKey: 1 });
    expect(blind.blocking.pairCompleteness).toBeLessThanOrEqual(blocking.pairCompleteness);
  });

  it('survives items without a name, equal names and any text', async () => {
    const title = fc.option(fc.string({ unit: 'grapheme', maxLength: 12 }), { nil: null });
    await fc.assert(
      fc.asyncProperty(fc.array(title, { maxLength: 8 }), fc.array(title, { maxLength: 8 }), async (a, b) => {
        const items = [
          ...a.map((text, place) => ({ ...item(`a/${place}`, ''), title: text })),
          ...b.map((text, place) => ({ ...item(`b/${place}`, ''), title: text })),
        ];
        const { clusters, pairs } = await resolveItems(items, options);
        expect(clusters).toHaveLength(items.length);
        for (const { score } of pairs) expect(score >= 0 && score <= 1).toBe(true);
      }),
      { numRuns: 100, seed: 9 },
    );
  });
});
