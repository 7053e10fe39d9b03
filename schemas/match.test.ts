import { describe, expect, it } from 'vitest';
import { parseConfig } from './config-parse.ts';

const issuesOf = (items: Record<string, string>): string[] => {
  const sources = { items: { path: 'items.csv', entities: { items: { columns: { item_id: 'sku' } } } } };
  const parsed = parseConfig({ project: 'shop', sources, match: { survivorship: { items } } });
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`);
};

describe('rules of survivorship', () => {
  it('are known by column and name', () => {
    expect(issuesOf({ title: 'most_complete', price: 'newest', attributes: 'vote' })).toEqual([]);
    expect(issuesOf({ titel: 'vote' })).toEqual([
      'match.survivorship.items.titel: unknown key; did you mean title?',
    ]);
  });

  it('leave the key and the currency alone, and a price has no length', () => {
    expect(issuesOf({ item_id: 'vote', currency: 'vote' })).toHaveLength(2);
    expect(issuesOf({ price: 'most_complete' })[0]).toMatch(/^match.survivorship.items.price: .*received/);
  });
});
