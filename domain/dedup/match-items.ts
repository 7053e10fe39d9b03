import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { DataQualityError } from '../runtime/errors.ts';
import { createPace } from '../runtime/pace.ts';
import type { Progress } from '../runtime/progress.ts';
import type { StageContext } from '../runtime/stage.ts';
import { nothingDone, wholeOutput } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { loadSql, runSteps } from '../warehouse/steps.ts';
import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import { findOrMake, type WholeParts } from '../warehouse/whole.ts';
import type { Workspace } from '../warehouse/workspace.ts';
import type { DecidedPair } from './decided-pairs.ts';
import { namespaceOrder } from './golden-id.ts';
import type { ItemText } from './item-profiles.ts';
import { keyOfItem, type Verdict, verdictsKey } from './match-decisions.ts';
import {
  type ClusterRow,
  goldenClustersSql,
  itemClustersSql,
  ownClustersSql,
  type PairRow,
  pairsSql,
} from './match-sql.ts';
import { type ComparedPair, type Resolution, resolveItems } from './resolve-items.ts';
import { stage } from './stage.ts';

/** Raise it when the same records would give other bytes. */
export const matchVersion = 2;

/** What `matchItems` is asked. */
export interface MatchWork {
  /** `match.records.items`. */
  readonly records: readonly DatasetSlice[];
  /** Namespaces in the order in which they win. */
  readonly namespaces: readonly string[];
  /** Similarity (0-1) from which two items are one. */
  readonly threshold: number;
  /** What people decided about items, as `verdictsOf` reads it. */
  readonly verdicts?: readonly Verdict[];
}

/**
 * Resolves items across namespaces into `match.pairs` and `match.clusters`.
 *
 * Records of one namespace with one key are one item. Across namespaces `resolveItems` compares names, descriptions,
 * brands and prices; a match is the mutual best from the threshold on, and a cluster has one item of a namespace at most.
 * `match.pairs` holds compared pairs with a score of at least 0.25 and their evidence; `match.clusters` leads from
 * (namespace, item_id, source) to the golden id and tells the size of the cluster. Events keep the item id of their own
 * source, so this is the way from an event to its golden item. With one namespace and no decisions nothing is compared.
 *
 * Decisions win: accepted items are one, even of one namespace and without a likeness; rejected ones are two, also through
 * others. `match.pairs` names the decision of a decided pair. Without decisions the key is what it is without them.
 *
 * Facts: `blocking` (candidates, reduction ratio, completeness on a sample), items, matches, clusters; `decided` counts the
 * decisions that count and those about items that are not there.
 * Cost: linear in the items, some 0.5 ms each; JavaScript yields every 50 ms.
 *
 * @throws DataQualityError STK-DEDUP-GOLDEN-ID when two clusters would get one golden id
 */
export async function matchItems(store: Store, context: StageContext, work: MatchWork): Promise<StageOutput> {
  if (work.records.length === 0) return nothingDone(stage, 'there are no items yet');
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: 'match items',
      version: matchVersion,
      dataset: 'match.clusters',
      config: {
        namespaces: work.namespaces,
        threshold: work.threshold,
        ...verdictsKey(work.verdicts),
      },
      inputs: work.records.map(({ manifest }) => manifest.sha256),
    },
    (scratch, progress) => match(store, context, scratch, work, progress),
  );
  const output = wholeOutput(
    done.stored,
    { 'match.pairs': 'pairs', 'match.clusters': 'clusters' },
    { reused: done.reused, keepsLedger: true },
  );
  const { items, matches } = done.stored.manifest.facts;
  return { ...output, facts: { items, matches } };
}

async function match(
  store: Store,
  context: StageContext,
  { warehouse, dir }: Workspace,
  work: MatchWork,
  progress: Progress,
): Promise<WholeParts> {
  const paths = await store.objects.openAll(work.records.flatMap(({ files }) => files));
  await runSteps(warehouse, [{ table: 'records', sql: `select * from ${readParquetSql(paths)}` }]);
  const present = await warehouse.rows('namespaces', 'select distinct namespace from records order by 1');
  const namespaces = present.map(({ namespace }) => String(namespace));
  const pairsFile = join(dir, 'pairs.jsonl');
  let resolution: Resolution | undefined;
  let decided: DecidedItems | undefined;
  if (namespaces.length > 1 || work.verdicts?.length) {
    const texts = await readTexts(warehouse);
    progress({ items: texts.length });
    const breathe = createPace(context.signal, progress);
    decided = decidedItems(texts, work.verdicts ?? []);
    resolution = await resolveItems(texts, {
      threshold: work.threshold,
      breathe,
      decided: decided.pairs,
    });
    await writeLines(pairsFile, resolution.pairs, (pair) => pairRow(pair, texts));
    const clustersFile = join(dir, 'clusters.jsonl');
    await writeLines(
      clustersFile,
      resolution.clusters,
      (cluster, number): ClusterRow => ({ number, cluster }),
    );
    await runSteps(warehouse, [{ table: 'item_clusters', sql: itemClustersSql(clustersFile) }]);
  } else {
    await writeLines(pairsFile, [], () => ({}));
    await runSteps(warehouse, [{ table: 'item_clusters', sql: ownClustersSql }]);
  }
  const order = namespaceOrder(work.namespaces, namespaces);
  await runSteps(warehouse, [{ table: 'golden_clusters', sql: goldenClustersSql(order) }]);
  await assertGoldenIdsDiffer(warehouse);
  return writeOutputs(warehouse, dir, pairsFile, resolution, decided);
}

interface DecidedItems {
  readonly pairs: readonly DecidedPair[];
  /** Decisions about items that no source delivers. */
  readonly unknown: number;
}

function decidedItems(texts: readonly ItemText[], verdicts: readonly Verdict[]): DecidedItems {
  const wanted = new Set(verdicts.flatMap(({ a, b }) => [keyOfItem(a), keyOfItem(b)]));
  const numbers = new Map<string, number>();
  if (wanted.size > 0)
    for (const [number, text] of texts.entries()) {
      const key = keyOfItem(text);
      if (wanted.has(key)) numbers.set(key, number);
    }
  const pairs = verdicts.flatMap(({ a, b, action, decision }) => {
    const [x, y] = [numbers.get(keyOfItem(a)), numbers.get(keyOfItem(b))];
    if (x === undefined || y === undefined || x === y) return [];
    return [{ left: Math.min(x, y), right: Math.max(x, y), action, decision }];
  });
  return { pairs, unknown: verdicts.length - pairs.length };
}

const rowsPerPage = 5000;

/** Items in the order of their numbers, in pages, so that reading them does not hold the process up. */
async function readTexts(warehouse: Warehouse): Promise<ItemText[]> {
  await runSteps(warehouse, [loadSql(new URL('./sql/match_texts.sql', import.meta.url))]);
  const texts: ItemText[] = [];
  for (;;) {
    const page = await warehouse.rows(
      'match_texts.page',
      'select * from match_texts where number >= $from and number < $to order by number',
      { from: texts.length, to: texts.length + rowsPerPage },
    );
    texts.push(...page.map(textOf));
    if (page.length < rowsPerPage) return texts;
  }
}

function textOf(row: Row): ItemText {
  const text = (value: Row[string]): string | null => (typeof value === 'string' ? value : null);
  return {
    namespace: String(row.namespace),
    itemId: String(row.item_id),
    title: text(row.title ?? null),
    description: text(row.description ?? null),
    brand: text(row.brand ?? null),
    price: typeof row.price === 'number' ? row.price : null,
  };
}

function pairRow(
  { left, right, score, evidence, isMatch, decision }: ComparedPair,
  texts: readonly ItemText[],
): PairRow {
  const [a, b] = [texts[left], texts[right]] as [ItemText, ItemText];
  const figure = (value: number): number => Number(value.toFixed(6));
  return {
    namespace_a: a.namespace,
    item_a: a.itemId,
    namespace_b: b.namespace,
    item_b: b.itemId,
    score: figure(score),
    is_match: isMatch,
    word_overlap: figure(evidence.wordOverlap),
    containment: figure(evidence.containment),
    trigram_cosine: figure(evidence.trigramCosine),
    text_cosine: figure(evidence.textCosine),
    missed_a: figure(evidence.missedLeft),
    missed_b: figure(evidence.missedRight),
    contradiction: figure(evidence.contradiction),
    variant_conflict: figure(evidence.variantConflict),
    numbers: evidence.numbers,
    model_number: evidence.modelNumber,
    brand: evidence.brand,
    price_ratio: evidence.priceRatio === null ? null : figure(evidence.priceRatio),
    decision,
  };
}

async function writeLines<Item>(
  path: string,
  items: Iterable<Item>,
  rowOf: (item: Item, index: number) => object,
): Promise<void> {
  function* lines(): Generator<string> {
    let index = 0;
    for (const item of items) yield `${JSON.stringify(rowOf(item, index++))}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

async function assertGoldenIdsDiffer(warehouse: Warehouse): Promise<void> {
  const [row] = await warehouse.rows(
    'golden_ids',
    'select golden_id from golden_clusters group by golden_id having count(distinct cluster) > 1 order by golden_id limit 1',
  );
  if (!row) return;
  throw new DataQualityError(
    `Two clusters of items would both be called ${row.golden_id}: item ids of the first namespace look like "<namespace>::<id>"; rename the namespace in the configuration`,
    { code: 'STK-DEDUP-GOLDEN-ID', details: { goldenId: row.golden_id } },
  );
}

async function writeOutputs(
  warehouse: Warehouse,
  dir: string,
  pairsFile: string,
  resolution: Resolution | undefined,
  decided: DecidedItems | undefined,
): Promise<WholeParts> {
  const pairs = await writeParquet(warehouse, 'match_pairs', pairsSql(pairsFile), join(dir, 'pairs.parquet'));
  const { table, sql } = loadSql(new URL('./sql/match_clusters.sql', import.meta.url));
  const clusters = await writeParquet(warehouse, table, sql, join(dir, 'clusters.parquet'));
  const counted = await warehouse.rows(
    'match_counts',
    'select _source, count(*) as records from records group by _source order by _source',
  );
  const items = await warehouse.count('items', 'select count(*) from golden_clusters');
  const golden = await warehouse.count('golden', 'select count(distinct cluster) from golden_clusters');
  return {
    files: { pairs, clusters },
    ledger: counted.map(ledgerLine),
    facts: {
      items,
      clusters: golden,
      matches: resolution?.pairs.filter(({ isMatch }) => isMatch).length ?? 0,
      ...(resolution ? { blocking: roundedFacts(resolution) } : {}),
      ...(decided && decided.pairs.length + decided.unknown > 0
        ? { decided: { pairs: decided.pairs.length, unknown: decided.unknown } }
        : {}),
    },
  };
}

function roundedFacts({ blocking }: Resolution): Record<string, number> {
  return Object.fromEntries(
    Object.entries(blocking).map(([name, value]) => [name, Number(Number(value).toFixed(6))]),
  );
}

/** Matching loses and adds no record. */
function ledgerLine({ _source, records }: Row): LedgerEntry {
  const rows = Number(records);
  const counts = { duplicates: 0, merged: 0, rejected: 0, skipped: 0 };
  return {
    stage,
    source: String(_source),
    entity: 'items',
    slice: 'all',
    rowsIn: rows,
    rowsOut: rows,
    ...counts,
  };
}
