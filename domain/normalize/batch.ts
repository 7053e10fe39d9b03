import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { cleanSql, cleanTable, repeatsSql, repeatsTable } from './clean-sql.ts';
import { tooManyRejected } from './contract.ts';
import { type EntityPlan, planEntities } from './entity-plan.ts';
import type { Refusal } from './facts.ts';
import { judgedSql, judgedTable } from './mapping-sql.ts';
import { type EntityMeasure, measureEntity } from './measure.ts';
import {
  createQuarantineSql,
  parseRejectsSql,
  quarantineCountsSql,
  refusedSliceSql,
  rejectedRowsSql,
} from './quarantine-sql.ts';
import type { Rules } from './rules.ts';
import type { Batch, PendingSlice } from './slices.ts';
import {
  type RawFile,
  rawSql,
  type SourceShape,
  sourceShape,
  sourceViewSql,
  twinsSql,
} from './source-sql.ts';

/** A slice whose rows lie judged in the warehouse, ready to be written. */
export interface JudgedSlice {
  readonly pending: PendingSlice;
  /** Position in its batch; the tables name the slice by it. */
  readonly ordinal: number;
  /** By entity; empty for a slice without a row to look at. */
  readonly measures: ReadonlyMap<string, EntityMeasure>;
  readonly refused?: Refusal;
  /** Rows of its quarantine file. */
  readonly quarantined: number;
}

/** A worked batch: its slices, and the entities that have a table `clean_<entity>` (none where no slice has rows). */
export interface JudgedBatch {
  readonly slices: readonly JudgedSlice[];
  readonly plans: readonly EntityPlan[];
}

/**
 * Maps, types and judges all rows of a batch at once; leaves the tables `clean_<entity>` and `quarantine`.
 *
 * @throws ConfigError STK-NORMALIZE-EXPRESSION
 * @throws ArtifactError STK-ARTIFACT-CHECKSUM when a raw file is not what it was
 */
export async function judgeBatch(
  store: Store,
  warehouse: Warehouse,
  rules: Rules,
  batch: Batch,
): Promise<JudgedBatch> {
  await warehouse.run('quarantine', createQuarantineSql());
  const rejects = await openFiles(store, batch, ({ rejects }) => rejects);
  if (rejects.length > 0) await warehouse.run('parse_rejects', parseRejectsSql(rejects));
  const unreadable = await countsBySlice(warehouse);
  const files = batch.hasRows ? await openFiles(store, batch, (slice) => slice.files) : [];
  const { plans, measures } = batch.hasRows
    ? await judgeRows(warehouse, rules, files)
    : { plans: [], measures: [] };
  const judged = batch.slices.map((pending, ordinal) =>
    judgedSlice(rules, pending, ordinal, measures, unreadable.get(ordinal) ?? 0),
  );
  return { plans, slices: await quarantineRefused(warehouse, judged) };
}

async function openFiles(
  store: Store,
  batch: Batch,
  pick: (slice: PendingSlice) => readonly ArtifactRef[],
): Promise<RawFile[]> {
  const refs = batch.slices.flatMap((pending, ordinal) =>
    pick(pending).map((ref) => ({ ordinal, slice: pending.slice, ref })),
  );
  const paths = await store.objects.openAll(refs.map(({ ref }) => ref));
  return refs.map(({ ordinal, slice }, index) => ({ ordinal, slice, path: paths[index] as string }));
}

async function judgeRows(
  warehouse: Warehouse,
  rules: Rules,
  files: readonly RawFile[],
): Promise<{ plans: EntityPlan[]; measures: [entity: string, bySlice: Map<number, EntityMeasure>][] }> {
  const shape = await describeSource(warehouse, rules, files);
  await runSteps(warehouse, [{ table: 'raw', sql: rawSql(files, shape) }]);
  await warehouse.run('source', `create or replace view source as\n${sourceViewSql(shape)}`);
  const plans = await planEntities(warehouse, rules, shape);
  if (plans.some(({ kind, duplicates }) => kind === 'event' && duplicates === 'row')) {
    await runSteps(warehouse, [{ table: 'twins', sql: twinsSql(shape) }]);
  }
  const measures: [string, Map<number, EntityMeasure>][] = [];
  for (const plan of plans) {
    measures.push([plan.entity, await judgeEntity(warehouse, plan, shape)]);
  }
  // What is written lies in clean_<entity> and quarantine; the memory of the rest goes to the next batch.
  for (const table of ['raw', 'twins']) await warehouse.run(table, `drop table if exists ${table}`);
  return { plans, measures };
}

async function describeSource(
  warehouse: Warehouse,
  { source }: Rules,
  files: readonly RawFile[],
): Promise<SourceShape> {
  const first = files.filter(({ ordinal }) => ordinal === files[0]?.ordinal).map(({ path }) => path);
  const described = await warehouse.rows(
    'describe_source',
    `describe select * from ${readParquetSql(first)}`,
  );
  return sourceShape(
    described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) })),
    Object.keys(source.columns),
    source.nullValues,
  );
}

async function judgeEntity(
  warehouse: Warehouse,
  plan: EntityPlan,
  shape: SourceShape,
): Promise<Map<number, EntityMeasure>> {
  await runSteps(warehouse, [
    { table: judgedTable(plan), sql: judgedSql(plan, shape) },
    { table: repeatsTable(plan), sql: repeatsSql(plan) },
    { table: cleanTable(plan), sql: cleanSql(plan) },
  ]);
  const measures = await measureEntity(warehouse, plan);
  if ([...measures.values()].some(({ rejected }) => rejected > 0)) {
    await warehouse.run(`${plan.entity}_rejected`, rejectedRowsSql(plan, shape));
  }
  await warehouse.run(judgedTable(plan), `drop table ${judgedTable(plan)}`);
  return measures;
}

function judgedSlice(
  { name, source }: Rules,
  pending: PendingSlice,
  ordinal: number,
  measures: readonly [entity: string, bySlice: ReadonlyMap<number, EntityMeasure>][],
  unreadable: number,
): JudgedSlice {
  const own = measures.flatMap(([entity, bySlice]) => {
    const measure = bySlice.get(ordinal);
    return measure ? [{ entity, ...measure }] : [];
  });
  const refused =
    pending.refused ??
    tooManyRejected(
      { source: name, slice: pending.slice },
      source.contract.maxRejectedShare,
      own,
      own.flatMap(({ rejections }) => rejections),
      pending.rows === 0 ? unreadable : 0,
    );
  return {
    pending,
    ordinal,
    measures: new Map(own.map(({ entity, ...measure }) => [entity, measure])),
    ...(refused ? { refused } : {}),
    quarantined: 0,
  };
}

async function quarantineRefused(
  warehouse: Warehouse,
  slices: readonly JudgedSlice[],
): Promise<JudgedSlice[]> {
  for (const { ordinal, refused } of slices) {
    if (!refused) continue;
    const { code, message, rows } = refused;
    await warehouse.run('refused', refusedSliceSql, {
      ordinal,
      reason: code,
      message,
      rows: BigInt(rows),
    });
  }
  const quarantined = await countsBySlice(warehouse);
  return slices.map((slice) => ({ ...slice, quarantined: quarantined.get(slice.ordinal) ?? 0 }));
}

/** Rows of the table `quarantine` by slice. */
async function countsBySlice(warehouse: Warehouse): Promise<Map<number, number>> {
  const counted = await warehouse.rows('quarantine_counts', quarantineCountsSql);
  return new Map(counted.map(({ ordinal, rows }) => [Number(ordinal), Number(rows)]));
}
