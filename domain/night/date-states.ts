import type { DatasetSlice, Manifest, Snapshot } from '../../schemas/artifact.ts';
import type { Config } from '../../schemas/config.ts';
import type { Reprocess } from '../../schemas/night.ts';
import type { SourcePlan } from '../../schemas/plan.ts';
import { slicesOf } from '../store/datasets.ts';
import type { Store } from '../store/store.ts';

/** Where a date of a range stands: `done`, never taken, replaced by other bytes, or refused by its contract. */
export type SliceState = 'done' | 'missing' | 'changed' | 'failed';

/** One date (or `all` for undated sources) of a range: the worst state over its sources, and why. */
export interface DateState {
  readonly date: string;
  readonly state: SliceState;
  readonly why: string;
}

const worstFirst: readonly SliceState[] = ['failed', 'missing', 'changed', 'done'];

/** Compares the files found with what the snapshot holds. */
export async function dateStates(
  store: Store,
  base: Snapshot | undefined,
  config: Config,
  found: readonly SourcePlan[],
): Promise<DateState[]> {
  const states = new Map<string, DateState>();
  for (const source of found) {
    const published = await publishedSlices(store, base, source.source, config);
    for (const { slice, files } of source.slices) {
      const now = stateOf(
        published.get(slice),
        files.map((file) => file.sha256),
      );
      const known = states.get(slice);
      if (!known || worstFirst.indexOf(now) < worstFirst.indexOf(known.state)) {
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
  return state === 'missing' || state === 'changed' || (reprocess === 'failed' && state === 'failed');
}

const why: Readonly<Record<SliceState, string>> = {
  done: 'is published',
  missing: 'is not published yet',
  changed: 'has other bytes than published',
  failed: 'was refused by its contract',
};

interface PublishedSlice {
  readonly received: readonly string[];
  readonly refused: boolean;
}

async function publishedSlices(
  store: Store,
  base: Snapshot | undefined,
  source: string,
  config: Config,
): Promise<Map<string, PublishedSlice>> {
  const raw = await slicesOf(store.objects, base, `raw.${source}`);
  const manifests = await store.manifests.readAll(raw.map(({ manifest }) => manifest));
  const clean = await cleanSlices(store, base, source, config);
  return new Map(
    raw.map(({ slice }, index) => [
      slice,
      { received: (manifests[index] as Manifest).parents, refused: !clean.has(slice) },
    ]),
  );
}

async function cleanSlices(
  store: Store,
  base: Snapshot | undefined,
  source: string,
  config: Config,
): Promise<Set<string>> {
  const entities = Object.keys(config.sources[source]?.entities ?? {});
  const lists: DatasetSlice[][] = await Promise.all(
    entities.map((entity) => slicesOf(store.objects, base, `clean.${source}.${entity}`)),
  );
  return new Set(lists.flat().map(({ slice }) => slice));
}

function stateOf(published: PublishedSlice | undefined, now: readonly string[]): SliceState {
  if (!published) return 'missing';
  const same = [...now].sort().join() === [...published.received].sort().join();
  if (!same) return 'changed';
  return published.refused ? 'failed' : 'done';
}
