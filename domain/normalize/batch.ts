import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { StagedFile } from '../store/objects.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { quotedIdentifier } from '../warehouse/quoting.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { cleanStatement, keylessSql, repeatsSql, repeatsTable } from './clean-sql.ts';
import { tooManyRejected } from './contract.ts';
import { datePartsSql, withDateEvidence } from './date-evidence.ts';
import {
  type BatchDecision,
  decisionOutcomes,
  layDecisions,
  receivedView,
  withUnheld,
  withWaived,
} from './decisions-sql.ts';
import { goneColumns } from './drift.ts';
import type { Engine } from './engine.ts';
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
import type { RepairFacts } from './repairs.ts';
import { layRepairs, unrepairedView } from './repairs-sql.ts';
import type { Rules } from './rules.ts';
import { type Batch, isStreamed, type PendingSlice } from './slices.ts';
import {
  datePartsTable,
  type RawFile,
  rawStatements,
  readInPlace,
  type SourceShape,
  sourceShape,
  sourceViewSql,
  twinsSql,
} from './source-sql.ts';
import { canStream, streamEntity } from './streamed.ts';

/** A slice whose rows lie judged in the warehouse, ready to be written. */
export interface JudgedSlice {
  readonly pending: PendingSlice;
  /** Position in its batch; the tables name the slice by it. */
  readonly ordinal: number;
  /** By entity; empty for a slice without a row to look at. */
  readonly measures: ReadonlyMap<string, EntityMeasure>;
  readonly refused?: Refusal;
  /** What became of cells held to be wrong; absent where none was. */
  readonly repairs?: RepairFacts;
  /** Rows of its quarantine file. */
  readonly quarantined: number;
  /** Clean files by entity that are written already. */
  readonly written: ReadonlyMap<string, StagedFile>;
}

/** A worked batch: its slices, and the entities that have a `clean_<entity>` (none where no slice has rows). */
export interface JudgedBatch {
  readonly slices: readonly JudgedSlice[];
  readonly plans: readonly EntityPlan[];
}

/**
 * Maps, types and judges all rows of a batch at once; leaves `clean_<entity>`, where it is not written yet, and `quarantine`.
 *
 * @throws ConfigError STK-NORMALIZE-EXPRESSION
 * @throws ArtifactError STK-ARTIFACT-CHECKSUM when a raw file is not what it was
 */
export async function judgeBatch(
  store: Store,
  engine: Engine,
  rules: Rules,
  batch: Batch,
): Promise<JudgedBatch> {
  const { warehouse } = engine;
  await forgetBatch(warehouse);
  await warehouse.run('quarantine', createQuarantineSql());
  const rejects = await openFiles(store, batch, ({ rejects }) => rejects);
  if (rejects.length > 0) await warehouse.run('parse_rejects', parseRejectsSql(rejects));
  const unreadable = await countsBySlice(warehouse);
  const files = batch.hasRows ? await openFiles(store, batch, (slice) => slice.files) : [];
  const { plans, measures, repairs, written } = batch.hasRows
    ? await judgeRows(engine, rules, files, batch)
    : { plans: [], measures: [], repairs: new Map<number, RepairFacts>(), written: new Map() };
  const judged = batch.slices.map((pending, ordinal) => ({
    ...judgedSlice(rules, pending, ordinal, measures, unreadable.get(ordinal) ?? 0, repairs.get(ordinal)),
    written,
  }));
  return { plans, slices: await quarantineRefused(warehouse, judged) };
}

/** Drops what an earlier batch left to be written: it may be a view where this one makes a table. */
async function forgetBatch(warehouse: Warehouse): Promise<void> {
  const left = await warehouse.rows(
    'left',
    `select table_name as name, table_type as type from information_schema.tables where regexp_matches(table_name, '^(clean|judged)_')`,
  );
  for (const { name, type } of left) {
    const kind = type === 'VIEW' ? 'view' : 'table';
    await warehouse.run(String(name), `drop ${kind} ${quotedIdentifier(String(name))}`);
  }
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

type Measures = [entity: string, bySlice: ReadonlyMap<number, EntityMeasure>][];

async function judgeRows(
  engine: Engine,
  given: Rules,
  files: readonly RawFile[],
  batch: Batch,
): Promise<{
  plans: EntityPlan[];
  measures: Measures;
  repairs: ReadonlyMap<number, RepairFacts>;
  written: Map<string, StagedFile>;
}> {
  const { warehouse } = engine;
  const [only, another] = batch.slices;
  const linesRise = only !== undefined && !another && only.linesRise;
  const decisions = decisionsIn(batch);
  const described = await describeSource(warehouse, given, files, goneIn(batch));
  const { rules, shape } = withDateEvidence(given, described);
  const view = decisions.length > 0 ? receivedView : 'raw';
  const received = rules.repair && rules.source.repair ? unrepairedView : view;
  for (const statement of rawStatements(files, shape, linesRise, received))
    await warehouse.run('raw', statement);
  const repairs =
    rules.repair && rules.source.repair
      ? await layRepairs(warehouse, shape, rules.source, rules.repair, batch.slices, view)
      : new Map<number, RepairFacts>();
  const unheld = decisions.length > 0 ? await layDecisions(warehouse, shape, decisions) : [];
  if (shape.dated) {
    await warehouse.run(
      datePartsTable,
      `create or replace table ${datePartsTable} as\n${datePartsSql(shape)}`,
    );
  }
  await warehouse.run('source', `create or replace view source as\n${sourceViewSql(shape)}`);
  const planned = await planEntities(warehouse, rules, shape);
  const plans = planned.map((plan) => withUnheld(withWaived(plan, decisions), unheld));
  const read = linesRise && isStreamed(only) ? readInPlace(files, shape, linesRise) : undefined;
  const file = only && read && { ...read, rows: only.rows, source: rules.name };
  const measures: Measures = [];
  const written = new Map<string, StagedFile>();
  for (const plan of plans) {
    const streamed =
      file && canStream(plan, rules) ? await streamEntity(engine, plan, shape, file) : undefined;
    if (streamed) written.set(plan.entity, streamed.written);
    const measured = streamed?.measures ?? (await judgeEntity(warehouse, plan, shape, decisions.length > 0));
    measures.push([plan.entity, measured]);
  }
  // What is written lies in clean_<entity> and quarantine; the memory of the rest goes to the next batch.
  for (const table of ['raw_rows', 'raw_left', 'twins'])
    await warehouse.run(table, `drop table if exists ${table}`);
  return { plans, measures, repairs, written };
}

async function describeSource(
  warehouse: Warehouse,
  { source }: Rules,
  files: readonly RawFile[],
  gone: readonly string[],
): Promise<SourceShape> {
  const first = files.filter(({ ordinal }) => ordinal === files[0]?.ordinal).map(({ path }) => path);
  const described = await warehouse.rows(
    'describe_source',
    `describe select * from ${readParquetSql(first)}`,
  );
  return sourceShape(
    described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) })),
    [...Object.keys(source.columns), ...gone],
    source.nullValues,
  );
}

async function judgeEntity(
  warehouse: Warehouse,
  plan: EntityPlan,
  shape: SourceShape,
  isDecided: boolean,
): Promise<Map<number, EntityMeasure>> {
  const judged = judgedTable(plan);
  await runSteps(warehouse, [{ table: judged, sql: judgedSql(plan, shape) }]);
  const hasTwins = (await warehouse.count('keyless', keylessSql(plan))) > 0;
  if (hasTwins) {
    await warehouse.run('twins', `create table if not exists twins as\n${twinsSql(shape)}`);
  }
  await runSteps(warehouse, [{ table: repeatsTable(plan), sql: repeatsSql(plan, hasTwins) }]);
  const repeats = await warehouse.count('repeats', `select count(*) from ${repeatsTable(plan)}`);
  const { sql, isView } = cleanStatement(plan, repeats > 0);
  await warehouse.run(`clean_${plan.entity}`, sql);
  const measured = await measureEntity(warehouse, plan);
  const bySlice = isDecided ? await withOutcomes(warehouse, plan, measured) : measured;
  if ([...bySlice.values()].some(({ rejected }) => rejected > 0)) {
    await warehouse.run(`${plan.entity}_rejected`, rejectedRowsSql(plan, shape));
  }
  if (!isView) await warehouse.run(judged, `drop table ${judged}`);
  return bySlice;
}

/** Columns that earlier slices had and these lack, where the contract lets the slices pass: they read as null. */
function goneIn({ slices }: Batch): string[] {
  return [...new Set(slices.flatMap(({ drift }) => goneColumns(drift)))].sort();
}

function decisionsIn({ slices }: Batch): BatchDecision[] {
  return slices.flatMap(({ decisions }, ordinal) => decisions.map((decided) => ({ ordinal, decided })));
}

async function withOutcomes(
  warehouse: Warehouse,
  plan: EntityPlan,
  measured: ReadonlyMap<number, EntityMeasure>,
): Promise<Map<number, EntityMeasure>> {
  const outcomes = await decisionOutcomes(warehouse, plan);
  return new Map(
    [...measured].map(([ordinal, measure]) => {
      const decisions = outcomes.get(ordinal);
      return [ordinal, decisions ? { ...measure, decisions } : measure];
    }),
  );
}

function judgedSlice(
  { name, source }: Rules,
  pending: PendingSlice,
  ordinal: number,
  measures: Measures,
  unreadable: number,
  repairs: RepairFacts | undefined,
): Omit<JudgedSlice, 'written'> {
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
    ...(repairs ? { repairs } : {}),
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
