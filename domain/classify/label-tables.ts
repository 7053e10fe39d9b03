import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { Store } from '../store/store.ts';
import { interactionsStep, withGoldenUsers } from '../warehouse/interactions-sql.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { quotedString } from '../warehouse/quoting.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { ItemText } from './label-items.ts';
import type { ReviewText } from './label-reviews.ts';
import type { LabelWork } from './label-work.ts';

/** Most labelled things learned from; more change the figures little and cost much. Chosen by the hash of their id. */
const mostLearned = 4000;

/** Items to learn a category from, and items without one, by id. */
export function readItems(warehouse: Warehouse): Promise<ItemText[]> {
  return things(warehouse, itemsSql, itemOf);
}

/** Reviews to learn a sentiment from, and reviews without a rating, by id. */
export function readReviews(warehouse: Warehouse): Promise<ReviewText[]> {
  return things(warehouse, reviewsSql, reviewOf);
}

/** Loads what labels are made from as tables: interactions, own_items, past_reviews. */
export async function loadLabelTables(store: Store, warehouse: Warehouse, work: LabelWork): Promise<void> {
  const files = (slices: readonly DatasetSlice[]): Promise<string[]> =>
    store.objects.openAll(slices.flatMap((slice) => slice.files));
  const [events, clusters, items, reviews] = [
    await files(work.events),
    await files(work.clusters),
    await files(work.items),
    await files(work.reviews),
  ];
  const userClusters = await files(work.userClusters ?? []);
  const named = (relation: string): string => withGoldenUsers(relation, userClusters, work.namespaces);
  await runSteps(warehouse, [
    interactionsStep({ ...work, events, clusters, userClusters }),
    { table: 'own_items', sql: items.length > 0 ? ownItemsSql(readParquetSql(items)) : noItems },
    {
      table: 'past_reviews',
      sql: reviews.length > 0 ? pastReviewsSql(named(readParquetSql(reviews)), work.dataDate) : noReviews,
    },
  ]);
}

const noItems =
  'select null::varchar as item_id, null::varchar as title, null::varchar as description, null::varchar as brand, null::varchar as category, null::varchar as draw where false';

const noReviews =
  'select null::varchar as review_id, null::varchar as user_id, null::varchar as text, null::decimal(18, 6) as rating, null::date as event_date, null::varchar as draw where false';

function ownItemsSql(relation: string): string {
  return `select
  item_id,
  title,
  left(description, 2000) as description,
  brand,
  nullif(trim(category), '') as category,
  md5(item_id) as draw
from ${relation}`;
}

function pastReviewsSql(relation: string, dataDate: string): string {
  return `select
  _source || '/' || _slice || '/' || _file || ':' || _line as review_id,
  user_id,
  left(text, 2000) as text,
  rating,
  event_date,
  md5(_source || '/' || _slice || '/' || _file || ':' || _line) as draw
from ${relation}
where event_date <= ${quotedString(dataDate)}`;
}

/** Items to learn from and items to label. */
const itemsSql = `select item_id, title, description, brand, category
from own_items
qualify category is null or row_number() over (partition by category is null order by draw, item_id) <= ${mostLearned}
order by item_id`;

/** Items that came with a category, learned from or not. */
export const givenItemsSql =
  'select item_id as id, category as label from own_items where category is not null';

const reviewsSql = `select review_id, text, rating::double as rating
from past_reviews
where text is not null
qualify rating is null or row_number() over (partition by rating is null order by draw, review_id) <= ${mostLearned}
order by review_id`;

const rowsPerPage = 5000;

async function things<Thing>(
  warehouse: Warehouse,
  sql: string,
  thingOf: (row: Readonly<Record<string, unknown>>) => Thing,
): Promise<Thing[]> {
  const found: Thing[] = [];
  for (;;) {
    const page = await warehouse.rows('things', `${sql} limit ${rowsPerPage} offset ${found.length}`);
    found.push(...page.map(thingOf));
    if (page.length < rowsPerPage) return found;
  }
}

function itemOf(row: Readonly<Record<string, unknown>>): ItemText {
  return {
    itemId: String(row.item_id),
    title: textOrNull(row.title),
    description: textOrNull(row.description),
    brand: textOrNull(row.brand),
    category: textOrNull(row.category),
  };
}

function reviewOf(row: Readonly<Record<string, unknown>>): ReviewText {
  return {
    reviewId: String(row.review_id),
    text: textOrNull(row.text),
    rating: row.rating === null ? null : Number(row.rating),
  };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
