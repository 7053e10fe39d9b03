import { z } from 'zod';
import { type ArtifactRef, artifactRefSchema, type DatasetSlice } from '../../schemas/artifact.ts';
import { daysBetween } from '../plan/dates.ts';
import { ArtifactError } from '../runtime/errors.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import type { ItemText } from './item-profiles.ts';
import { driftOf, type MatchMemory, rememberItems } from './match-memory.ts';

/** What a night of matching may start from. */
export interface MatchNight {
  /** The night's date, YYYY-MM-DD. */
  readonly date: string;
  /** The published `match.pairs`, empty for a new store. */
  readonly previous: readonly DatasetSlice[];
  /** Words are learned anew when this many days have passed since; 0 for every night. */
  readonly relearnDays: number;
  /** … and when more than this share of the learned items are others by now. */
  readonly relearnShare: number;
}

/** What a night starts from; part of its key and of its manifest's facts. */
const startSchema = z.strictObject({
  /** Memory of an earlier night; null to learn anew. */
  from: artifactRefSchema.nullable(),
  date: z.string(),
  /** When the words were learned. */
  learnedOn: z.string(),
  relearnShare: z.number(),
});
export type MatchStart = z.infer<typeof startSchema>;

/** Why a night learns anew, or from when its words are. */
export interface ChosenStart {
  readonly start: MatchStart;
  readonly why: string;
}

/**
 * Chooses what a night starts from: the memory of the published night, or nothing where there is none, it was made by
 * another version or too long ago, or the run is forced. Over the same records it is what that night itself started from, so
 * that the same work has the same key.
 */
export async function chooseStart(
  store: Store,
  context: StageContext,
  night: MatchNight,
  { version, inputs }: { readonly version: number; readonly inputs: readonly string[] },
): Promise<ChosenStart> {
  const { date, relearnShare, relearnDays } = night;
  const anew = (why: string): ChosenStart => ({
    start: { from: null, date, learnedOn: date, relearnShare },
    why,
  });
  if (context.force) return anew('the run is forced');
  const last = await publishedNight(store, context, night.previous);
  if (!last) return anew('no earlier night left anything');
  if (last.version !== version) return anew('an earlier version of the matcher made what was left');
  if (sameList(last.parents, inputs)) {
    if (last.start.from && !(await isThere(store, last.start.from)))
      return anew(`what ${last.start.date} started from is no longer kept`);
    return { start: { ...last.start, relearnShare }, why: `the records are those of ${last.start.date}` };
  }
  if (!last.memory) return anew('the earlier night compared nothing');
  if (daysBetween(last.learnedOn, date) >= relearnDays)
    return anew(`the words were learned on ${last.learnedOn}`);
  const start = { from: last.memory, date, learnedOn: last.learnedOn, relearnShare };
  return { start, why: `words as learned on ${last.learnedOn}` };
}

/** What speaks against going on from a memory with tonight's items; undefined for nothing. */
export function whyAnew(
  memory: MatchMemory,
  texts: readonly ItemText[],
  { lowest, relearnShare }: { readonly lowest: number; readonly relearnShare: number },
): string | undefined {
  if (memory.lowest !== lowest) return 'the threshold is another';
  const namespaces = new Set(texts.map(({ namespace }) => namespace));
  const before = new Set([...memory.items.keys()].map((key) => key.slice(0, key.indexOf('\u0000'))));
  if (namespaces.size !== before.size || [...namespaces].some((one) => !before.has(one)))
    return 'the namespaces are others';
  const drift = driftOf(rememberItems(texts, memory), memory.learnedItems);
  return drift > relearnShare
    ? `${(100 * drift).toFixed(1)} % of the learned items are others by now`
    : undefined;
}

interface PublishedNight {
  readonly version: number;
  readonly parents: readonly string[];
  readonly start: MatchStart;
  readonly learnedOn: string;
  readonly memory: ArtifactRef | undefined;
}

async function publishedNight(
  store: Store,
  context: StageContext,
  previous: readonly DatasetSlice[],
): Promise<PublishedNight | undefined> {
  const [slice] = previous;
  if (!slice) return undefined;
  try {
    const { version, parents, facts, files } = await store.manifests.read(slice.manifest);
    const start = startSchema.safeParse(facts.start);
    if (!start.success || typeof facts.learnedOn !== 'string') return undefined;
    return { version, parents, start: start.data, learnedOn: facts.learnedOn, memory: files.memory?.[0] };
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    context.log.warn('the published matching cannot be read, learning anew', { code: error.code });
    return undefined;
  }
}

async function isThere(store: Store, memory: ArtifactRef): Promise<boolean> {
  try {
    await store.objects.open(memory);
    return true;
  } catch (error) {
    if (error instanceof ArtifactError) return false;
    throw error;
  }
}

function sameList(parents: readonly string[], inputs: readonly string[]): boolean {
  return [...parents].sort().join() === [...inputs].sort().join();
}
