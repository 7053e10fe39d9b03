import type { ArtifactRef, DatasetSlice, Manifest } from '../../schemas/artifact.ts';
import { idempotencyKey } from '../store/manifests.ts';
import type { Store } from '../store/store.ts';
import { missingColumns } from './contract.ts';
import { decidedMark, decisionsKey, type RowDecision } from './decisions.ts';
import { type Drift, driftSummary, goneColumns, isStopped } from './drift.ts';
import type { SliceDrift } from './drift-slices.ts';
import type { Refusal } from './facts.ts';
import { normalizersKey } from './own-normalizers.ts';
import { repairKey } from './repairs.ts';
import type { SourceRules } from './rules.ts';

/** Name of this stage in manifests, keys and ledgers. */
export const stage = 'normalize';

/** A raw slice that has to be normalized. */
export interface PendingSlice {
  readonly slice: string;
  /** Idempotency key of its normalized form. */
  readonly key: string;
  /** sha256 of its raw manifest. */
  readonly parent: string;
  /** Source columns as received. */
  readonly columns: readonly string[];
  readonly files: readonly ArtifactRef[];
  readonly rejects: readonly ArtifactRef[];
  readonly rows: number;
  /** Its rows are those of one source file, so in its lines' order. */
  readonly linesRise: boolean;
  /** What people decided about rows of it. */
  readonly decisions: readonly RowDecision[];
  /** Names all of that, and the repairs taken back; absent where nothing was decided. */
  readonly decided?: string;
  /** How its columns differ from those of the slice before it. */
  readonly drift?: Drift;
  /** Set where its columns break the contract: its rows are not looked at. */
  readonly refused?: Refusal;
}

/** Slices worked together: equally shaped raw files, or slices without a row to look at. */
export interface Batch {
  readonly slices: readonly PendingSlice[];
  readonly hasRows: boolean;
}

/** Values (rows × columns) held in memory at once; a larger slice makes a batch of its own and spills to disk. */
const valuesPerBatch = 8_000_000;

/** Rows from which a slice of one source file is written as it is read, instead of being laid out in memory first. */
export const streamedFrom = 250_000;

/** Whether a slice is large enough, and its rows lie so, that it is worked by itself and in one pass. */
export function isStreamed({ rows, linesRise, decisions, refused }: PendingSlice): boolean {
  return rows >= streamedFrom && linesRise && decisions.length === 0 && !refused;
}

/**
 * The key of a normalized slice. Of the configuration only what changes the result goes in: not the name of the owner,
 * the freshness rule or references, which are judged later. Changed columns count, with what was decided about them.
 */
export function sliceKey(
  rules: SourceRules,
  version: number,
  slice: string,
  rawManifest: string,
  drift?: Drift,
): string {
  const { entities, contract, nullValues, duplicates, columns } = rules.source;
  return idempotencyKey({
    stage,
    version,
    config: {
      entities,
      requiredColumns: contract.requiredColumns,
      checks: contract.checks.filter(({ type }) => type !== 'relationships'),
      maxRejectedShare: contract.maxRejectedShare,
      nullValues,
      duplicates,
      declared: Object.keys(columns).sort(),
      timezone: rules.timezone,
      currency: rules.currency,
      ...normalizersKey(rules.source, rules.normalizers ?? {}, rules.data),
      ...decisionsKey(rules.decisions?.get(slice)),
      ...repairKey(rules.source, rules.repair, slice),
      ...decidedOf(rules, slice),
      ...(drift ? { drift } : {}),
    },
    inputs: [rawManifest],
    scope: scopeOf(rules.name, slice),
  });
}

/** The mark of what people decided about a slice; nothing where nothing was, so that other slices keep their keys. */
function decidedOf({ source, decisions, repair }: SourceRules, slice: string): { readonly decided?: string } {
  const reverted = source.repair ? repair?.reverted.get(slice) : undefined;
  const decided = decidedMark(decisions?.get(slice), reverted);
  return decided === undefined ? {} : { decided };
}

/** What a normalized manifest belongs to. */
export function scopeOf(source: string, slice: string): string {
  return `${source}/${slice}`;
}

/** Reads the raw manifests of slices and holds their columns against the contract. */
export async function readPending(
  store: Store,
  rules: SourceRules,
  slices: readonly { readonly raw: DatasetSlice; readonly key: string }[],
  drift: SliceDrift = new Map(),
): Promise<PendingSlice[]> {
  const manifests = await store.manifests.readAll(slices.map(({ raw }) => raw.manifest));
  return slices.map(({ raw, key }, index) =>
    pendingSlice(rules, raw, key, manifests[index] as Manifest, drift.get(raw.slice)),
  );
}

/**
 * Puts slices together that one statement can read: same columns and types, as their schema hashes tell. What a slice
 * becomes does not depend on which others are worked with it.
 */
export function batchesOf(slices: readonly PendingSlice[]): Batch[] {
  const byShape = new Map<string, PendingSlice[]>();
  for (const slice of slices) {
    const shape = hasRows(slice) ? shapeOf(slice) : 'no rows';
    byShape.set(shape, [...(byShape.get(shape) ?? []), slice]);
  }
  return [...byShape.values()].flatMap(bounded);
}

/** Columns and types, and which columns are gone: those read as null. */
function shapeOf({ files, drift }: PendingSlice): string {
  return [...files.map(({ schemaHash }) => schemaHash), ...goneColumns(drift).map((name) => `-${name}`)].join(
    ' ',
  );
}

function pendingSlice(
  rules: SourceRules,
  raw: DatasetSlice,
  key: string,
  manifest: Manifest,
  drift: Drift | undefined,
): PendingSlice {
  const files = (manifest.files.rows ?? []).filter(({ rows }) => rows > 0);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const columns = Array.isArray(manifest.facts.columns) ? manifest.facts.columns.map(String) : [];
  const name = { source: rules.name, slice: raw.slice };
  const refused =
    missingColumns(name, rules.source.contract.requiredColumns, columns, rows) ??
    driftRefusal(name, drift, rows);
  return {
    slice: raw.slice,
    key,
    parent: raw.manifest.sha256,
    columns,
    files,
    rejects: (manifest.files.rejects ?? []).filter((file) => file.rows > 0),
    rows,
    linesRise: files.length === 1 && Array.isArray(manifest.facts.files) && manifest.facts.files.length === 1,
    decisions: rules.decisions?.get(raw.slice) ?? [],
    ...decidedOf(rules, raw.slice),
    ...(drift ? { drift } : {}),
    ...(refused ? { refused } : {}),
  };
}

/** Holds a slice out whose columns changed in a way the contract stops. */
function driftRefusal(
  { source, slice }: { readonly source: string; readonly slice: string },
  drift: Drift | undefined,
  rows: number,
): Refusal | undefined {
  if (!drift || !isStopped(drift)) return undefined;
  const { change, remedy } = driftSummary(drift, ['stop', 'warn']);
  const message = `${source} ${slice} ${change}; it is held out and what was published stays. ${remedy}, or let it pass by contract.drift of the source`;
  return { code: 'STK-CONTRACT-DRIFT', message, rows };
}

function hasRows(slice: PendingSlice): boolean {
  return slice.rows > 0 && !slice.refused;
}

function bounded(slices: readonly PendingSlice[]): Batch[] {
  const batches: PendingSlice[][] = [];
  let values = Number.POSITIVE_INFINITY;
  for (const slice of slices) {
    const own = hasRows(slice) ? slice.rows * (slice.columns.length + 4) : 0;
    const isAlone = isStreamed(slice);
    if (isAlone || values + own > valuesPerBatch) {
      batches.push([]);
      values = 0;
    }
    batches.at(-1)?.push(slice);
    values = isAlone ? Number.POSITIVE_INFINITY : values + own;
  }
  return batches.map((batch) => ({ slices: batch, hasRows: batch.some(hasRows) }));
}
