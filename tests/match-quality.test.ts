import { describe, expect, it } from 'vitest';
import type { ItemText } from '../domain/dedup/item-profiles.ts';
import type { MatchMemory } from '../domain/dedup/match-memory.ts';
import { memoryOf, memoryRows } from '../domain/dedup/memory-rows.ts';
import { type Resolution, resolveItems } from '../domain/dedup/resolve-items.ts';
import { listPriceCentsAt } from '../domain/demo/articles.ts';
import { itemStateAt } from '../domain/demo/item-state.ts';
import { demoShop } from '../domain/demo/options.ts';
import { createWorld } from '../domain/demo/world.ts';

const lastDay = 13;

/** What the catalogue and the second supplier of a demo shop say on a day, and which of their items are one. */
function planted(seed: number, items: number, day = lastDay) {
  const world = createWorld({ ...demoShop, seed, items });
  const offered = world.items.filter(({ launchDay }) => launchDay <= day);
  const articles = world.articles.filter(({ launchDay }) => launchDay <= day);
  const catalogue = offered.map((item): ItemText => {
    const { title, description, priceCents } = itemStateAt(seed, item, day);
    const brand = item.missing.includes('brand') ? null : item.brand;
    return { namespace: 'main', itemId: item.sku, title, description, brand, price: priceCents / 100 };
  });
  const supplier = articles.map((article): ItemText => {
    const { articleNo, name, text, brand } = article;
    const price = listPriceCentsAt(article, day) / 100;
    return {
      namespace: 'supplier',
      itemId: articleNo,
      title: name,
      description: text,
      brand: brand || null,
      price,
    };
  });
  const pairsOf = (kind: string): Set<string> =>
    new Set(
      articles.flatMap((one) => (one.kind === kind && one.item ? [`${one.item.sku} ${one.articleNo}`] : [])),
    );
  return {
    texts: [...catalogue, ...supplier].sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    same: pairsOf('same'),
    nearMisses: pairsOf('near-miss'),
  };
}

const key = ({ namespace, itemId }: ItemText): string => `${namespace} ${itemId}`;

const options = { threshold: 0.75, breathe: async () => undefined };

async function measure(seed: number, items: number) {
  const shop = planted(seed, items);
  return figures(seed, shop, await resolveItems(shop.texts, options));
}

function figures(seed: number, shop: ReturnType<typeof planted>, resolution: Resolution) {
  const { texts, same, nearMisses } = shop;
  const { pairs, blocking, compared } = resolution;
  const matches = pairs
    .filter(({ isMatch }) => isMatch)
    .map(({ left, right }) => `${texts[left]?.itemId} ${texts[right]?.itemId}`);
  const right = matches.filter((match) => same.has(match)).length;
  const [precision, recall] = [right / matches.length, right / same.size];
  return {
    seed,
    items: texts.length,
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall),
    nearMisses: `${matches.filter((match) => nearMisses.has(match)).length} of ${nearMisses.size}`,
    nearMissShare: matches.filter((match) => nearMisses.has(match)).length / nearMisses.size,
    reductionRatio: blocking.reductionRatio,
    compared,
    candidates: blocking.candidates,
  };
}

describe('item resolution on demo shops', () => {
  // Weights, threshold and these floors were chosen on shops with seeds from 101 on; measured here: F1 0.996, 0.996, 0.988.
  it.each([7, 1, 2])('finds the planted matches of shop %i and leaves its near-misses', async (seed) => {
    const found = await measure(seed, demoShop.items);
    process.stdout.write(`${JSON.stringify(found)}\n`);
    expect(found.precision).toBeGreaterThan(0.97);
    expect(found.recall).toBeGreaterThan(0.95);
    expect(found.f1).toBeGreaterThanOrEqual(0.97);
    expect(found.nearMissShare).toBeLessThan(0.05);
    expect(found.reductionRatio).toBeGreaterThan(0.9);
  });

  // Measured: 227 of 12,476, 194 of 12,896 and 395 of 12,828 candidate pairs compared, F1 as when all is learned anew.
  it.each([7, 1, 2])(
    'compares the changed items of shop %i alone the night after, as if it had compared all',
    async (seed) => {
      const { memory } = await resolveItems(planted(seed, demoShop.items, lastDay - 1).texts, options);
      const stored: MatchMemory = memoryOf([...memoryRows(memory)].sort(byKindAndNumber));
      const shop = planted(seed, demoShop.items);
      const night = await resolveItems(shop.texts, { ...options, memory: stored });
      const all = await resolveItems(shop.texts, {
        ...options,
        memory: { ...stored, judgements: new Map() },
      });
      const found = figures(seed, shop, night);
      process.stdout.write(`${JSON.stringify(found)}\n`);
      expect(night.compared).toBeLessThan(0.05 * night.blocking.candidates);
      expect(all.compared).toBe(all.blocking.candidates);
      expect({ ...night, compared: 0 }).toEqual({ ...all, compared: 0 });
      expect(found.f1).toBeGreaterThanOrEqual(0.97);
    },
  );
});

function byKindAndNumber(a: { kind: string; ordinal: number }, b: { kind: string; ordinal: number }): number {
  return a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.ordinal - b.ordinal;
}
