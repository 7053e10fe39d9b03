import { openStream } from '../math/random.ts';
import { categories } from './category-words.ts';
import { type Item, lineName, type Product } from './items.ts';
import { styleSentences } from './vocabulary.ts';

/** The facts of an item that change over time. */
export const changingFields = ['title', 'price', 'description', 'stock'] as const;
export type ChangingField = (typeof changingFields)[number];

/** What the catalogue says about an item on a day. */
export interface ItemState {
  readonly title: string;
  readonly description: string;
  readonly priceCents: number;
  readonly stock: number;
  /** Day of the last change; may lie before day 0. */
  readonly updatedDay: number;
}

/** Changes ordered for single nights, beside those every night brings. */
export interface OrderedChange {
  readonly day: number;
  readonly field: ChangingField;
}

/** Mean days between two changes of a field; one item in so many changes each night. */
const periods: Readonly<Record<ChangingField, number>> = {
  title: 1000,
  price: 200,
  description: 1000,
  stock: 100,
};

const priceFactors = [1, 0.9, 1.05, 0.85, 1.15, 0.95];
const deadStock = 7;
const titleEndings = ['', 'New Edition', 'Bestseller', 'Special Offer'];

/**
 * Tells what the catalogue says about an item on a day, without looking at the days before: each field has a
 * version number that grows by one every so many days, and by one for each ordered change.
 */
export function itemStateAt(
  seed: number,
  item: Item,
  day: number,
  ordered: readonly OrderedChange[] = [],
): ItemState {
  const version = (field: ChangingField): number => versionOf(item, field, day, ordered);
  return {
    title: titleOf(item, version('title')),
    description: describe(seed, item, `${item.model}`, version('description')),
    priceCents: priceOf(item, version('price')),
    stock: item.sells ? openStream(seed, 'stock', item.sku, version('stock')).between(0, 240) : deadStock,
    updatedDay: lastChange(item, day, ordered),
  };
}

/** The price alone, in cents: cheaper than the whole state. */
export function priceCentsAt(item: Item, day: number, ordered: readonly OrderedChange[] = []): number {
  return priceOf(item, versionOf(item, 'price', day, ordered));
}

/** The fields in which an item differs from the day before; empty on day 0 and on the day of its launch. */
export function changedFields(
  item: Item,
  day: number,
  ordered: readonly OrderedChange[] = [],
): ChangingField[] {
  if (day < 1 || item.launchDay >= day) return [];
  return changingFields.filter(
    (field) =>
      (changes(item, field) && daysSinceChange(item, field, day) === 0) ||
      ordered.some((change) => change.day === day && change.field === field),
  );
}

/** One to three sentences typical of the category; version `v` and `v + 1` differ. */
export function describe(seed: number, product: Product, name: string, version: number): string {
  const category = categories[product.category];
  if (!category) return '';
  const random = openStream(seed, 'description', name);
  const material = random.pick(category.materials);
  const use = random.pick(category.uses);
  const offset = random.between(0, category.features.length - 1);
  const feature = (step: number): string =>
    category.features[modulo(offset + version + step, category.features.length)] ?? '';
  const first = random.chance(0.5)
    ? `${material} with ${feature(0)} for ${use}.`
    : `${material} for ${use}, with ${feature(0)}.`;
  const sentences = [first];
  if (random.chance(0.7)) sentences.push(random.pick(styleSentences[product.style]));
  if (random.chance(0.35)) sentences.push(`It also has ${feature(1)}.`);
  if (random.chance(0.05)) sentences.splice(1, 2, `Part of the "${product.line}" series, made to last.`);
  return sentences.join(random.chance(0.06) ? '\n' : ' ');
}

function versionOf(item: Item, field: ChangingField, day: number, ordered: readonly OrderedChange[]): number {
  const extra = ordered.filter((change) => change.field === field && change.day <= day).length;
  return Math.floor((day + phaseOf(item, field)) / periods[field]) + extra;
}

function lastChange(item: Item, day: number, ordered: readonly OrderedChange[]): number {
  const regular = changingFields
    .filter((field) => changes(item, field))
    .map((field) => day - daysSinceChange(item, field, day));
  const extra = ordered.map((change) => change.day).filter((changeDay) => changeDay <= day);
  return Math.max(...regular, ...extra, ...(item.launchDay > 0 ? [item.launchDay] : []));
}

function daysSinceChange(item: Item, field: ChangingField, day: number): number {
  return modulo(day + phaseOf(item, field), periods[field]);
}

/** Dead stock is never sold, so its stock never changes. */
function changes(item: Item, field: ChangingField): boolean {
  return item.sells || field !== 'stock';
}

/** A remainder that is never negative. */
function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** Spreads items evenly over a field's period: a multiplicative hash of the item's phase and the field. */
function phaseOf(item: Item, field: ChangingField): number {
  const mixed = Math.imul(item.phase ^ Math.imul(changingFields.indexOf(field) + 1, 2654435761), 2246822519);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % periods[field];
}

function titleOf(item: Item, version: number): string {
  const ending = titleEndings[modulo(version, titleEndings.length)] ?? '';
  return [item.brand, lineName(item), item.noun, item.audience, item.color, item.size, ending]
    .filter((word) => word !== '')
    .join(' ');
}

function priceOf(item: Item, version: number): number {
  const factor = priceFactors[modulo(version, priceFactors.length)] ?? 1;
  return Math.round((item.basePriceCents * factor) / 10) * 10 - 1;
}
