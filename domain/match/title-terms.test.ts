import { describe, expect, it } from 'vitest';
import { codeKind, numberKind, termKinds, wordKind } from './title-kinds.ts';
import { buildTerms } from './title-terms.ts';
import { tokenizeTitle } from './title-tokens.ts';

function termsOf(...texts: string[]): string[][] {
  const { offsets, terms, vocabulary, records } = buildTerms(texts.map((text) => [text]));
  return Array.from({ length: records }, (_, record) =>
    Array.from(terms.subarray(offsets[record], offsets[record + 1]), (term) => vocabulary[term] ?? '').sort(),
  );
}

describe('tokens of a title', () => {
  it('folds case, accents and full width, keeps decimals and parts at every sign', () => {
    expect(tokenizeTitle('Café-Maker ＸＬ 1,5L (5.5") O’Neill')).toEqual([
      'cafe',
      'maker',
      'xl',
      '1.5l',
      '5.5',
      'oneill',
    ]);
  });

  it('takes a comma before three digits for a thousand', () => {
    expect(tokenizeTitle('1,400 rpm 12,345,678')).toEqual(['1400', 'rpm', '12345678']);
  });

  it('reads Chinese by pairs of signs', () => {
    expect(tokenizeTitle('洗衣机 LG')).toEqual(['洗衣', '衣机', 'lg']);
  });

  it('has nothing to say of signs alone', () => {
    expect(tokenizeTitle(' -- / ')).toEqual([]);
  });
});

describe('terms of a table', () => {
  it('spells a quantity one way, the way the table prefers', () => {
    const [one, apart] = termsOf('phone 64gb', 'phone 64 gb', 'tv 64gb');
    expect(one).toEqual(['64gb', 'phone']);
    expect(apart).toEqual(one);
  });

  it('puts a model number together from its parts', () => {
    expect(termsOf('rki5151aw', 'gorenje rki 5151 aw')).toEqual([['rki5151aw'], ['gorenje', 'rki5151aw']]);
  });

  it('takes a rare joined form apart', () => {
    const apart = Array.from({ length: 5 }, (_, place) => `ultra hd tv${place}`);
    expect(termsOf(...apart, 'ultrahd').at(-1)).toEqual(['hd', 'ultra']);
  });

  it('does not join over two columns', () => {
    const { terms, vocabulary } = buildTerms([
      ['ab', 'cd'],
      ['abcd', ''],
    ]);
    expect(Array.from(terms, (term) => vocabulary[term])).toEqual(['ab', 'cd', 'abcd']);
  });

  it('counts records, not occurrences', () => {
    const { frequency, vocabulary } = buildTerms([['red red'], ['red'], ['blue']]);
    expect(frequency[vocabulary.indexOf('red')]).toBe(2);
  });
});

describe('kinds of terms', () => {
  it('learns a unit from four numbers, and takes other mixtures for codes', () => {
    const { kindOf } = termKinds(['1gb', '2gb', '4gb', '8gb', 'x100', '3zz', 'red', '42', '0123456']);
    const [gigabytes] = kindOf;
    expect(gigabytes).toBeGreaterThan(codeKind);
    expect([...kindOf]).toEqual([
      ...Array.from({ length: 4 }, () => gigabytes),
      codeKind,
      codeKind,
      wordKind,
      numberKind,
      codeKind,
    ]);
  });
});
