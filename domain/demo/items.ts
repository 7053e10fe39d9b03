import { drawIndex, openStream, type Random, runningSums } from '../math/random.ts';
import { categories } from './category-words.ts';
import type { ShopOptions } from './options.ts';
import { brands, colors, lines, qinglanLines, type Style, styles } from './vocabulary.ts';

/** What identifies a product: two products that differ in one of these are two products. */
export interface Product {
  /** Index into `categories`. */
  readonly category: number;
  readonly brand: string;
  readonly line: string;
  /** 1 and up; written from 2. */
  readonly generation: number;
  readonly noun: string;
  /** Empty where the category has none. */
  readonly audience: string;
  readonly color: string;
  /** Empty where the category has none. */
  readonly size: string;
  readonly style: Style;
  readonly basePriceCents: number;
}

/** A product the shop offers, with everything planted in it. */
export interface Item extends Product {
  readonly index: number;
  readonly sku: string;
  /** Items of one model differ in audience, colour or size only. */
  readonly model: number;
  /** Day of its first appearance; 0 = was always there. */
  readonly launchDay: number;
  /** False for dead stock: in the feed, never clicked. All rejected catalogue rows are dead stock. */
  readonly sells: boolean;
  /** 0-1; decides ratings and how often a click becomes a purchase. */
  readonly quality: number;
  /** Relative demand within its category. */
  readonly popularity: number;
  /** Catalogue columns left empty although the title tells them. */
  readonly missing: readonly string[];
  /** Whole number from 0 to 2^32 - 1 that spreads the item's changes over the days. */
  readonly phase: number;
}

/** Everything the shop will ever offer, and products only the second supplier has. */
export interface Assortment {
  readonly items: readonly Item[];
  readonly supplierOnly: readonly Product[];
}

/** Lists all items of a shop; the same for every day. */
export function createAssortment(options: ShopOptions): Assortment {
  const generations = new Map<string, number>();
  const items: Item[] = [];
  let model = 0;
  for (; items.length < options.items; model++) {
    items.push(...itemsOfModel(options, model, items.length, generations));
  }
  return { items, supplierOnly: productsOfSupplier(options, model, generations) };
}

/** The text that is equal for equal products and for no others. */
export function signatureOf(product: Product): string {
  const { brand, line, generation, noun, audience, color, size } = product;
  return [brand, line, generation, noun, audience, color, size].join('|');
}

/** The line as it stands in a title: with its generation from the second on. */
export function lineName(product: Product): string {
  return product.generation > 1 ? `${product.line} ${product.generation}` : product.line;
}

function itemsOfModel(
  options: ShopOptions,
  model: number,
  start: number,
  generations: Map<string, number>,
): Item[] {
  const random = openStream(options.seed, 'model', model);
  const product = drawModel(random, generations);
  const isLate = random.chance(0.08);
  const launchDay = isLate ? daysUntilArrival(random) : 0;
  const demand = 1 / (random.float() + 0.02);
  const quality = Math.min(1, Math.max(0, 0.6 + 0.2 * random.bell()));
  const digits = Math.max(5, String(options.items).length);
  return drawVariants(random, product)
    .slice(0, options.items - start)
    .map((variant, offset) => ({
      ...variant,
      index: start + offset,
      sku: `A-${String(start + offset + 1).padStart(digits, '0')}`,
      model,
      launchDay,
      sells: (start + offset) % 12 !== 5,
      quality,
      popularity: demand * (0.5 + random.float()),
      missing: missingColumns(random, options.dirt),
      phase: random.between(0, 4_294_967_295),
    }));
}

function productsOfSupplier(
  options: ShopOptions,
  firstModel: number,
  generations: Map<string, number>,
): Product[] {
  const products: Product[] = [];
  const wanted = Math.ceil(options.items * 0.15);
  for (let model = firstModel; products.length < wanted; model++) {
    const random = openStream(options.seed, 'model', model);
    products.push(...drawVariants(random, drawModel(random, generations)));
  }
  return products.slice(0, wanted);
}

const categorySums = runningSums(categories.map((category) => category.weight));

/** Draws brand, line and noun; a combination drawn before is the next generation of that line. */
function drawModel(random: Random, generations: Map<string, number>): Product {
  const index = drawIndex(random, categorySums);
  const category = categories[index];
  if (!category) throw new RangeError(`No category ${index}`);
  const brand = random.pick(brands[category.department]);
  const line = random.pick(brand.includes('Qinglan') ? qinglanLines : lines[category.department]);
  const noun = random.pick(category.nouns);
  const key = `${brand}|${line}|${noun}`;
  const generation = (generations.get(key) ?? 0) + 1;
  generations.set(key, generation);
  const [low, high] = category.prices;
  const share = random.float();
  const basePriceCents = Math.round((low + (high - low) * share * share) * 10) * 10 - 1;
  return {
    category: index,
    brand,
    line,
    generation,
    noun,
    audience: '',
    color: '',
    size: '',
    style: random.pick(styles),
    basePriceCents,
  };
}

/** One to nine variants of a model: audiences × colours × neighbouring sizes, thinned out. */
function drawVariants(random: Random, product: Product): Product[] {
  const category = categories[product.category];
  const audiences = some(random, category?.audiences ?? [], 2);
  const shades = some(random, colors, 3);
  const sizes = run(random, category?.sizes ?? [], 4);
  const all = audiences.flatMap((audience) =>
    shades.flatMap((color) => sizes.map((size) => ({ ...product, audience, color, size }))),
  );
  const kept = all.filter((_, index) => index === 0 || random.chance(0.6));
  return kept.slice(0, 9);
}

function some(random: Random, list: readonly string[], most: number): string[] {
  if (list.length === 0) return [''];
  const wanted = random.between(1, Math.min(most, list.length));
  const start = random.between(0, list.length - 1);
  return Array.from({ length: wanted }, (_, step) => list[(start + step * 3) % list.length] ?? '');
}

function run(random: Random, list: readonly string[], most: number): string[] {
  if (list.length === 0) return [''];
  const start = random.between(0, list.length - 1);
  return list.slice(start, start + random.between(1, most));
}

/** Days until something arrives: half of them within 20 days, the rest ever more thinly. */
export function daysUntilArrival(random: Random): number {
  const share = random.float();
  return 1 + Math.min(100_000, Math.floor((20 * share) / (1 - share)));
}

function missingColumns(random: Random, dirt: number): string[] {
  const shares = { color: 0.05, category: 0.03, brand: 0.02 };
  return Object.entries(shares)
    .filter(([, share]) => random.chance(share * dirt))
    .map(([column]) => column);
}
