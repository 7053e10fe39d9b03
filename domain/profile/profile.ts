import { join } from 'node:path';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import type { StageContext } from '../runtime/stage.ts';
import { upTo } from '../store/datasets.ts';
import { nothingDone, wholeOutput } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { interactionsStep, withGoldenUsers } from '../warehouse/interactions-sql.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { quotedString } from '../warehouse/quoting.ts';
import { loadSql, runSteps } from '../warehouse/steps.ts';
import { findOrMake, type WholeParts } from '../warehouse/whole.ts';
import type { Workspace } from '../warehouse/workspace.ts';

/** Raise it when the same inputs would give other bytes. */
export const profileVersion = 1;

const stage = 'profile';

/** What `makeProfiles` reads. A dataset the project does not have is an empty list. */
export interface ProfileWork {
  /** Last day that counts, YYYY-MM-DD: nothing after it is seen. */
  readonly dataDate: string;
  readonly events: readonly DatasetSlice[];
  readonly reviews: readonly DatasetSlice[];
  readonly users: readonly DatasetSlice[];
  readonly items: readonly DatasetSlice[];
  readonly clusters: readonly DatasetSlice[];
  /** `match.clusters.users`. Default: none, users are of one system. */
  readonly userClusters?: readonly DatasetSlice[];
  /** `label.items`; its label stands in where an item has no category of its own. */
  readonly labels: readonly DatasetSlice[];
  /** Source → namespace of its items. */
  readonly namespaces: Readonly<Record<string, string>>;
}

/**
 * Writes `profile.users` and `profile.items` (columns: `schemas/profile.ts`), as of the data date: an event, a review or a
 * slice of a later day changes nothing.
 *
 * @throws SqlError STK-SQL-FAILED
 */
export async function makeProfiles(
  store: Store,
  context: StageContext,
  work: ProfileWork,
): Promise<StageOutput> {
  const past = {
    ...work,
    events: upTo(work.events, work.dataDate),
    reviews: upTo(work.reviews, work.dataDate),
  };
  const inputs = [
    ...[past.events, past.reviews, past.users, past.items],
    ...[past.clusters, past.userClusters ?? [], past.labels],
  ].flat();
  if (inputs.length === 0) return nothingDone(stage, 'there is nothing to profile yet');
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: 'profile',
      version: profileVersion,
      dataset: 'profile',
      config: { dataDate: work.dataDate, namespaces: work.namespaces },
      inputs: inputs.map(({ manifest }) => manifest.sha256),
    },
    (workspace) => make(store, workspace, past),
  );
  return wholeOutput(
    done.stored,
    { 'profile.users': 'users', 'profile.items': 'items' },
    { reused: done.reused },
  );
}

async function make(store: Store, { warehouse, dir }: Workspace, work: ProfileWork): Promise<WholeParts> {
  const files = async (slices: readonly DatasetSlice[]): Promise<string[]> =>
    store.objects.openAll(slices.flatMap((slice) => slice.files));
  const [events, clusters, reviews, users, items, labels] = await Promise.all(
    [work.events, work.clusters, work.reviews, work.users, work.items, work.labels].map(files),
  );
  const userClusters = await files(work.userClusters ?? []);
  await runSteps(warehouse, [
    interactionsStep({ ...work, events: events ?? [], clusters: clusters ?? [], userClusters }),
    { table: 'past_reviews', sql: reviewsSql(reviews ?? [], userClusters, work) },
    { table: 'known_users', sql: usersSql(users ?? []) },
    { table: 'known_items', sql: itemsSql(items ?? []) },
    { table: 'item_categories', sql: categoriesSql(items ?? [], labels ?? []) },
  ]);
  const written = [];
  for (const name of ['user_profiles', 'item_profiles']) {
    const { sql } = loadSql(new URL(`./sql/${name}.sql`, import.meta.url));
    const asOf = sql.replaceAll('$data_date', quotedString(work.dataDate));
    written.push(await writeParquet(warehouse, name, asOf, join(dir, `${name}.parquet`)));
  }
  const [userRows, itemRows] = written;
  if (!userRows || !itemRows) throw new TypeError('two profiles were to be written');
  return {
    files: { users: userRows, items: itemRows },
    ledger: [],
    facts: { users: userRows.rows, items: itemRows.rows },
  };
}

function reviewsSql(
  files: readonly string[],
  userClusters: readonly string[],
  { dataDate, namespaces }: ProfileWork,
): string {
  if (files.length === 0)
    return 'select null::varchar as user_id, null::varchar as item_id, null::decimal(18, 6) as rating where false';
  const reviews = withGoldenUsers(readParquetSql(files), userClusters, namespaces);
  return `select user_id, item_id, rating from ${reviews} where event_date <= ${quotedString(dataDate)}`;
}

function usersSql(files: readonly string[]): string {
  return files.length === 0
    ? 'select null::varchar as user_id where false'
    : `select distinct user_id from ${readParquetSql(files)}`;
}

function itemsSql(files: readonly string[]): string {
  return files.length === 0
    ? 'select null::varchar as item_id, null::decimal(18, 4) as price, null::boolean as gone where false'
    : `select item_id, price, gone_since is not null as gone from ${readParquetSql(files)}`;
}

function categoriesSql(items: readonly string[], labels: readonly string[]): string {
  if (items.length === 0) return 'select null::varchar as item_id, null::varchar as category where false';
  const own = `select item_id, category from ${readParquetSql(items)}`;
  if (labels.length === 0) return `select * from (${own}) where category is not null`;
  return `select item_id, coalesce(own.category, labels.label) as category
from (${own}) as own
left join (select item_id, label from ${readParquetSql(labels)} where label_kind = 'category') as labels using (item_id)
where coalesce(own.category, labels.label) is not null`;
}
