import { join } from 'node:path';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { Survivorship } from '../../schemas/match.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { DataQualityError } from '../runtime/errors.ts';
import type { StageContext } from '../runtime/stage.ts';
import { nothingDone, wholeOutput } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import { findOrMake, type WholeParts } from '../warehouse/whole.ts';
import type { Workspace } from '../warehouse/workspace.ts';
import { keyOf } from './entity-sql.ts';
import { namespaceOrder } from './golden-id.ts';
import {
  goldenAttributesSql,
  goldenPicksSql,
  goldenTotalsSql,
  ownIdsSql,
  storedGoldenSql,
} from './golden-sql.ts';
import type { RecordEntity } from './records-sql.ts';
import { stage } from './stage.ts';

/** Raise it when the same records and clusters would give other bytes. */
export const goldenVersion = 2;

/** What `goldenRecords` is asked; without `clusters` every (namespace, key) is a record of its own. */
export interface GoldenWork {
  readonly entity: RecordEntity;
  /** `match.records.<entity>`. */
  readonly records: readonly DatasetSlice[];
  /** `match.clusters` for items, `match.clusters.users` for users. */
  readonly clusters?: readonly DatasetSlice[];
  /** Earlier namespaces win. */
  readonly namespaces: readonly string[];
  /** How each column survives. Default: by source priority. */
  readonly survivorship?: Survivorship;
}

/**
 * Writes `unified.users` or `unified.items`: one golden record per cluster, or per (namespace, key) without clusters.
 *
 * Each column survives on its own: a value before none, then its rule, the earlier namespace, the newer value, the source by
 * name; a currency goes with its price. `_provenance` (JSON) tells for each column that has a value the source, slice, file
 * and line it was read from, and the namespace and id of the record that says so;
 * `namespaces` and `sources` are sorted JSON lists; `gone_since` is null while any source still has the record.
 * The attributes of users of several systems survive member by member (`attributes.<name>` in the provenance), those of items as one.
 * The key is the id in the first namespace, else `<namespace>:<id>`. Events keep the item id of their own source:
 * `match.clusters` leads from (namespace, item_id) to the golden id.
 *
 * The ledger counts source rows: one golden record is `rowsOut` of the source its id came from, all other rows are `merged`.
 *
 * @throws DataQualityError STK-DEDUP-CLUSTERS when the clusters were made from other records
 */
export async function goldenRecords(
  store: Store,
  context: StageContext,
  work: GoldenWork,
): Promise<StageOutput> {
  if (work.records.length === 0) return nothingDone(stage, `there are no records of ${work.entity} yet`);
  const dataset = `unified.${work.entity}`;
  const slices = [...work.records, ...(work.clusters ?? [])];
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: `unify ${work.entity}`,
      version: goldenVersion,
      dataset,
      config: { namespaces: work.namespaces, ...survivorshipKey(work.survivorship) },
      inputs: slices.map(({ manifest }) => manifest.sha256),
    },
    (scratch) => make(store, scratch, work),
  );
  return wholeOutput(done.stored, { [dataset]: 'records' }, { reused: done.reused });
}

/** What rules add to the key: nothing where there are none. */
function survivorshipKey(rules: Survivorship = {}): { readonly survivorship?: Survivorship } {
  return Object.keys(rules).length > 0 ? { survivorship: rules } : {};
}

async function make(store: Store, { warehouse, dir }: Workspace, work: GoldenWork): Promise<WholeParts> {
  const { entity } = work;
  await loadTable(store, warehouse, 'records', work.records);
  const present = await warehouse.rows('namespaces', 'select distinct namespace from records order by 1');
  const order = namespaceOrder(
    work.namespaces,
    present.map(({ namespace }) => String(namespace)),
  );
  const mergesAttributes = entity === 'users' && work.clusters !== undefined && work.clusters.length > 0;
  if (work.clusters?.length) await loadClusters(store, warehouse, keyOf(entity), work.clusters);
  else await runSteps(warehouse, [{ table: 'golden_ids', sql: ownIdsSql(entity, order) }]);
  await assertEveryRecordHasAnId(warehouse, entity);
  await runSteps(warehouse, [
    { table: 'golden_picks', sql: goldenPicksSql(entity, order, work.survivorship) },
  ]);
  if (mergesAttributes) {
    const sql = goldenAttributesSql(entity, order, work.survivorship);
    await runSteps(warehouse, [{ table: 'golden_attributes', sql }]);
  }
  const path = join(dir, 'golden.parquet');
  const stored = storedGoldenSql(entity, mergesAttributes);
  const records = await writeParquet(warehouse, `unified_${entity}`, stored, path);
  const totals = await warehouse.rows('golden_totals', goldenTotalsSql(entity));
  return { files: { records }, ledger: ledgerOf(entity, totals), facts: { entity, records: records.rows } };
}

async function loadTable(
  store: Store,
  warehouse: Warehouse,
  table: string,
  slices: readonly DatasetSlice[],
): Promise<void> {
  const paths = await store.objects.openAll(slices.flatMap(({ files }) => files));
  await runSteps(warehouse, [{ table, sql: `select * from ${readParquetSql(paths)}` }]);
}

async function loadClusters(
  store: Store,
  warehouse: Warehouse,
  key: string,
  clusters: readonly DatasetSlice[],
): Promise<void> {
  await loadTable(store, warehouse, 'clusters', clusters);
  await runSteps(warehouse, [
    { table: 'golden_ids', sql: `select distinct namespace, ${key}, golden_id from clusters` },
  ]);
}

async function assertEveryRecordHasAnId(warehouse: Warehouse, entity: RecordEntity): Promise<void> {
  const key = keyOf(entity);
  const others = await warehouse.count(
    'records_without_id',
    `select count(*) from (
  select records.namespace, records.${key}, _source, count(golden_id) as ids
  from records
  left join golden_ids using (namespace, ${key})
  group by all
) where ids <> 1`,
  );
  if (others === 0) return;
  throw new DataQualityError(
    `${others} records of ${entity} have no cluster or more than one; match.clusters was made from other records, run the night again with --force`,
    { code: 'STK-DEDUP-CLUSTERS', details: { entity, records: others } },
  );
}

function ledgerOf(entity: RecordEntity, totals: readonly Row[]): LedgerEntry[] {
  return totals.map((row) => ({
    stage,
    source: String(row._source),
    entity,
    slice: 'all',
    rowsIn: Number(row.source_rows),
    rowsOut: Number(row.golden),
    duplicates: 0,
    merged: Number(row.source_rows) - Number(row.golden),
    rejected: 0,
    skipped: 0,
  }));
}
