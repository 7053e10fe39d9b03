import { describe, expect, it } from 'vitest';
import { foldText, tokenizeText, tokenizeTitle } from './title-tokens.ts';

const numbersOf = (title: string): string[] =>
  tokenizeTitle(title).quantities.map(({ value, dimension }) => `${value} ${dimension}`.trim());

describe('names taken apart', () => {
  it('folds case, accents, ligatures and both spellings of an umlaut', () => {
    expect(foldText('Kühnwald')).toBe(foldText('KUEHNWALD'));
    expect(foldText('Brélune Galdhø Straße')).toBe('brelune galdho strasse');
    expect(foldText("Chef's Knife")).toBe('chefs knife');
  });

  it('keeps words, abbreviations and the words that only label a number apart', () => {
    const tokens = tokenizeTitle('NORDVIK Run. Shoe M. blk Gr. 42');
    expect(tokens.words).toEqual(['nordvik', 'run.', 'sho', 'm.', 'blk', 'gr']);
    expect([...tokens.labels]).toEqual(['gr']);
    expect(numbersOf('NORDVIK Run. Shoe M. blk Gr. 42')).toEqual(['42']);
  });

  it('reads numbers with and without unit, sign, decimal comma and generation', () => {
    expect(numbersOf('Pan 24cm')).toEqual(['240 length']);
    expect(numbersOf('Sleeping Bag -5 °C')).toEqual(['-5 temperature']);
    expect(numbersOf('Press 0,8 l')).toEqual(['800 volume']);
    expect(numbersOf('Cover 135x200')).toEqual(['135', '200']);
    expect(numbersOf('Tent 4P')).toEqual(['4']);
    expect(numbersOf('Fjell II Boot')).toEqual(numbersOf('Fjell Gen2 Boot'));
    expect(numbersOf('Fjell II Boot')).toEqual(numbersOf('Fjell 2 Boot'));
  });

  it('joins model numbers over hyphens and finds them written apart', () => {
    expect(tokenizeTitle('camera dsc-w120').codes).toEqual(['dscw120']);
    expect(tokenizeTitle('camera fe 360').squashed).toContain('fe360');
    expect(tokenizeTitle('Over-Ear T-Shirt').codes).toEqual([]);
  });

  it('takes a size letter for a word although it could be a unit', () => {
    expect(tokenizeTitle('Shirt Blue L').words).toContain('l');
    expect([...tokenizeTitle('Shirt Blue L').labels]).toEqual([]);
  });

  it('cuts Chinese into pairs of signs', () => {
    expect(tokenizeText('青岚跑鞋 Qinglan')).toEqual(['青岚', '岚跑', '跑鞋', 'qinglan']);
  });
});
