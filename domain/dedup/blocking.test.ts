import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockingKeys, findCandidates } from './blocking.ts';
import { catalogueOf, item, unpaced } from './item-fixture.ts';
import type { ItemProfile } from './item-profiles.ts';

async function pairsOf(items: Parameters<typeof catalogueOf>[0], options = {}): Promise<string[]> {
  const catalogue = await catalogueOf(items);
  const { left, right } = await findCandidates(catalogue, unpaced, options);
  const name = (number: number): string => catalogue.items[number]?.itemId ?? '';
  return Array.from(left, (number, place) => `${name(number)}-${name(right[place] as number)}`);
}

describe('blocking', () => {
  it('keys an item by words, model numbers, quantities and first letters, not by labels', async () => {
    const { items, vocabulary } = await catalogueOf([item('a/1', 'Solveig dsc-w120 Size 42 30 cm')]);
    const keys = blockingKeys(items[0] as ItemProfile, { vocabulary });
    expect([...keys].sort()).toEqual(
      ['#30', '#300 length', '#42', 'dscw120', 'dscw…', 'solveig', 'solv…'].sort(),
    );
  });

  it('pairs items of two namespaces that share something, none of one namespace', async () => {
    const items = [
      item('a/a1', 'Solveig Lamp'),
      item('a/a2', 'Solveig Chair'),
      item('b/b1', 'Lamp Solveig'),
      item('b/b2', 'Kettle'),
    ];
    expect(await pairsOf(items)).toEqual(['a1-b1', 'a2-b1']);
  });

  it('keeps the best candidates of each side', async () => {
    const items = [
      item('a/a1', 'Solveig Lamp Red'),
      item('a/a2', 'Solveig Chair'),
      item('a/a3', 'Solveig Pot'),
      item('b/b1', 'Solveig Lamp Red'),
    ];
    expect(await pairsOf(items, { candidates: 1 })).toEqual(['a1-b1', 'a2-b1', 'a3-b1']);
    expect(await pairsOf([...items, item('b/b2', 'Solveig Chair')], { candidates: 1 })).toEqual([
      'a1-b1',
      'a2-b2',
      'a3-b1',
    ]);
  });

  it('lets words that are too common count in twos', async () => {
    const words = ['red', 'blue', 'green'];
    const items = ['a', 'b'].flatMap((namespace) =>
      words.flatMap((one) =>
        words.map((two) => item(`${namespace}/${namespace}-${one}-${two}`, `${one} x${two}`)),
      ),
    );
    const found = await pairsOf(items, { mostItemsPerKey: 2 });
    expect(found).toContain('a-red-blue-b-red-blue');
    expect(found).not.toContain('a-red-blue-b-red-green');
    expect(found).toHaveLength(9);
  });

  it('finds with wide limits exactly the pairs that share a key, on random names', async () => {
    const name = fc.array(fc.constantFrom('red', 'pot', 'lamp', '42', '30 cm', 'x1y2'), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 6 }), fc.array(name, { maxLength: 6 }), async (a, b) => {
        const items = [
          ...a.map((words, place) => item(`a/a${place}`, words.join(' '))),
          ...b.map((words, place) => item(`b/b${place}`, words.join(' '))),
        ];
        const catalogue = await catalogueOf(items);
        const keys = catalogue.items.map((one) => blockingKeys(one, catalogue));
        const wanted: string[] = [];
        catalogue.items.forEach((one, l) => {
          catalogue.items.forEach((other, r) => {
            if (one.namespace !== 'a' || other.namespace !== 'b') return;
            if ([...(keys[l] ?? [])].some((key) => keys[r]?.has(key)))
              wanted.push(`${one.itemId}-${other.itemId}`);
          });
        });
        expect((await pairsOf(items)).sort()).toEqual(wanted.sort());
      }),
      { numRuns: 100, seed: 8 },
    );
  });
});
