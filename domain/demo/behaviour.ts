import { drawIndex, openStream, type Random, runningSums } from '../math/random.ts';
import { weekdayOf } from '../plan/dates.ts';
import { businessDay, dateOf, dayOfYear } from './calendar.ts';
import { categories, complements } from './category-words.ts';
import type { Item } from './items.ts';
import type { ShopOptions } from './options.ts';
import type { Taste, Users } from './users.ts';
import { type Style, styles } from './vocabulary.ts';

/** Something a user did, as planned: ids and texts come later. */
export interface Deed {
  /** Index of the user; undefined for an anonymous visit. */
  readonly user: number | undefined;
  /** Number of the visit within the day. */
  readonly session: number;
  readonly item: Item;
  /** Seconds since local midnight. */
  readonly second: number;
  readonly quantity: number;
}

/** What happened on one day, each list ordered by time, then by visit. */
export interface Deeds {
  readonly clicks: readonly Deed[];
  readonly carts: readonly Deed[];
  readonly orders: readonly Deed[];
}

/** Two items of complementary categories, the second bought along with the first. */
export interface CoPurchase {
  readonly item: Item;
  readonly companion: Item;
}

/** Plays the shop's visitors, any day by itself. */
export interface Behaviour {
  readonly coPurchases: readonly CoPurchase[];
  /** Everything that happens on a day; days before 0 exist too, so that day 0 has reviewers. */
  deedsOf(day: number): Deeds;
}

/** Relative traffic from Monday to Sunday; the mean is 1. */
export const weekdayFactors = [0.92, 0.9, 0.93, 0.97, 1.05, 1.18, 1.05] as const;
/** Probability that ordering an item also puts its companion into the basket. */
export const coPurchaseShare = 0.4;
/** How much more often than others an item of the preferred style is clicked. */
export const styleBoost = 5;
const hourSums = runningSums([2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 10, 9, 8, 8, 9, 11, 13, 16, 18, 16, 10, 5]);

/** Demand of a category on a date, relative to its yearly mean: a triangle wave with its top at the peak day. */
export function seasonFactor(categoryIndex: number, date: string): number {
  const category = categories[categoryIndex];
  if (!category) return 1;
  const distance = Math.abs(dayOfYear(date) - category.peakDay);
  const apart = Math.min(distance, 365 - distance) / 182.5;
  return 1 + category.amplitude * (1 - 2 * apart);
}

/** Prepares a shop's visitors. Cost: a few numbers per item and style; nothing is kept between days. */
export function createBehaviour(options: ShopOptions, items: readonly Item[], users: Users): Behaviour {
  const shelves = createShelves(items);
  const coPurchases = pairCompanions(options.seed, items, shelves);
  const companions = new Map(coPurchases.map((pair) => [pair.item.index, pair.companion]));
  const models = groupByModel(items);
  return {
    coPurchases,
    deedsOf(day) {
      const random = openStream(options.seed, 'behaviour', day);
      const date = dateOf(options.firstDate, day);
      const seasons = categories.map((_, index) => seasonFactor(index, date));
      const shop: OpenShop = {
        day,
        seconds: businessDay(date).seconds,
        seasons,
        shelves,
        companions,
        models,
      };
      const noise = 1 + 0.03 * random.bell();
      const wanted = options.eventsPerDay * (weekdayFactors[weekdayOf(date)] ?? 1) * noise;
      const deeds = { clicks: [] as Deed[], carts: [] as Deed[], orders: [] as Deed[] };
      for (let session = 1; countOf(deeds) < wanted; session++) {
        const user = random.chance(0.25) ? undefined : users.drawActive(random, day);
        const taste = users.tasteOf(user ?? random.between(0, users.count - 1));
        playSession(random, shop, { user, session, taste }, deeds);
      }
      return { clicks: inOrder(deeds.clicks), carts: inOrder(deeds.carts), orders: inOrder(deeds.orders) };
    },
  };
}

interface Shelf {
  readonly items: readonly Item[];
  readonly sums: Float64Array;
}

/** Shelves by category, then by style of the one who looks. */
type Shelves = readonly Readonly<Record<Style, Shelf>>[];

interface OpenShop {
  readonly day: number;
  readonly seconds: number;
  readonly seasons: readonly number[];
  readonly shelves: Shelves;
  readonly companions: ReadonlyMap<number, Item>;
  readonly models: ReadonlyMap<number, readonly Item[]>;
}

interface Visit {
  readonly user: number | undefined;
  readonly session: number;
  readonly taste: Taste;
}

interface OpenDeeds {
  readonly clicks: Deed[];
  readonly carts: Deed[];
  readonly orders: Deed[];
}

/** One visit: clicks around one wish, some of them into the basket, some baskets bought. */
function playSession(random: Random, shop: OpenShop, visit: Visit, deeds: OpenDeeds): void {
  let second = startSecond(random, shop.seconds);
  const next = (): number => {
    second = Math.min(shop.seconds - 1, second + random.between(8, 150));
    return second;
  };
  const deed = (item: Item, quantity = 1): Deed => ({
    user: visit.user,
    session: visit.session,
    item,
    second: next(),
    quantity,
  });
  const basket: Deed[] = [];
  const interests = runningSums(visit.taste.shares.map((share, index) => share * (shop.seasons[index] ?? 1)));
  const wish = drawIndex(random, interests);
  let seen: Item | undefined;
  do {
    const category = random.chance(0.8) ? wish : drawIndex(random, interests);
    const item = nextItem(random, shop, category, visit.taste.style, seen);
    if (!item) continue;
    seen = item;
    deeds.clicks.push(deed(item));
    if (visit.user === undefined || !random.chance(0.08 + 0.2 * item.quality)) continue;
    basket.push(deed(item, random.chance(0.85) ? 1 : random.between(2, 3)));
  } while (random.chance(0.78));
  if (basket.length === 0) return;
  const isBought = random.chance(0.55);
  if (isBought) addCompanions(random, shop, basket, deeds, deed);
  deeds.carts.push(...basket);
  if (!isBought) return;
  const paidAt = next();
  deeds.orders.push(...basket.map((line) => ({ ...line, second: paidAt })));
}

function addCompanions(
  random: Random,
  shop: OpenShop,
  basket: Deed[],
  deeds: OpenDeeds,
  deed: (item: Item) => Deed,
): void {
  for (const line of [...basket]) {
    const companion = shop.companions.get(line.item.index);
    if (!companion || companion.launchDay > shop.day || !random.chance(coPurchaseShare)) continue;
    deeds.clicks.push(deed(companion));
    basket.push(deed(companion));
  }
}

/** A sibling of what was just seen, or a popular item of the category in the style that is liked. */
function nextItem(
  random: Random,
  shop: OpenShop,
  category: number,
  style: Style,
  seen: Item | undefined,
): Item | undefined {
  const siblings = seen && random.chance(0.2) ? shop.models.get(seen.model) : undefined;
  const shelf = shop.shelves[category]?.[style];
  for (let attempt = 0; attempt < 8; attempt++) {
    const item = siblings ? random.pick(siblings) : drawFrom(random, shelf);
    if (item && item.launchDay <= Math.max(0, shop.day)) return item;
  }
  return undefined;
}

function drawFrom(random: Random, shelf: Shelf | undefined): Item | undefined {
  return shelf && shelf.items.length > 0 ? shelf.items[drawIndex(random, shelf.sums)] : undefined;
}

function createShelves(items: readonly Item[]): Shelves {
  return categories.map((_, category) => {
    const stocked = items.filter((item) => item.category === category && item.sells);
    const shelfFor = (style: Style): Shelf => ({
      items: stocked,
      sums: runningSums(stocked.map((item) => item.popularity * (item.style === style ? styleBoost : 1))),
    });
    return Object.fromEntries(styles.map((style) => [style, shelfFor(style)])) as Record<Style, Shelf>;
  });
}

/** Gives every third item of a category with a complement a companion of its own style. */
function pairCompanions(seed: number, items: readonly Item[], shelves: Shelves): CoPurchase[] {
  const random = openStream(seed, 'companions');
  return items.flatMap((item) => {
    const wanted = complements.find(([path]) => path === categories[item.category]?.path)?.[1];
    const shelf = shelves[categories.findIndex((category) => category.path === wanted)]?.[item.style];
    if (!item.sells || !shelf || !random.chance(0.33)) return [];
    const companion = drawFrom(random, shelf);
    return companion ? [{ item, companion }] : [];
  });
}

function groupByModel(items: readonly Item[]): Map<number, Item[]> {
  const models = new Map<number, Item[]>();
  for (const item of items.filter((candidate) => candidate.sells)) {
    const siblings = models.get(item.model);
    if (siblings) siblings.push(item);
    else models.set(item.model, [item]);
  }
  return models;
}

function startSecond(random: Random, seconds: number): number {
  const hour = drawIndex(random, hourSums);
  return Math.min(seconds - 1, hour * 3600 + random.between(0, 3599));
}

function countOf(deeds: OpenDeeds): number {
  return deeds.clicks.length + deeds.carts.length + deeds.orders.length;
}

function inOrder(deeds: readonly Deed[]): Deed[] {
  return [...deeds].sort((a, b) => a.second - b.second || a.session - b.session);
}
