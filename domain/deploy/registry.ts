import type { DatasetSlice, Snapshot } from '../../schemas/artifact.ts';
import { type ModelVersion, modelVersionSchema, type Verdict, verdictSchema } from '../../schemas/deploy.ts';
import { ConfigError, InputError } from '../runtime/errors.ts';
import { slicesOf } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';

/** The dataset of versions: one slice per version, never changed. */
export const versionsDataset = 'registry.versions';

/** The dataset of verdicts: one slice per night and version judged, and per hand on the alias. */
export const verdictsDataset = 'registry.verdicts';

/** The alias of the version in service. */
export const championAlias = 'champion';

/** What has become of a version. */
export type VersionState = 'champion' | 'retired' | 'rejected' | 'undecided';

/** A version with what became of it. */
export interface RegisteredVersion {
  readonly document: ModelVersion;
  readonly state: VersionState;
  /** Oldest first. */
  readonly verdicts: readonly Verdict[];
}

/** The registry as one snapshot has it, by version number ascending. */
export interface Registry {
  readonly versions: readonly RegisteredVersion[];
  /** Version the alias points at; undefined for none. */
  readonly champion: string | undefined;
}

/** Reads the registry of a snapshot; empty where it has none. Every document is checked by its sha256. */
export async function readRegistry(store: Store, snapshot: Snapshot | undefined): Promise<Registry> {
  const documents = await readAll(store, snapshot, versionsDataset, (json) => modelVersionSchema.parse(json));
  const verdicts = await readAll(store, snapshot, verdictsDataset, (json) => verdictSchema.parse(json));
  const champion = snapshot?.aliases[championAlias];
  const versions = documents
    .map((document) => {
      const own = verdicts.filter((verdict) => verdict.version === document.version);
      return { document, state: stateOf(document, own, champion), verdicts: own };
    })
    .sort((a, b) => versionNumber(a.document.version) - versionNumber(b.document.version));
  return { versions, champion };
}

/** 7 of `v7`. */
export function versionNumber(version: string): number {
  return Number.parseInt(version.slice(1), 10);
}

/** Slice name under which versions sort by number. */
export function versionSlice(version: string): string {
  return `v${String(versionNumber(version)).padStart(6, '0')}`;
}

/**
 * Finds a version by `v7`, `7` or `champion`.
 *
 * @throws InputError STK-MODEL-UNKNOWN naming the versions there are
 */
export function findVersion(registry: Registry, name: string): RegisteredVersion {
  const wanted = name === championAlias ? registry.champion : `v${name.replace(/^v/, '')}`;
  const found = registry.versions.find(({ document }) => document.version === wanted);
  if (found) return found;
  const names = registry.versions.map(({ document }) => document.version).join(', ');
  throw new InputError(
    `There is no model version '${name}'; ${names === '' ? "the registry is empty, train one with 'stocktake run'" : `there are ${names}`}`,
    { code: 'STK-MODEL-UNKNOWN', details: { name } },
  );
}

/**
 * The version that served before the one in service: the highest earlier number that was ever promoted.
 *
 * @throws ConfigError STK-MODEL-NO-CHAMPION, STK-MODEL-NO-EARLIER
 */
export function previousVersion(registry: Registry): RegisteredVersion {
  const { champion, versions } = registry;
  if (champion === undefined) {
    throw new ConfigError("No model serves, so there is nothing to roll back; see 'stocktake models list'", {
      code: 'STK-MODEL-NO-CHAMPION',
    });
  }
  const earlier = versions.filter(
    ({ document, state }) => state === 'retired' && versionNumber(document.version) < versionNumber(champion),
  );
  const previous = earlier.at(-1);
  if (previous) return previous;
  throw new ConfigError(
    `No version before ${champion} ever served; name one: stocktake models rollback <version>`,
    { code: 'STK-MODEL-NO-EARLIER', details: { champion } },
  );
}

function stateOf(
  { version }: ModelVersion,
  verdicts: readonly Verdict[],
  champion: string | undefined,
): VersionState {
  if (version === champion) return 'champion';
  const served = verdicts.some(({ decision }) => decision === 'promoted' || decision === 'restored');
  if (served) return 'retired';
  return verdicts.some(({ decision }) => decision === 'rejected') ? 'rejected' : 'undecided';
}

async function readAll<Document>(
  store: Store,
  snapshot: Snapshot | undefined,
  dataset: string,
  parse: (json: unknown) => Document,
): Promise<Document[]> {
  const slices: DatasetSlice[] = await slicesOf(store.objects, snapshot, dataset);
  const files = slices.flatMap((slice) => slice.files);
  return Promise.all(files.map(async (file) => parse(await store.objects.readJson(file))));
}
