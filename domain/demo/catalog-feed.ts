import { categories } from './category-words.ts';
import { type Plant, writeRecords } from './dirt.ts';
import { amountText, csvLine, type FeedFile, feedFile } from './feed.ts';
import { itemStateAt } from './item-state.ts';
import type { Item } from './items.ts';
import type { OrderedChanges, World } from './world.ts';

/** The new source column of a night with `newColumn`. */
export const newCatalogColumn = 'eco_label';

const columns = [
  'sku',
  'title',
  'description',
  'category',
  'brand',
  'price',
  'currency',
  'stock',
  'color',
  'size',
  'updated_at',
];
const ecoLabels = ['none', 'organic', 'recycled', 'fair'];
const notNumbers = ['n/a', 'auf Anfrage', '12..9', 'TBD'];

interface CatalogRow {
  readonly item: Item;
  readonly fields: Readonly<Record<string, string>>;
}

/** The shop's own product feed of a day: every item offered, ordered by SKU, as CSV. */
export function catalogFeed(
  world: World,
  day: number,
  ordered: OrderedChanges,
  hasNewColumn: boolean,
): FeedFile {
  const names = hasNewColumn ? [...columns, newCatalogColumn] : columns;
  const rows = world.items
    .filter((item) => item.launchDay <= day)
    .map((item) => ({ item, fields: fieldsOf(world, item, day, ordered) }));
  const written = writeRecords<CatalogRow>({
    header: names.join(','),
    records: rows,
    plants,
    random: world.stream(day, 'catalog'),
    dirt: world.options.dirt,
    keyOf: (row) => row.item.sku,
    toText: (row) => csvLine(names.map((name) => row.fields[name] ?? '')),
  });
  return feedFile(`catalog/${world.dateOf(day)}.csv`, written);
}

/** Rows that are rejected are dead stock, so that no event refers to an item the intake has not. */
const isDeadStock = (row: CatalogRow): boolean => !row.item.sells;

const plants: readonly Plant<CatalogRow>[] = [
  {
    kind: 'unterminated-quote',
    expected: 'reject',
    share: 0,
    minimum: 1,
    column: 'title',
    suits: (row) => isDeadStock(row) && !/[",\n]/.test(Object.values(row.fields).join('')),
    tear: (text) => text.replace(',', ',"'),
  },
  {
    kind: 'negative-price',
    expected: 'reject',
    share: 0.003,
    minimum: 2,
    column: 'price',
    suits: isDeadStock,
    spoil: (row) => withField(row, 'price', `-${row.fields.price ?? ''}`),
  },
  {
    kind: 'non-numeric-price',
    expected: 'reject',
    share: 0.002,
    minimum: 1,
    column: 'price',
    suits: isDeadStock,
    spoil: (row, random) => withField(row, 'price', random.pick(notNumbers)),
  },
  { kind: 'repeated-row', expected: 'drop-duplicate', share: 0.008, minimum: 3, repeats: true },
  {
    kind: 'mojibake',
    expected: 'flag',
    share: 0.003,
    minimum: 1,
    column: 'title',
    suits: (row) => /[à-ÿ]/.test(row.fields.title ?? ''),
    spoil: (row) => withField(row, 'title', Buffer.from(row.fields.title ?? '', 'utf8').toString('latin1')),
  },
  {
    kind: 'blanks',
    expected: 'repair',
    share: 0.008,
    minimum: 2,
    column: 'brand',
    suits: (row) => row.fields.brand !== '',
    spoil: (row) => withField(row, 'brand', ` ${row.fields.brand ?? ''}  `),
  },
];

function withField(row: CatalogRow, name: string, value: string): CatalogRow {
  return { ...row, fields: { ...row.fields, [name]: value } };
}

function fieldsOf(world: World, item: Item, day: number, ordered: OrderedChanges): Record<string, string> {
  const state = itemStateAt(world.options.seed, item, day, ordered.get(item.index));
  const fields: Record<string, string> = {
    sku: item.sku,
    title: state.title,
    description: state.description,
    category: categories[item.category]?.path ?? '',
    brand: item.brand,
    price: amountText(state.priceCents),
    currency: 'EUR',
    stock: String(state.stock),
    color: item.color,
    size: item.size,
    updated_at: `${world.dateOf(state.updatedDay)} 03:15:00`,
    [newCatalogColumn]: ecoLabels[item.index % ecoLabels.length] ?? '',
  };
  for (const column of item.missing) fields[column] = '';
  return fields;
}
