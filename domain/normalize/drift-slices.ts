import type { DatasetSlice, Manifest, ManifestRef } from '../../schemas/artifact.ts';
import type { Source } from '../../schemas/source.ts';
import { isIsoDate } from '../plan/dates.ts';
import { ArtifactError } from '../runtime/errors.ts';
import { slicesOf } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import {
  type Drift,
  decide,
  driftFactsSchema,
  type FoundChange,
  rowChanges,
  schemaChanges,
} from './drift.ts';
import { namesOnly, type SliceShape, sliceShape } from './drift-shape.ts';
import { columnUse } from './drift-use.ts';
import { mappedEntities, type SourceRules } from './rules.ts';

/** What the snapshot a run stands on holds of a source. Everything empty: nothing is known yet, nothing is compared. */
export interface PublishedSlices {
  readonly raw: readonly DatasetSlice[];
  /** Of any one mapped entity: an accepted slice has its part in each. */
  readonly clean: readonly DatasetSlice[];
  readonly quarantine: readonly DatasetSlice[];
}

/** Nothing published. */
export const nothingPublished: PublishedSlices = { raw: [], clean: [], quarantine: [] };

/** What a snapshot holds of a source; 0 is no snapshot. */
export async function publishedSlices(
  store: Store,
  snapshot: number,
  name: string,
  source: Source,
): Promise<PublishedSlices> {
  if (snapshot === 0) return nothingPublished;
  const base = await store.snapshots.read(snapshot);
  const of = (dataset: string): Promise<DatasetSlice[]> => slicesOf(store.objects, base, dataset);
  const clean = await Promise.all(mappedEntities(source).map((entity) => of(`clean.${name}.${entity}`)));
  return {
    raw: await of(`raw.${name}`),
    clean: clean.find((slices) => slices.length > 0) ?? [],
    quarantine: await of(`quarantine.${name}`),
  };
}

/** A raw slice and the key it has when its columns did not change. */
export interface KeyedSlice {
  readonly raw: DatasetSlice;
  readonly key: string;
}

/** How a slice's columns stand: judged here, or as its published manifest says. */
export type SliceDrift = ReadonlyMap<string, Drift>;

/**
 * Compares the columns of every slice that is new, or replaced, with those of the slice it follows: the earlier version of
 * itself where one is published, else the nearest accepted one before it, else after it.
 *
 * A slice that was accepted with its changes keeps them as recorded, so that it is the same work in later nights. One that
 * was held out is decided about again by the policy of today, on the changes as recorded. Depends on the raw manifests, the
 * published snapshot and the source's configuration alone.
 *
 * @param open lends an engine; only called where contents have to be looked at
 */
export async function driftOf(
  store: Store,
  rules: SourceRules,
  published: PublishedSlices,
  wanted: readonly KeyedSlice[],
  open: <Result>(work: (warehouse: Warehouse) => Promise<Result>) => Promise<Result>,
): Promise<SliceDrift> {
  const accepted = bySlice(published.clean);
  const unknown = wanted.filter(({ raw, key }) => accepted.get(raw.slice)?.manifest.key !== key);
  if (published.clean.length === 0 || unknown.length === 0) return new Map();
  const recorded = new Map<string, Drift>();
  const judged: KeyedSlice[] = [];
  const held: { readonly slice: string; readonly drift: Drift }[] = [];
  const quarantined = bySlice(published.quarantine);
  for (const one of unknown) {
    const { slice, manifest } = one.raw;
    const known = await recordOf(store, accepted.get(slice), manifest.sha256);
    if (known) {
      if (known.drift) recorded.set(slice, known.drift);
      continue;
    }
    const kept = await recordOf(store, quarantined.get(slice), manifest.sha256);
    if (kept?.drift) held.push({ slice, drift: kept.drift });
    else judged.push(one);
  }
  if (judged.length === 0 && held.length === 0) return recorded;
  const found = await open(async (warehouse) => {
    const use = await columnUse(warehouse, rules.source);
    const policy = rules.source.contract.drift;
    const all: [string, Drift][] = held.map(({ slice, drift }) => [
      slice,
      { ...drift, changes: decide(drift.changes.map(withoutAction), policy, use, drift.isSparse) },
    ]);
    const compare = createComparison(store, warehouse, rules, published);
    for (const { raw } of judged) {
      const compared = await compare(raw);
      if (!compared) continue;
      const { reference, changes, isSparse } = compared;
      all.push([raw.slice, { reference, isSparse, changes: decide(changes, policy, use, isSparse) }]);
    }
    return all;
  });
  return new Map([...recorded, ...found]);
}

/** What a published manifest says of a slice, where it was made from this very raw slice. */
async function recordOf(
  store: Store,
  slice: DatasetSlice | undefined,
  raw: string,
): Promise<{ readonly drift?: Drift } | undefined> {
  if (!slice) return undefined;
  const { parents, facts } = await store.manifests.read(slice.manifest);
  if (!parents.includes(raw)) return undefined;
  return facts.drift === undefined ? {} : { drift: driftFactsSchema.parse(facts.drift) };
}

interface Compared {
  readonly reference: Drift['reference'];
  readonly changes: readonly FoundChange[];
  readonly isSparse: boolean;
}

function createComparison(
  store: Store,
  warehouse: Warehouse,
  { source }: SourceRules,
  published: PublishedSlices,
): (raw: DatasetSlice) => Promise<Compared | undefined> {
  const shapes = new Map<string, Promise<SliceShape>>();
  const shapeOf = (ref: ManifestRef): Promise<SliceShape> => {
    const known = shapes.get(ref.sha256) ?? shaped(store, warehouse, ref, source.nullValues);
    shapes.set(ref.sha256, known);
    return known;
  };
  const references = createReferences(store, published);
  return async (raw) => {
    const reference = await references(raw);
    if (!reference || hasSameRows(reference.raw, raw)) return undefined;
    const replaces = source.mode === 'full' || reference.slice === raw.slice;
    const rows = rowChanges(
      {
        before: replaces ? (reference.raw?.rows ?? 1) : 0,
        after: raw.rows,
        ...usualRows(published, raw.slice),
      },
      source.contract.drift,
    );
    const { slice, manifest } = reference;
    const compared = { reference: { slice, manifest }, isSparse: false };
    // What came without a row has no columns to judge: its emptiness is told by collect.
    if (raw.rows === 0) return rows.length === 0 ? undefined : { ...compared, changes: rows };
    const after = await shapeOf(raw.manifest);
    const before = await shapeOf(reference.manifest).catch((error: unknown) => {
      if (!(error instanceof ArtifactError) || !reference.columns) throw error;
      return { columns: reference.columns, isSparse: after.isSparse };
    });
    const changes = [...schemaChanges(before, after), ...rows];
    return changes.length === 0 ? undefined : { ...compared, changes, isSparse: after.isSparse };
  };
}

async function shaped(
  store: Store,
  warehouse: Warehouse,
  ref: ManifestRef,
  nullValues: readonly string[],
): Promise<SliceShape> {
  return sliceShape(store, warehouse, await store.manifests.read(ref), nullValues);
}

/** Accepted dated slices before one that its rows are compared with, and how many there must be. */
const usualWindow = { most: 14, least: 3 };

/** The median rows of a source's accepted dated slices before one. */
function usualRows({ raw, clean }: PublishedSlices, slice: string): { readonly usual?: number } {
  if (!isIsoDate(slice)) return {};
  const accepted = bySlice(clean);
  const rows = raw
    .filter((one) => isIsoDate(one.slice) && one.slice < slice && accepted.has(one.slice))
    .slice(-usualWindow.most)
    .map((one) => one.rows)
    .sort((a, b) => a - b);
  const usual = rows[Math.floor(rows.length / 2)];
  return rows.length < usualWindow.least || usual === undefined ? {} : { usual };
}

interface Reference {
  readonly slice: string;
  /** Of the raw slice that was accepted. */
  readonly manifest: ManifestRef;
  readonly raw?: DatasetSlice;
  /** Names as the accepted slice's own manifest has them, should its raw one be gone. */
  readonly columns?: SliceShape['columns'];
}

/** Finds the accepted raw slice one is compared with. */
function createReferences(
  store: Store,
  { raw, clean, quarantine }: PublishedSlices,
): (wanted: DatasetSlice) => Promise<Reference | undefined> {
  const raws = bySlice(raw);
  const held = bySlice(quarantine);
  const known = new Map<string, Promise<Reference | undefined>>();
  const acceptedRaw = async (slice: DatasetSlice): Promise<Reference | undefined> => {
    const manifest = await store.manifests.read(slice.manifest);
    const now = raws.get(slice.slice);
    const columns = namesOnly(manifest);
    if (now && manifest.parents.includes(now.manifest.sha256)) {
      return { slice: slice.slice, manifest: now.manifest, raw: now, columns };
    }
    // Its raw slice was replaced by one that is held out: what that one was compared with is what was accepted.
    const drift = await driftIn(store, held.get(slice.slice));
    return drift && manifest.parents.includes(drift.reference.manifest.sha256)
      ? { ...drift.reference, columns }
      : undefined;
  };
  const lookUp = (slice: DatasetSlice): Promise<Reference | undefined> => {
    const found = known.get(slice.slice) ?? acceptedRaw(slice);
    known.set(slice.slice, found);
    return found;
  };
  return async ({ slice }) => {
    const before = clean.filter((one) => one.slice <= slice).reverse();
    const after = clean.filter((one) => one.slice > slice);
    for (const candidate of [...before, ...after]) {
      const reference = await lookUp(candidate);
      if (reference) return reference;
    }
    return undefined;
  };
}

async function driftIn(store: Store, slice: DatasetSlice | undefined): Promise<Drift | undefined> {
  if (!slice) return undefined;
  const { facts }: Pick<Manifest, 'facts'> = await store.manifests.read(slice.manifest);
  return facts.drift === undefined ? undefined : driftFactsSchema.parse(facts.drift);
}

function withoutAction({ action: _, ...change }: Drift['changes'][number]): FoundChange {
  return change;
}

function hasSameRows(a: DatasetSlice | undefined, b: DatasetSlice): boolean {
  const hashes = ({ files }: DatasetSlice): string => files.map(({ sha256 }) => sha256).join(' ');
  return a !== undefined && hashes(a) === hashes(b);
}

function bySlice(slices: readonly DatasetSlice[]): Map<string, DatasetSlice> {
  return new Map(slices.map((slice) => [slice.slice, slice]));
}
