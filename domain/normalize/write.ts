import { join } from 'node:path';
import type { ArtifactRef, LedgerEntry, Manifest } from '../../schemas/artifact.ts';
import { entities as catalogue, type EntityName } from '../../schemas/entities.ts';
import type { StoredManifest } from '../store/manifests.ts';
import type { StagedFile } from '../store/objects.ts';
import type { Store } from '../store/store.ts';
import { writeParquet } from '../warehouse/parquet.ts';
import type { JudgedBatch, JudgedSlice } from './batch.ts';
import { cleanSliceSql, noRowsSql } from './clean-sql.ts';
import type { Engine } from './engine.ts';
import type { Facts } from './facts.ts';
import { type EntityMeasure, nothingMeasured } from './measure.ts';
import { quarantineSliceSql } from './quarantine-sql.ts';
import { repairsSliceSql } from './repairs-sql.ts';
import { mappedEntities, type SourceRules } from './rules.ts';
import { scopeOf, stage } from './slices.ts';

/** How finished slices are committed. */
export interface Commit {
  readonly version: number;
  /** Overwrite manifests that are there. */
  readonly replace: boolean;
}

/** One staged file and its role in the manifest: an entity or `quarantine`. */
interface SliceFile {
  readonly role: string;
  readonly staged: StagedFile;
}

/** Writes the files of some judged slices, takes them into the store and commits their manifests together. */
export async function commitSlices(
  store: Store,
  engine: Engine,
  rules: SourceRules,
  batch: JudgedBatch,
  slices: readonly JudgedSlice[],
  commit: Commit,
): Promise<StoredManifest[]> {
  const files: SliceFile[][] = [];
  for (const slice of slices) files.push(await writeSlice(engine, rules, batch, slice));
  const taken = await store.objects.take(files.flat().map(({ staged }) => staged));
  let position = 0;
  const manifests = slices.map((slice, index) => {
    const roles = (files[index] ?? []).map(({ role }) => role);
    const refs = taken.slice(position, position + roles.length);
    position += roles.length;
    return manifestOf(
      rules,
      slice,
      new Map(roles.map((role, at) => [role, refs[at] as ArtifactRef])),
      commit.version,
    );
  });
  return store.manifests.commit(manifests, commit.replace);
}

async function writeSlice(
  { warehouse, dir }: Engine,
  { name, source }: SourceRules,
  { plans }: JudgedBatch,
  { pending, ordinal, refused, quarantined, repairs, written }: JudgedSlice,
): Promise<SliceFile[]> {
  const write = async (role: string, sql: string): Promise<SliceFile> => ({
    role,
    staged: await writeParquet(warehouse, role, sql, join(dir, `${ordinal}-${role}.parquet`)),
  });
  const files: SliceFile[] = [];
  for (const entity of refused ? [] : mappedEntities(source)) {
    const plan = plans.find((one) => one.entity === entity);
    const staged = written.get(entity);
    files.push(
      staged
        ? { role: entity, staged }
        : await write(entity, plan ? cleanSliceSql(plan, ordinal, name, pending.slice) : noRowsSql(entity)),
    );
  }
  if (repairs && !refused && !repairs.skipped) {
    files.push(await write('repairs', repairsSliceSql(ordinal, name, pending.slice)));
  }
  if (quarantined > 0) {
    files.push(await write('quarantine', quarantineSliceSql(ordinal, name, pending.slice)));
  }
  return files;
}

function manifestOf(
  { name, source }: SourceRules,
  slice: JudgedSlice,
  files: ReadonlyMap<string, ArtifactRef>,
  version: number,
): Manifest {
  const entities = mappedEntities(source);
  return {
    format: 1,
    stage,
    key: slice.pending.key,
    version,
    scope: scopeOf(name, slice.pending.slice),
    files: Object.fromEntries([...files].map(([role, ref]) => [role, [ref]])),
    ledger: entities.map((entity) => ledgerEntry(name, entity, slice, files.get(entity))),
    facts: { ...sliceFacts(entities, slice) },
    parents: [slice.pending.parent],
  };
}

/**
 * The entry that has to balance: rows in as the raw manifest tells, rows out as the file was written, the rest as counted
 * in the warehouse. Of a refused slice every row counts as rejected.
 */
function ledgerEntry(
  source: string,
  entity: EntityName,
  { pending, measures, refused }: JudgedSlice,
  file: ArtifactRef | undefined,
): LedgerEntry {
  const { duplicates, merged, rejected, skipped } = measures.get(entity) ?? nothingMeasured;
  const base = { stage, source, entity, slice: pending.slice, rowsIn: pending.rows };
  return refused
    ? { ...base, rowsOut: 0, duplicates: 0, merged: 0, rejected: pending.rows, skipped: 0 }
    : { ...base, rowsOut: file?.rows ?? 0, duplicates, merged, rejected, skipped };
}

function sliceFacts(
  entities: readonly EntityName[],
  { pending, measures, refused, repairs }: JudgedSlice,
): Facts {
  const all = entities.map((entity) => [entity, measures.get(entity) ?? nothingMeasured] as const);
  const used = refused ? [] : all;
  const dated = used.filter(([entity]) => catalogue[entity].kind === 'event');
  const byEntity = <Value>(
    from: readonly (readonly [EntityName, EntityMeasure])[],
    value: (measure: EntityMeasure) => Value,
  ): Record<string, Value> => Object.fromEntries(from.map(([entity, measure]) => [entity, value(measure)]));
  return {
    columns: [...pending.columns],
    counts: byEntity(all, ({ rowsOut }) => (refused ? 0 : rowsOut)),
    eventDates: byEntity(dated, ({ eventDates }) => eventDates),
    maxTime: Object.fromEntries(
      dated.flatMap(([entity, { maxTime }]) => (maxTime === undefined ? [] : [[entity, maxTime]])),
    ),
    rejections: all.flatMap(([, { rejections }]) => rejections),
    warnings: used.flatMap(([, { warnings }]) => warnings),
    ...(all.some(([, { decisions }]) => decisions)
      ? { decisions: all.flatMap(([, { decisions = [] }]) => decisions) }
      : {}),
    ...(pending.decided === undefined ? {} : { decided: pending.decided }),
    ...(pending.drift ? { drift: pending.drift } : {}),
    ...(repairs && !refused ? { repairs } : {}),
    ...(refused ? { refused } : {}),
  };
}
