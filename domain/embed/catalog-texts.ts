import { join } from 'node:path';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import type { StageContext } from '../runtime/stage.ts';
import { upTo } from '../store/datasets.ts';
import { nothingDone, wholeOutput } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { findOrMake, type WholeParts } from '../warehouse/whole.ts';
import { type Workspace, withWorkspace } from '../warehouse/workspace.ts';

/** Raise it when the same items and reviews would give other texts. */
export const textsVersion = 1;

const stage = 'embed';

/** Most characters of a text that are looked at; an encoder reads far fewer. */
const longestText = 4000;

/** What the catalogue's texts are taken from. */
export interface CatalogWork {
  /** `unified.items`. */
  readonly items: readonly DatasetSlice[];
  /** `unified.reviews`. */
  readonly reviews: readonly DatasetSlice[];
  /** Item columns joined to an item's text, in this order. */
  readonly itemText: readonly string[];
  /** Last day whose reviews count, YYYY-MM-DD. */
  readonly dataDate: string;
}

/** A text and what names its content. */
export interface HashedText {
  /** sha256 of the text in NFC, trimmed, in hex. */
  readonly hash: string;
  readonly text: string;
}

/**
 * Writes `feature.texts`: which text every item and review has, by its content hash; and beside it each different text once.
 *
 * Grain: one item (`kind` item, `id` its id) or one review (`kind` review, `id` source/slice/file:line) with a text that is
 * not blank. Equal texts are encoded once, whoever has them.
 */
export async function catalogTexts(
  store: Store,
  context: StageContext,
  work: CatalogWork,
): Promise<StageOutput> {
  const reviews = upTo(work.reviews, work.dataDate);
  const slices = [...work.items, ...reviews];
  if (slices.length === 0) return nothingDone(stage, 'there are no items and no reviews yet');
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: 'read texts',
      version: textsVersion,
      dataset: 'feature.texts',
      config: { itemText: work.itemText },
      inputs: slices.map(({ manifest }) => manifest.sha256),
    },
    (workspace) => make(store, workspace, { ...work, reviews }),
  );
  return wholeOutput(
    done.stored,
    { 'feature.texts': 'owners', 'feature.contents': 'contents' },
    { reused: done.reused },
  );
}

/** Every different text of `feature.contents`, by hash. */
export async function readContents(
  store: Store,
  context: StageContext,
  contents: readonly DatasetSlice[],
): Promise<HashedText[]> {
  const paths = await store.objects.openAll(contents.flatMap(({ files }) => files));
  if (paths.length === 0) return [];
  return withWorkspace(store, context, async ({ warehouse }) => {
    const relation = readParquetSql(paths);
    const texts: HashedText[] = [];
    for (const digit of '0123456789abcdef') {
      const rows = await warehouse.rows(
        'contents',
        `select hash, text from ${relation} where starts_with(hash, ${quotedString(digit)}) order by hash`,
      );
      texts.push(...rows.map(({ hash, text }) => ({ hash: String(hash), text: String(text) })));
    }
    return texts;
  });
}

async function make(store: Store, { warehouse, dir }: Workspace, work: CatalogWork): Promise<WholeParts> {
  await loadTexts(store, warehouse, work);
  const owners = await writeParquet(
    warehouse,
    'feature_texts',
    'select kind, id, hash from texts order by kind, id',
    join(dir, 'owners.parquet'),
  );
  const contents = await writeParquet(
    warehouse,
    'feature_contents',
    'select hash, min(text) as text from texts group by hash order by hash',
    join(dir, 'contents.parquet'),
  );
  return { files: { owners, contents }, ledger: [], facts: { owners: owners.rows, contents: contents.rows } };
}

async function loadTexts(store: Store, warehouse: Warehouse, work: CatalogWork): Promise<void> {
  const files = (slices: readonly DatasetSlice[]): Promise<string[]> =>
    store.objects.openAll(slices.flatMap((slice) => slice.files));
  const [items, reviews] = [await files(work.items), await files(work.reviews)];
  const parts = [
    ...(items.length > 0 ? [itemTextsSql(readParquetSql(items), work.itemText)] : []),
    ...(reviews.length > 0 ? [reviewTextsSql(readParquetSql(reviews))] : []),
  ];
  await runSteps(warehouse, [
    {
      table: 'texts',
      sql: `select kind, id, text, sha256(text) as hash
from (
  select kind, id, trim(nfc_normalize(left(text, ${longestText}))) as text
  from (${parts.join(' union all ')})
)
where text is not null and text <> ''`,
    },
  ]);
}

function itemTextsSql(relation: string, columns: readonly string[]): string {
  const joined = `concat_ws('. ', ${columns.map((name) => `nullif(trim(${quotedIdentifier(name)}), '')`).join(', ')})`;
  return `select 'item' as kind, item_id as id, ${joined} as text from ${relation}`;
}

function reviewTextsSql(relation: string): string {
  return `select 'review' as kind, _source || '/' || _slice || '/' || _file || ':' || _line as id, text from ${relation}`;
}
