import { describe, expect, it } from 'vitest';
import { decodeTensors } from './tensors-fixture.ts';
import { fitTfIdf, tfIdfFromTensors } from './tf-idf.ts';

const texts = ['Lost my card', 'my card is lost', 'change the PIN', 'the PIN is wrong'];

describe('fitTfIdf', () => {
  it('keeps words, pairs and pieces that stand in at least two texts', () => {
    const terms = fitTfIdf(texts).termsOf('my card, the LOST');
    expect(terms.filter(({ kind }) => kind === 'word').map(({ term }) => term)).toEqual([
      'my',
      'card',
      'the',
      'lost',
    ]);
    expect(terms.filter(({ kind }) => kind === 'pair').map(({ term }) => term)).toEqual(['my card']);
    expect(terms.some(({ kind, term }) => kind === 'piece' && term === ' lost')).toBe(true);
  });

  it('cuts Chinese into runs of one to three characters', () => {
    const terms = fitTfIdf(['手机很好', '手机不好'], { minTexts: 1 }).termsOf('手机好');
    expect(terms.map(({ term }) => term)).toEqual(['手', '手机', '机', '好']);
  });

  it('weighs by 1 + ln(count) and smoothed idf, and scales rows to length 1', () => {
    const tfIdf = fitTfIdf(['一', '一二', '二二三'], { minTexts: 1 });
    const row = tfIdf.transform(['二二三']);
    const termOf = new Map(tfIdf.termsOf('二二三').map(({ column, term }) => [column, term]));
    const found = new Map(Array.from(row.columns, (column, at) => [termOf.get(column), row.values[at] ?? 0]));
    const twice = (1 + Math.log(2)) * (Math.log(4 / 3) + 1);
    const rare = Math.log(4 / 2) + 1;
    expect((found.get('二') ?? 0) / (found.get('三') ?? 1)).toBeCloseTo(twice / rare, 5);
    expect(row.values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 6);
  });

  it('gives an empty row for an empty text, control characters or unknown words', () => {
    const row = fitTfIdf(texts).transform(['', '\u0000\u0007\n', 'zzz']);
    expect([...row.offsets]).toEqual([0, 0, 0, 0]);
  });

  it('keeps the most frequent terms when there are too many', () => {
    const tfIdf = fitTfIdf(['甲乙', '甲丙', '甲'], { minTexts: 1, maxFeatures: 1 });
    expect(tfIdf.width).toBe(1);
    expect(tfIdf.termsOf('乙甲').map(({ term }) => term)).toEqual(['甲']);
  });

  it('comes back from its tensors with the same rows', () => {
    const tfIdf = fitTfIdf(texts);
    const again = tfIdfFromTensors(decodeTensors(tfIdf.toTensors()));
    expect(again.transform(texts)).toEqual(tfIdf.transform(texts));
  });
});
