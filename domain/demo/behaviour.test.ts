import { beforeAll, describe, expect, it } from 'vitest';
import { weekdayOf } from '../plan/dates.ts';
import {
  type CoPurchase,
  coPurchaseShare,
  type Deed,
  type Deeds,
  seasonFactor,
  weekdayFactors,
} from './behaviour.ts';
import { categories } from './category-words.ts';
import { demoShop } from './options.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let days: Deeds[];

beforeAll(() => {
  world = createWorld({ ...demoShop, eventsPerDay: 4000 });
  days = Array.from({ length: 28 }, (_, day) => world.deedsOf(day));
});

const countOf = (deeds: Deeds): number => deeds.clicks.length + deeds.carts.length + deeds.orders.length;
const keyOf = (deed: Deed): string => `${deed.session}/${deed.user}/${deed.item.sku}`;

describe('deedsOf', () => {
  it('lets users click what they like: their favourite category far above its base rate', () => {
    const clicks = days.flatMap((day) => day.clicks).filter((deed) => deed.user !== undefined);
    const own = clicks.filter((deed) => deed.item.category === favouriteOf(deed.user ?? 0));
    const base = clicks.map((deed) => shareOf(favouriteOf(deed.user ?? 0))).reduce((a, b) => a + b, 0);
    expect(own.length / clicks.length).toBeGreaterThan(0.4);
    expect(own.length / base).toBeGreaterThan(4);
  });

  it('keeps a visit with one wish', () => {
    const visits = new Map<string, number[]>();
    days.forEach(({ clicks }, day) => {
      for (const { session, item } of clicks) {
        const key = `${day}/${session}`;
        visits.set(key, [...(visits.get(key) ?? []), item.category]);
      }
    });
    const long = [...visits.values()].filter((visit) => visit.length >= 5);
    const kept = long.map(
      (visit) =>
        Math.max(...visit.map((one) => visit.filter((other) => other === one).length)) / visit.length,
    );
    expect(kept.reduce((a, b) => a + b, 0) / kept.length).toBeGreaterThan(0.75);
  });

  it('lets users prefer their style within a category', () => {
    const clicks = days.flatMap((day) => day.clicks).filter((deed) => deed.user !== undefined);
    const styled = clicks.filter((deed) => deed.item.style === world.users.tasteOf(deed.user ?? 0).style);
    expect(styled.length / clicks.length).toBeGreaterThan(0.5);
  });

  it('lets carts follow clicks and orders follow carts, within the visit', () => {
    for (const { clicks, carts, orders } of days) {
      const follows = (later: readonly Deed[], earlier: readonly Deed[]): boolean => {
        const first = new Map([...earlier].reverse().map((deed) => [keyOf(deed), deed.second]));
        return later.every((deed) => (first.get(keyOf(deed)) ?? Number.POSITIVE_INFINITY) <= deed.second);
      };
      expect(follows(carts, clicks)).toBe(true);
      expect(follows(orders, carts)).toBe(true);
      expect([...carts, ...orders].every((deed) => deed.user !== undefined)).toBe(true);
      expect(clicks.length).toBeGreaterThan(carts.length);
      expect(carts.length).toBeGreaterThan(orders.length);
    }
  });

  it('brings companions along about as often as planted, and unplanted pairs of the same categories hardly ever', () => {
    const pairs = world.behaviour.coPurchases.filter((pair) => pair.companion.launchDay === 0);
    const companions = pairs.map((pair) => pair.companion);
    const shifted = pairs.map(({ item }, index) => ({
      item,
      companion: companions[(index + 7) % pairs.length] ?? item,
    }));
    const planted = new Set(pairs.map(({ item, companion }) => `${item.sku} ${companion.sku}`));
    const unplanted = shifted.filter(({ item, companion }) => !planted.has(`${item.sku} ${companion.sku}`));
    expect(pairs.filter(({ item, companion }) => item.category === companion.category)).toEqual([]);
    expect(togetherShare(pairs)).toBeGreaterThan(coPurchaseShare - 0.1);
    expect(togetherShare(pairs)).toBeLessThan(coPurchaseShare + 0.15);
    expect(togetherShare(unplanted)).toBeLessThan(0.05);
  });

  it('has more visitors on Saturdays than on Tuesdays, and the asked-for number on average', () => {
    const total = days.map(countOf).reduce((a, b) => a + b, 0);
    const mean = (weekday: number): number => {
      const counts = days.filter((_, day) => weekdayOf(world.dateOf(day)) === weekday).map(countOf);
      return counts.reduce((a, b) => a + b, 0) / counts.length;
    };
    expect(total / days.length / 4000).toBeCloseTo(1, 1);
    expect(mean(5) / mean(1)).toBeGreaterThan(1.15);
    expect(weekdayFactors.reduce((a, b) => a + b, 0) / 7).toBeCloseTo(1, 6);
  });

  it('follows the season: tents in summer, jackets in late autumn', () => {
    const shareOn = (day: number, path: string): number => {
      const { clicks } = world.deedsOf(day);
      return clicks.filter((deed) => categories[deed.item.category]?.path === path).length / clicks.length;
    };
    const [november, july] = [50, 290];
    expect(shareOn(july, 'Outdoor > Tents')).toBeGreaterThan(2 * shareOn(november, 'Outdoor > Tents'));
    expect(shareOn(november, 'Clothing > Jackets')).toBeGreaterThan(
      1.5 * shareOn(july, 'Clothing > Jackets'),
    );
  });

  it('never shows dead stock or an item before its launch', () => {
    days.forEach(({ clicks }, day) => {
      expect(clicks.filter((deed) => !deed.item.sells || deed.item.launchDay > day)).toEqual([]);
    });
  });

  it('lets nobody act before the users file knows them, and dormant users never', () => {
    days.forEach(({ clicks }, day) => {
      const users = clicks.flatMap((deed) => (deed.user === undefined ? [] : [deed.user]));
      expect(users.filter((user) => world.users.isDormant(user))).toEqual([]);
      expect(
        users.filter((user) => world.users.joinDay(user) > 0 && world.users.joinDay(user) >= day),
      ).toEqual([]);
    });
  });
});

describe('seasonFactor', () => {
  it('is highest at the peak day and averages 1 over a year', () => {
    categories.forEach((category, index) => {
      const year = Array.from({ length: 365 }, (_, day) =>
        seasonFactor(index, new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)),
      );
      expect(Math.max(...year)).toBeCloseTo(1 + category.amplitude, 6);
      expect(year.reduce((a, b) => a + b, 0) / 365).toBeCloseTo(1, 2);
    });
  });
});

function favouriteOf(user: number): number {
  const { shares } = world.users.tasteOf(user);
  return shares.indexOf(Math.max(...shares));
}

function shareOf(category: number): number {
  const total = categories.reduce((sum, { weight }) => sum + weight, 0);
  return (categories[category]?.weight ?? 0) / total;
}

/** Share of the baskets with a pair's item that hold its companion too. */
function togetherShare(pairs: readonly CoPurchase[]): number {
  let [bought, together] = [0, 0];
  for (const basket of basketsOf(days).values()) {
    for (const { companion } of pairs.filter(({ item }) => basket.has(item.sku))) {
      bought += 1;
      together += basket.has(companion.sku) ? 1 : 0;
    }
  }
  expect(bought).toBeGreaterThan(200);
  return together / bought;
}

function basketsOf(all: readonly Deeds[]): Map<string, Set<string>> {
  const baskets = new Map<string, Set<string>>();
  all.forEach(({ orders }, day) => {
    for (const deed of orders) {
      const key = `${day}/${deed.session}`;
      baskets.set(key, (baskets.get(key) ?? new Set()).add(deed.item.sku));
    }
  });
  return baskets;
}
