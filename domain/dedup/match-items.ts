import { join } from 'node:path';
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
import { type DecidedItems, decidedItems } from './decided-pairs.ts';
import { namespaceOrder } from './golden-id.ts';
import type { ItemText } from './item-profiles.ts';
import { type Verdict, verdictsKey } from './match-decisions.ts';
import type { MatchMemory } from './match-memory.ts';
import {
  type ClusterRow,
  goldenClustersSql,
  itemClustersSql,
  ownClustersSql,
  pairsSql,
} from './match-sql.ts';
import { type ChosenStart, chooseStart, type MatchNight, whyAnew } from './match-start.ts';
import { readMemory, writeLines, writeMemory } from './memory-file.ts';
import { pairRow } from './pair-row.ts';
import { lowestKept, type Resolution, resolveItems } from './resolve-items.ts';
import { stage } from './stage.ts';

/** Raise it when the same records would give other bytes. */
export const matchVersion = 3;

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
  /** What the night may start from. Default: nothing, everything is learned and compared. */
  readonly night?: MatchNight;
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
 * `compared` counts the candidate pairs that were compared, `start` says what the night started from.
 *
 * A night goes on from the memory of the published one (role `memory` of the manifest): its words keep their weights and only
 * pairs with a new or changed item are compared; clusters are those of comparing all by the same measure. It learns anew
 * after `relearnDays`, beyond a drift of `relearnShare`, with other namespaces, and in a forced run. The memory is named in the key.
 * Cost: linear in the items, some 0.5 ms each; JavaScript yields every 50 ms.
 *
 * @throws DataQualityError STK-DEDUP-GOLDEN-ID when two clusters would get one golden id
 */
export async function matchItems(store: Store, context: StageContext, work: MatchWork): Promise<StageOutput> {
  if (work.records.length === 0) return nothingDone(stage, 'there are no items yet');
  const inputs = work.records.map(({ manifest }) => manifest.sha256);
  const chosen =
    work.night && (await chooseStart(store, context, work.night, { version: matchVersion, inputs }));
  let why = '';
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
        ...(chosen ? { start: chosen.start } : {}),
        ...verdictsKey(work.verdicts),
      },
      inputs,
    },
    async (scratch, progress) => {
      const made = await match(store, context, scratch, { ...work, chosen }, progress);
      why = made.why;
      return made.parts;
    },
  );
  const output = wholeOutput(
    done.stored,
    { 'match.pairs': 'pairs', 'match.clusters': 'clusters' },
    { reused: done.reused, why, keepsLedger: true },
  );
  const { items, matches, compared } = done.stored.manifest.facts;
  return { ...output, facts: { items, matches, ...(compared === undefined ? {} : { compared }) } };
}

async function match(
  store: Store,
  context: StageContext,
  { warehouse, dir }: Workspace,
  work: MatchWork & { readonly chosen: ChosenStart | undefined },
  progress: Progress,
): Promise<{ readonly parts: WholeParts; readonly why: string }> {
  const paths = await store.objects.openAll(work.records.flatMap(({ files }) => files));
  await runSteps(warehouse, [{ table: 'records', sql: `select * from ${readParquetSql(paths)}` }]);
  const present = await warehouse.rows('namespaces', 'select distinct namespace from records order by 1');
  const namespaces = present.map(({ namespace }) => String(namespace));
  const made: Made = { dir, work, areSeveral: namespaces.length > 1 };
  if (made.areSeveral || work.verdicts?.length) {
    const texts = await readTexts(warehouse);
    progress({ items: texts.length });
    const held = made.areSeveral ? await heldMemory(store, warehouse, work, texts) : { why: '' };
    made.decided = decidedItems(texts, work.verdicts ?? []);
    made.held = held;
    made.resolution = await resolveItems(texts, {
      threshold: work.threshold,
      breathe: createPace(context.signal, progress),
      decided: made.decided.pairs,
      ...(held.memory ? { memory: held.memory } : {}),
    });
    const { pairs, clusters } = made.resolution;
    await writeLines(
      pairsFile(dir),
      pairs.map((pair) => pairRow(pair, texts)),
    );
    const clustersFile = join(dir, 'clusters.jsonl');
    await writeLines(
      clustersFile,
      Array.from(clusters, (cluster, number): ClusterRow => ({ number, cluster })),
    );
    await runSteps(warehouse, [{ table: 'item_clusters', sql: itemClustersSql(clustersFile) }]);
  } else {
    await writeLines(pairsFile(dir), []);
    await runSteps(warehouse, [{ table: 'item_clusters', sql: ownClustersSql() }]);
  }
  const order = namespaceOrder(work.namespaces, namespaces);
  await runSteps(warehouse, [{ table: 'golden_clusters', sql: goldenClustersSql(order) }]);
  await assertGoldenIdsDiffer(warehouse);
  return { parts: await writeOutputs(warehouse, made), why: whyOf(made) };
}

/** What matching has come to before it is written. */
interface Made {
  readonly dir: string;
  readonly work: MatchWork & { readonly chosen: ChosenStart | undefined };
  readonly areSeveral: boolean;
  resolution?: Resolution;
  decided?: DecidedItems;
  held?: Held;
}

/** A memory to go on from, or why there is none. */
interface Held {
  readonly memory?: MatchMemory;
  readonly why: string;
}

async function heldMemory(
  store: Store,
  warehouse: Warehouse,
  { chosen, threshold }: Made['work'],
  texts: readonly ItemText[],
): Promise<Held> {
  if (!chosen?.start.from) return { why: chosen?.why ?? '' };
  const memory = await readMemory(store, warehouse, chosen.start.from);
  const { relearnShare } = chosen.start;
  const against = whyAnew(memory, texts, { lowest: lowestKept(threshold), relearnShare });
  return against ? { why: against } : { memory, why: chosen.why };
}

function whyOf({ resolution, held, work }: Made): string {
  if (!work.chosen || !resolution || !held) return '';
  const { compared, blocking } = resolution;
  const how = held.memory ? held.why : `learned anew: ${held.why}`;
  return `${compared} of ${blocking.candidates} candidate pairs compared (${how})`;
}

function pairsFile(dir: string): string {
  return join(dir, 'pairs.jsonl');
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

async function writeOutputs(warehouse: Warehouse, made: Made): Promise<WholeParts> {
  const { dir, resolution, decided } = made;
  const pairs = await writeParquet(
    warehouse,
    'match_pairs',
    pairsSql(pairsFile(dir)),
    join(dir, 'pairs.parquet'),
  );
  const { table, sql } = loadSql(new URL('./sql/match_clusters.sql', import.meta.url));
  const clusters = await writeParquet(warehouse, table, sql, join(dir, 'clusters.parquet'));
  const keepsMemory = made.areSeveral && made.work.chosen && resolution;
  const counted = await warehouse.rows(
    'match_counts',
    'select _source, count(*) as records from records group by _source order by _source',
  );
  const items = await warehouse.count('items', 'select count(*) from golden_clusters');
  const golden = await warehouse.count('golden', 'select count(distinct cluster) from golden_clusters');
  return {
    files: {
      pairs,
      clusters,
      ...(keepsMemory ? { memory: await writeMemory(warehouse, dir, resolution.memory) } : {}),
    },
    ledger: counted.map(ledgerLine),
    facts: {
      items,
      clusters: golden,
      matches: resolution?.pairs.filter(({ isMatch }) => isMatch).length ?? 0,
      ...(resolution ? { compared: resolution.compared, blocking: roundedFacts(resolution) } : {}),
      ...(decided && decided.pairs.length + decided.unknown > 0
        ? { decided: { pairs: decided.pairs.length, unknown: decided.unknown } }
        : {}),
      ...startFacts(made),
    },
  };
}

/** What the next night needs to know of where this one started. */
function startFacts({ work, held }: Made): Record<string, unknown> {
  if (!work.chosen) return {};
  const { start } = work.chosen;
  return { start, learnedOn: held?.memory ? start.learnedOn : start.date };
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
