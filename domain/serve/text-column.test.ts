import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOf, textAt, textColumn, textIndex } from './text-column.ts';

const anyTexts = fc.uniqueArray(fc.string({ unit: 'binary' }));

describe('texts in flat arrays', () => {
  it('gives every text back', () => {
    fc.assert(
      fc.property(anyTexts, (texts) => {
        const column = textColumn(texts);
        expect(texts.map((_, number) => textAt(column, number))).toEqual(texts);
      }),
    );
  });

  it('finds every text and no other', () => {
    fc.assert(
      fc.property(anyTexts, fc.string(), (texts, other) => {
        const index = textIndex(texts);
        expect(texts.map((text) => numberOf(index, text))).toEqual(texts.map((_, number) => number));
        if (!texts.includes(other)) expect(numberOf(index, other)).toBeUndefined();
      }),
    );
  });

  it('finds the first of equal texts', () => {
    expect(numberOf(textIndex(['a', 'b', 'a']), 'a')).toBe(0);
  });

  it('is empty outside its numbers', () => {
    expect([-1, 1, 7].map((number) => textAt(textColumn(['a']), number))).toEqual(['', '', '']);
  });

  it('keeps half of a surrogate pair', () => {
    expect(textAt(textColumn(['\ud800x']), 0)).toBe('\ud800x');
  });
});
