import { describe, expect, it } from 'vitest';
import { type Article, createArticles } from './articles.ts';
import { createAssortment, signatureOf } from './items.ts';
import { demoShop } from './options.ts';
import { otherSpellings } from './supplier-words.ts';

const assortment = createAssortment(demoShop);
const articles = createArticles(demoShop, assortment);
const ofKind = (kind: string) => articles.filter((article) => article.kind === kind);

describe('createAssortment', () => {
  it('lists as many items as asked for, no two of them the same product', () => {
    const products = [...assortment.items, ...assortment.supplierOnly].map(signatureOf);
    expect(assortment.items).toHaveLength(demoShop.items);
    expect(new Set(products).size).toBe(products.length);
    expect(new Set(assortment.items.map((item) => item.sku)).size).toBe(demoShop.items);
  });

  it('brings most items on day 0 and some later', () => {
    const late = assortment.items.filter((item) => item.launchDay > 0).length;
    expect(late).toBeGreaterThan(15);
    expect(late).toBeLessThan(120);
  });
});

describe('createArticles', () => {
  it('overlaps the catalogue by about 45 %, each item at most once', () => {
    const skus = ofKind('same').map((article) => article.item?.sku);
    expect(skus.length / demoShop.items).toBeGreaterThan(0.4);
    expect(skus.length / demoShop.items).toBeLessThan(0.5);
    expect(new Set(skus).size).toBe(skus.length);
  });

  it('has near-misses that differ in one named attribute, and products of its own', () => {
    const misses = ofKind('near-miss');
    expect(misses.length).toBeGreaterThan(30);
    expect(new Set(misses.map((article) => article.differs))).toEqual(
      new Set(['size', 'color', 'generation']),
    );
    expect(ofKind('own')).toHaveLength(90);
    const catalogue = assortment.items.map(signatureOf);
    const others = [...misses, ...ofKind('own')].map((article) => signatureOf(article.product));
    expect(new Set([...catalogue, ...others]).size).toBe(catalogue.length + others.length);
    for (const { product, item, differs } of misses) {
      const differing = (
        ['category', 'brand', 'line', 'noun', 'audience', 'size', 'color', 'generation'] as const
      ).filter((name) => product[name] !== item?.[name]);
      expect(differing).toEqual([differs]);
    }
  });

  it('names the colour of the item it is, and another one where it is a near-miss in colour', () => {
    const hasColor = ({ name, item }: Article): boolean => {
      const color = item?.color ?? '';
      const words = [color, ...(otherSpellings[color] ?? [])].map((word) => word.toLowerCase());
      const spoken = name.toLowerCase().replaceAll('gruen', 'grün').split(' ');
      return words.some((word) => spoken.includes(word));
    };
    expect(ofKind('same').filter((article) => !hasColor(article))).toEqual([]);
    const others = ofKind('near-miss').filter((article) => article.differs === 'color');
    expect(others.filter(hasColor)).toEqual([]);
  });

  it('never overlaps dead stock, whose catalogue rows may be rejected', () => {
    expect(ofKind('same').filter((article) => article.item?.sells === false)).toEqual([]);
  });

  it('gives every article its own number and a valid EAN of the range kept for shops', () => {
    expect(new Set(articles.map((article) => article.articleNo)).size).toBe(articles.length);
    for (const { ean } of articles) {
      const digits = [...ean].map(Number);
      const sum = digits.reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 1 : 3), 0);
      expect(ean).toMatch(/^2\d{12}$/);
      expect(sum % 10).toBe(0);
    }
  });
});
