import type { DatasetSlice, Manifest, Snapshot } from '../../schemas/artifact.ts';
import type { Config } from '../../schemas/config.ts';
import type { Reprocess } from '../../schemas/night.ts';
import type { PlannedSlice, SourcePlan } from '../../schemas/plan.ts';
import { slicesOf } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';

/**
 * Where a date of a range stands: `done`, never taken, replaced by other bytes, made before people decided something else
 * about its rows, or refused by its contract.
 */
export type SliceState = 'done' | 'missing' | 'changed' | 'stale' | 'failed';

/** Names what was decided about the slices of a source, by slice; see `PlanningDeps`. */
export type DecidedOf = (
  source: string,
  slices: readonly PlannedSlice[],
) => ReadonlyMap<string, string> | undefined;

/** One date (or `all` for undated sources) of a range: the most urgent state over its sources, and why. */
export interface DateState {
  readonly date: string;
  readonly state: SliceState;
  readonly why: string;
}

/** What every mode works on stands first: a refused source hides no date of another that has to be made. */
const urgentFirst: readonly SliceState[] = ['missing', 'changed', 'stale', 'failed', 'done'];

/** Compares the files found, and what was decided about their rows, with what the snapshot holds. */
export async function dateStates(
  store: Store,
  base: Snapshot | undefined,
  { config, decidedOf }: { readonly config: Config; readonly decidedOf?: DecidedOf },
  found: readonly SourcePlan[],
): Promise<DateState[]> {
  const states = new Map<string, DateState>();
  for (const source of found) {
    const decided = decidedOf?.(source.source, source.slices);
    const published = await publishedSlices(store, base, source.source, config, decided !== undefined);
    for (const { slice, files } of source.slices) {
      const received = files.map((file) => file.sha256);
      const now = stateOf(published.get(slice), { received, decided: decided?.get(slice) });
      const known = states.get(slice);
      if (!known || urgentFirst.indexOf(now) < urgentFirst.indexOf(known.state)) {
        states.set(slice, {
          date: slice,
          state: now,
          why: now === 'done' ? 'published' : `${source.source} ${why[now]}`,
        });
      }
    }
  }
  return [...states.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** Whether a date in this state is made again under a reprocess mode (Airflow's words). */
export function needsWork(state: SliceState, reprocess: Reprocess): boolean {
  if (reprocess === 'all') return true;
  return ['missing', 'changed', 'stale'].includes(state) || (reprocess === 'failed' && state === 'failed');
}

const why: Readonly<Record<SliceState, string>> = {
  done: 'is published',
  missing: 'is not published yet',
  changed: 'has other bytes than published',
  stale: 'has rows that people decided about since it was published',
  failed: 'was refused by its contract',
};

/** What a slice is made of: sha256 of its files, and the name of what was decided about its rows. */
interface Ingredients {
  readonly received: readonly string[];
  readonly decided: string | undefined;
}

interface PublishedSlice extends Ingredients {
  readonly refused: boolean;
}

async function publishedSlices(
  store: Store,
  base: Snapshot | undefined,
  source: string,
  config: Config,
  isDecided: boolean,
): Promise<Map<string, PublishedSlice>> {
  const raw = await slicesOf(store.objects, base, `raw.${source}`);
  const manifests = await store.manifests.readAll(raw.map(({ manifest }) => manifest));
  const clean = await cleanSlices(store, base, source, config);
  const cleaned = new Set(clean.map(({ slice }) => slice));
  const quarantined = isDecided ? await slicesOf(store.objects, base, `quarantine.${source}`) : [];
  const marks = isDecided ? await decidedWhenMade(store, [...clean, ...quarantined]) : new Map();
  return new Map(
    raw.map(({ slice, manifest }, index) => {
      const { parents } = manifests[index] as Manifest;
      return [
        slice,
        { received: parents, decided: marks.get(manifest.sha256), refused: !cleaned.has(slice) },
      ];
    }),
  );
}

async function cleanSlices(
  store: Store,
  base: Snapshot | undefined,
  source: string,
  config: Config,
): Promise<DatasetSlice[]> {
  const entities = Object.keys(config.sources[source]?.entities ?? {});
  const lists = await Promise.all(
    entities.map((entity) => slicesOf(store.objects, base, `clean.${source}.${entity}`)),
  );
  return lists.flat();
}

/** By the sha256 of the raw manifest that slices were made of, what had been decided about them then. */
async function decidedWhenMade(store: Store, slices: readonly DatasetSlice[]): Promise<Map<string, string>> {
  const refs = new Map(slices.map(({ manifest }) => [manifest.key, manifest]));
  const manifests = await store.manifests.readAll([...refs.values()]);
  return new Map(
    manifests.flatMap(({ parents: [raw], facts: { decided } }) =>
      raw !== undefined && typeof decided === 'string' ? [[raw, decided]] : [],
    ),
  );
}

function stateOf(published: PublishedSlice | undefined, now: Ingredients): SliceState {
  if (!published) return 'missing';
  const same = [...now.received].sort().join() === [...published.received].sort().join();
  if (!same) return 'changed';
  if (now.decided !== published.decided) return 'stale';
  return published.refused ? 'failed' : 'done';
}
