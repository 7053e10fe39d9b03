import { describe, expect, it } from 'vitest';
import { openStream } from '../math/random.ts';
import { categories } from './category-words.ts';
import { createAssortment } from './items.ts';
import { demoShop } from './options.ts';
import { respellSize, spellProduct } from './supplier-spelling.ts';
import { otherSpellings } from './supplier-words.ts';
import { colors } from './vocabulary.ts';

const { items } = createAssortment(demoShop);
const spellings = items.map((item) => ({
  item,
  spelling: spellProduct(item, openStream(1, 'spelling', item.sku)),
}));

const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[^\w\p{Script=Han} ]/gu, '')
    .toLowerCase();

describe('spellProduct', () => {
  it('never hides the brand in both the name and the brand column', () => {
    for (const { item, spelling } of spellings) {
      const told = fold(`${spelling.name} ${spelling.brand}`).replaceAll('ue', 'u').replaceAll('oe', 'o');
      expect(told).toContain(fold(item.brand).replaceAll('ue', 'u').replaceAll('oe', 'o'));
    }
  });

  it('leaves the brand out of about two fifths of the names', () => {
    const without = spellings.filter(({ item, spelling }) => {
      const word = fold(item.brand.split(' ').at(-1) ?? '').slice(-4);
      return !fold(spelling.name).includes(word);
    });
    expect(without.length / spellings.length).toBeGreaterThan(0.3);
    expect(without.length / spellings.length).toBeLessThan(0.5);
  });

  it('keeps the colour readable in the catalogue’s or in its own word', () => {
    for (const { item, spelling } of spellings) {
      const words = [item.color, ...(otherSpellings[item.color] ?? [])].map((word) => word.toLowerCase());
      const name = spelling.name.toLowerCase().replaceAll('gruen', 'grün');
      expect(
        words.some((word) => name.includes(word)),
        `${item.color} in ${spelling.name}`,
      ).toBe(true);
    }
  });

  it('writes most names in another way than the catalogue', () => {
    const same = spellings.filter(({ item, spelling }) =>
      spelling.name.startsWith(`${item.brand} ${item.line} ${item.noun} ${item.audience}`),
    );
    expect(same.length / spellings.length).toBeLessThan(0.1);
  });
});

describe('respellSize', () => {
  const variants = (size: string): Set<string> =>
    new Set(Array.from({ length: 60 }, (_, index) => respellSize(size, openStream(index, size))));

  it('changes the unit and not the size', () => {
    expect(variants('24 cm')).toEqual(new Set(['24 cm', '240 mm', '24cm']));
    expect(variants('10000 mAh')).toEqual(new Set(['10000 mAh', '10 Ah', '10000mAh']));
    expect(variants('1.2 L')).toEqual(new Set(['1.2 L', '1200 ml', '1,2 l']));
    expect(variants('45 L')).toEqual(new Set(['45 L', '45l', '45 Liter']));
    expect(variants('-5 °C')).toEqual(new Set(['-5 °C', '-5°C', '-5 Grad']));
    expect(variants('3P')).toEqual(new Set(['3P', '3 Pers.', '3-person']));
    expect(variants('42')).toEqual(new Set(['42', 'EU 42', 'Gr. 42']));
    expect(variants('XL')).toEqual(new Set(['XL', 'Gr. XL', 'Size XL']));
    expect(variants('135x200')).toEqual(new Set(['135x200', '135 x 200 cm', '135/200']));
    expect(variants('')).toEqual(new Set(['']));
  });

  it('knows every size of every category', () => {
    for (const size of categories.flatMap((category) => category.sizes)) {
      expect(variants(size).size, size).toBe(3);
    }
  });
});

describe('vocabulary', () => {
  it('has another spelling for every colour, noun and audience', () => {
    const words = [
      ...colors,
      ...categories.flatMap((category) => [...category.nouns, ...category.audiences]),
    ];
    expect(words.filter((word) => !(word in otherSpellings))).toEqual([]);
  });
});
