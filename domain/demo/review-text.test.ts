import { describe, expect, it } from 'vitest';
import { openStream } from '../math/random.ts';
import { categories } from './category-words.ts';
import { addPersonalData, drawLanguage, drawRating, reviewText } from './review-text.ts';
import { englishOpinions } from './review-words.ts';

describe('reviewText', () => {
  it('says good things for four stars, bad ones for two, and one of each for three', () => {
    const opinions = englishOpinions['Kitchen > Knives'];
    const category = categories.findIndex(({ path }) => path === 'Kitchen > Knives');
    const says = (text: string, clauses: readonly string[] = []): boolean =>
      clauses.some((clause) => text.toLowerCase().includes(clause.toLowerCase()));
    for (let seed = 0; seed < 200; seed++) {
      for (const rating of [1, 2, 3, 4, 5]) {
        const text = reviewText(openStream(seed, rating), category, rating, 'en');
        expect(says(text, opinions?.good), text).toBe(rating >= 3);
        expect(says(text, opinions?.bad), text).toBe(rating <= 3);
      }
    }
  });

  it('has words for every category in every language', () => {
    categories.forEach((_, category) => {
      for (const rating of [1, 3, 5]) {
        expect(reviewText(openStream(1), category, rating, 'en')).toMatch(/^[A-Z].*\.$/);
        expect(reviewText(openStream(1), category, rating, 'de')).toMatch(/[.!]$/);
        expect(reviewText(openStream(1), category, rating, 'zh')).toMatch(/\p{Script=Han}.*[。！]$/u);
      }
    });
  });
});

describe('addPersonalData', () => {
  it('says where each piece lies', () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const { text, spans } = addPersonalData(openStream(seed), '很好。');
      expect(spans.length).toBeGreaterThan(0);
      for (const span of spans) {
        expect(text.slice(span.start, span.end)).toBe(span.value);
        kinds.add(span.kind);
      }
    }
    expect([...kinds].sort()).toEqual(['email', 'name', 'phone']);
  });

  it('uses addresses and numbers that belong to nobody', () => {
    for (let seed = 0; seed < 200; seed++) {
      for (const { kind, value } of addPersonalData(openStream(seed), '').spans) {
        if (kind === 'email') expect(value).toMatch(/^[a-z]+\.[a-z]+\d+@example\.(com|org)$/);
        if (kind === 'phone')
          expect(value).toMatch(
            /^(\+(49 30 23125|43 1 0000|33 1 99 00|44 20 7946 0|1 202 555 01|86 10 0000)|0171 39200)/,
          );
      }
    }
  });
});

describe('drawRating', () => {
  it('rates good items higher', () => {
    const mean = (quality: number): number =>
      Array.from({ length: 500 }, (_, seed) => drawRating(openStream(seed), quality)).reduce(
        (a, b) => a + b,
        0,
      ) / 500;
    expect(mean(0.9) - mean(0.2)).toBeGreaterThan(1.5);
  });
});

describe('drawLanguage', () => {
  it('lets people write in English or in their own language', () => {
    const languages = (country: string) =>
      [...new Set(Array.from({ length: 100 }, (_, seed) => drawLanguage(openStream(seed), country)))].sort();
    expect(languages('DE')).toEqual(['de', 'en']);
    expect(languages('CN')).toEqual(['en', 'zh']);
    expect(languages('FR')).toEqual(['en']);
  });
});
