import { openStream, type Random } from '../math/random.ts';
import { categories } from './category-words.ts';
import { describe } from './item-state.ts';
import { type Assortment, type Item, type Product, signatureOf } from './items.ts';
import type { ShopOptions } from './options.ts';
import { spellProduct } from './supplier-spelling.ts';
import { colors } from './vocabulary.ts';

/** In which respect a near-miss differs from the item it resembles. */
export type Difference = 'size' | 'color' | 'generation';

/** One article of the second supplier. */
export interface Article {
  readonly articleNo: string;
  /** `same` = one of our items, `near-miss` = resembles one but is another product, `own` = only theirs. */
  readonly kind: 'same' | 'near-miss' | 'own';
  readonly product: Product;
  /** The item it is or resembles. */
  readonly item?: Item;
  readonly differs?: Difference;
  readonly name: string;
  readonly brand: string;
  readonly text: string;
  readonly ean: string;
  readonly listPriceCents: number;
  /** Whether this article's prices are written 12,90 and not 12.90. */
  readonly hasDecimalComma: boolean;
  readonly launchDay: number;
  /** 0-149: spreads price changes over the days. */
  readonly phase: number;
}

interface Candidate {
  readonly kind: Article['kind'];
  readonly product: Product;
  readonly item?: Item;
  readonly differs?: Difference;
}

/**
 * Lists all articles of the second supplier, ordered by article number: about 45 % of our items, near-misses of about
 * 10 % of them, and products of its own.
 */
export function createArticles(options: ShopOptions, assortment: Assortment): Article[] {
  const random = openStream(options.seed, 'articles');
  const taken = new Set([...assortment.items, ...assortment.supplierOnly].map(signatureOf));
  const candidates = assortment.items.flatMap((item) => candidatesOf(item, random, taken));
  for (const product of assortment.supplierOnly) candidates.push({ kind: 'own', product });
  return candidates
    .map((candidate, index) => ({ candidate, index, place: random.float() }))
    .sort((a, b) => a.place - b.place || a.index - b.index)
    .map(({ candidate }, index) => articleOf(options, candidate, index));
}

/** The supplier's price of an article on a day, in cents. */
export function listPriceCentsAt(article: Article, day: number): number {
  const version = Math.floor((day + article.phase) / 150);
  return Math.round(article.listPriceCents * (version % 2 === 0 ? 1 : 1.06));
}

function candidatesOf(item: Item, random: Random, taken: Set<string>): Candidate[] {
  const candidates: Candidate[] = [];
  if (random.chance(0.49) && item.sells) candidates.push({ kind: 'same', product: item, item });
  if (!random.chance(0.1)) return candidates;
  const nearMiss = differingProduct(item, random, taken);
  if (nearMiss) candidates.push({ kind: 'near-miss', item, ...nearMiss });
  return candidates;
}

/** Changes one attribute so that the result is no product of the catalogue; undefined when all are taken. */
function differingProduct(
  item: Item,
  random: Random,
  taken: Set<string>,
): { product: Product; differs: Difference } | undefined {
  const sizes = categories[item.category]?.sizes ?? [];
  const options: { product: Product; differs: Difference }[] = [
    ...sizes.map((size) => ({ product: { ...item, size }, differs: 'size' as const })),
    ...colors.map((color) => ({ product: { ...item, color }, differs: 'color' as const })),
    { product: { ...item, generation: item.generation + 1 }, differs: 'generation' },
    { product: { ...item, generation: item.generation + 2 }, differs: 'generation' },
  ];
  const wanted = random.pick(['size', 'color', 'generation'] as const);
  const free = options.filter((option) => !taken.has(signatureOf(option.product)));
  const preferred = free.filter((option) => option.differs === wanted);
  if (free.length === 0) return undefined;
  const chosen = random.pick(preferred.length > 0 ? preferred : free);
  taken.add(signatureOf(chosen.product));
  return chosen;
}

function articleOf(options: ShopOptions, candidate: Candidate, index: number): Article {
  const articleNo = `S9-${String(10_001 + index * 3).padStart(5, '0')}`;
  const random = openStream(options.seed, 'article', articleNo);
  const { product, item } = candidate;
  const spelling = spellProduct(product, random);
  return {
    articleNo,
    kind: candidate.kind,
    product,
    ...(item ? { item } : {}),
    ...(candidate.differs ? { differs: candidate.differs } : {}),
    ...spelling,
    text: describe(options.seed, product, item ? `${item.model}` : articleNo, random.between(0, 3)).replace(
      '\n',
      ' ',
    ),
    ean: eanOf(200_000_000_000 + index * 7919),
    listPriceCents: Math.round(product.basePriceCents * (0.92 + 0.16 * random.float())),
    hasDecimalComma: random.chance(0.5),
    launchDay: item && candidate.kind === 'same' ? item.launchDay : 0,
    phase: random.between(0, 149),
  };
}

/** Appends the check digit of GS1; numbers from 20 to 29 are kept for use within a shop, so no real product has them. */
function eanOf(twelveDigits: number): string {
  const digits = String(twelveDigits);
  let sum = 0;
  for (let index = 0; index < 12; index++) sum += Number(digits[index]) * (index % 2 === 0 ? 1 : 3);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
