import { join } from 'node:path';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { UserFields } from '../../schemas/match.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { DataQualityError } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
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
import { type Verdict, verdictsKey } from './match-decisions.ts';
import { type ClusterRow, goldenClustersSql, itemClustersSql, ownClustersSql } from './match-sql.ts';
import { writeLines } from './memory-file.ts';
import { resolveUsers, type UserPair, type UserResolution } from './resolve-users.ts';
import { stage } from './stage.ts';
import { comparedFields, userValues } from './user-fields.ts';
import { levelIn, levelNames } from './user-levels.ts';
import { type UserPairRow, userPairsSql, userTextsSql } from './user-sql.ts';
import { createUserTable, type UserTable } from './user-table.ts';

/** Raise it when the same records would give other bytes. */
export const matchUsersVersion = 1;

/** What `matchUsers` is asked. */
export interface UserMatchWork {
  /** `match.records.users`. */
  readonly records: readonly DatasetSlice[];
  /** Namespaces in the order in which they win. */
  readonly namespaces: readonly string[];
  /** Attributes that users are compared by; none: nothing is compared. */
  readonly fields: UserFields;
  /** Probability (0-1) from which two users are one. */
  readonly threshold: number;
  /** Whether two users of one namespace can be one. */
  readonly withinSystem: boolean;
  /** What people decided about users, as `verdictsOf` reads it. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Resolves users across namespaces into `match.pairs.users` and `match.clusters.users`.
 *
 * As `matchItems` for items, with the matcher of `resolveUsers`: every night compares all candidates anew, which takes some
 * 50 µs a user. `match.pairs.users` holds compared pairs from a probability of 0.05 on: their ids and per field one word, never a
 * value; `match.clusters.users` leads from (namespace, user_id, source) to the golden id. Decisions win.
 *
 * Facts: users, clusters, candidates, matches, `learned` (weight in bits by field and level, share of matches).
 *
 * @throws DataQualityError STK-DEDUP-GOLDEN-ID when two clusters would get one golden id
 */
export async function matchUsers(
  store: Store,
  context: StageContext,
  work: UserMatchWork,
): Promise<StageOutput> {
  if (work.records.length === 0) return nothingDone(stage, 'there are no users yet');
  const { namespaces, fields, threshold, withinSystem, verdicts } = work;
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: 'match users',
      version: matchUsersVersion,
      dataset: 'match.clusters.users',
      config: { namespaces, fields, threshold, withinSystem, ...verdictsKey(verdicts) },
      inputs: work.records.map(({ manifest }) => manifest.sha256),
    },
    (scratch, progress) => match(store, context, scratch, work, progress),
  );
  const output = wholeOutput(
    done.stored,
    { 'match.pairs.users': 'pairs', 'match.clusters.users': 'clusters' },
    { reused: done.reused, keepsLedger: true },
  );
  const { users, matches, candidates } = done.stored.manifest.facts;
  return { ...output, facts: { users, matches, compared: candidates } };
}

async function match(
  store: Store,
  context: StageContext,
  { warehouse, dir }: Workspace,
  work: UserMatchWork,
  progress: Progress,
): Promise<WholeParts> {
  const paths = await store.objects.openAll(work.records.flatMap(({ files }) => files));
  await runSteps(warehouse, [
    { table: 'records', sql: `select * from ${readParquetSql(paths)}` },
    { table: 'match_texts', sql: userTextsSql(work.fields) },
  ]);
  const present = await warehouse.rows('namespaces', 'select distinct namespace from records order by 1');
  const order = namespaceOrder(
    work.namespaces,
    present.map(({ namespace }) => String(namespace)),
  );
  const areCompared = order.length > 1 || work.withinSystem || work.verdicts.length > 0;
  const { table, refs } = areCompared ? await readUsers(warehouse) : { table: undefined, refs: [] };
  progress({ users: refs.length });
  const decided = decidedItems(refs, work.verdicts);
  const resolution =
    table &&
    (await resolveUsers(table, {
      threshold: work.threshold,
      withinSystem: work.withinSystem,
      decided: decided.pairs,
      breathe: createPace(context.signal, progress),
    }));
  await loadClusters(warehouse, dir, resolution);
  await runSteps(warehouse, [{ table: 'golden_clusters', sql: goldenClustersSql(order, 'user_id') }]);
  await assertGoldenIdsDiffer(warehouse);
  return writeOutputs(warehouse, dir, { resolution, refs, decided });
}

async function loadClusters(
  warehouse: Warehouse,
  dir: string,
  resolution: UserResolution | undefined,
): Promise<void> {
  if (!resolution) return runSteps(warehouse, [{ table: 'item_clusters', sql: ownClustersSql('user_id') }]);
  const file = join(dir, 'clusters.jsonl');
  function* rows(clusters: Int32Array): Generator<ClusterRow> {
    for (const [number, cluster] of clusters.entries()) yield { number, cluster };
  }
  await writeLines(file, rows(resolution.clusters));
  return runSteps(warehouse, [{ table: 'item_clusters', sql: itemClustersSql(file, 'user_id') }]);
}

type UserRefs = readonly { readonly namespace: string; readonly itemId: string }[];

const rowsPerPage = 20_000;

/**
 * Reads `match_texts` (`userTextsSql`) in the order of its numbers as a table to compare, in pages, so that it does not hold the
 * process up; and who they are.
 */
export async function readUsers(
  warehouse: Warehouse,
): Promise<{ readonly table: UserTable; readonly refs: UserRefs }> {
  const refs: { namespace: string; itemId: string }[] = [];
  const systems = new Map<string, number>();
  const table = createUserTable();
  for (;;) {
    const page = await warehouse.rows(
      'match_texts.page',
      'select * exclude (number) from match_texts where number >= $from and number < $to order by number',
      { from: refs.length, to: refs.length + rowsPerPage },
    );
    for (const { namespace, user_id, ...said } of page) {
      const name = String(namespace);
      const system = systems.get(name) ?? systems.size;
      systems.set(name, system);
      table.add(system, userValues(said as Readonly<Record<string, string | null>>));
      refs.push({ namespace: name, itemId: String(user_id) });
    }
    if (page.length < rowsPerPage) return { table: table.done(), refs };
  }
}

async function assertGoldenIdsDiffer(warehouse: Warehouse): Promise<void> {
  const [row] = await warehouse.rows(
    'golden_ids',
    'select golden_id from golden_clusters group by golden_id having count(distinct cluster) > 1 order by golden_id limit 1',
  );
  if (!row) return;
  const mark = hashOf(row.golden_id).slice(0, 10);
  throw new DataQualityError(
    `Two clusters of users would have one golden id (its hash: ${mark}), expected one each: user ids of the first namespace look like "<namespace>::<id>"; rename the namespace in the configuration`,
    { code: 'STK-DEDUP-GOLDEN-ID', details: { goldenIdHash: mark } },
  );
}

async function writeOutputs(
  warehouse: Warehouse,
  dir: string,
  made: {
    readonly resolution: UserResolution | undefined;
    readonly refs: UserRefs;
    readonly decided: DecidedItems;
  },
): Promise<WholeParts> {
  const { resolution, refs, decided } = made;
  const lines = join(dir, 'pairs.jsonl');
  function* rows(): Generator<UserPairRow> {
    for (const pair of resolution?.pairs ?? []) yield pairRow(pair, refs);
  }
  await writeLines(lines, rows());
  const pairs = await writeParquet(
    warehouse,
    'match_pairs_users',
    userPairsSql(lines),
    join(dir, 'pairs.parquet'),
  );
  const { table, sql } = loadSql(new URL('./sql/match_user_clusters.sql', import.meta.url));
  const clusters = await writeParquet(warehouse, table, sql, join(dir, 'clusters.parquet'));
  const counted = await warehouse.rows(
    'match_counts',
    'select _source, count(*) as records from records group by _source order by _source',
  );
  return {
    files: { pairs, clusters },
    ledger: counted.map(ledgerLine),
    facts: {
      users: await warehouse.count('users', 'select count(*) from golden_clusters'),
      clusters: await warehouse.count('golden', 'select count(distinct cluster) from golden_clusters'),
      candidates: resolution?.candidates ?? 0,
      matches: resolution?.pairs.filter(({ isMatch }) => isMatch).length ?? 0,
      ...(resolution ? { learned: learnedFacts(resolution) } : {}),
      ...(decided.pairs.length + decided.unknown > 0
        ? { decided: { pairs: decided.pairs.length, unknown: decided.unknown } }
        : {}),
    },
  };
}

/** A compared pair as a row of `match.pairs.users`. */
function pairRow({ left, right, score, outcome, isMatch, decision }: UserPair, refs: UserRefs): UserPairRow {
  const [a, b] = [refs[left] as UserRefs[number], refs[right] as UserRefs[number]];
  const said = comparedFields.map((field, at) => [field, levelNames[levelIn(outcome, at)] ?? null]);
  return {
    namespace_a: a.namespace,
    user_a: a.itemId,
    namespace_b: b.namespace,
    user_b: b.itemId,
    score: Number(score.toFixed(6)),
    is_match: isMatch,
    ...(Object.fromEntries(said) as Record<(typeof comparedFields)[number], string | null>),
    decision,
  };
}

/** Weights in bits, as people read them: +1 doubles the odds. */
function learnedFacts({ learned }: UserResolution) {
  const bits = (weight: number): number => Number((weight / Math.LN2).toFixed(3));
  const weights = comparedFields.map((field, at) => [
    field,
    Object.fromEntries(levelNames.map((name, level) => [name, bits(learned.weights[at]?.[level] ?? 0)])),
  ]);
  return { matchShare: Number(learned.matchShare.toFixed(6)), weights: Object.fromEntries(weights) };
}

/** Matching loses and adds no record. */
function ledgerLine({ _source, records }: Row): LedgerEntry {
  const rows = Number(records);
  const counts = { duplicates: 0, merged: 0, rejected: 0, skipped: 0 };
  return {
    stage,
    source: String(_source),
    entity: 'users',
    slice: 'all',
    rowsIn: rows,
    rowsOut: rows,
    ...counts,
  };
}
