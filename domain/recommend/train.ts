import { z } from 'zod';
import type { DatasetSlice, ManifestRef } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import type { Progress } from '../runtime/progress.ts';
import type { StageContext } from '../runtime/stage.ts';
import { upTo } from '../store/datasets.ts';
import type { StoredManifest } from '../store/manifests.ts';
import { nothingDone, wholeOutput } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { findOrMake, type WholeParts } from '../warehouse/whole.ts';
import { type Workspace, withWorkspace } from '../warehouse/workspace.ts';
import { type EventsWork, type ReadEvents, readEvents } from './read-events.ts';
import type { ItemFeatures, Recipe } from './recipe.ts';
import type { TimedEvents } from './split.ts';
import { modelFiles, trainedFiles } from './train-files.ts';
import type { Comparison, Trained } from './train-task.ts';
import { compareInThread, refitInThread, trainInThread } from './train-thread.ts';

/** Raise it when the same inputs would give another model. */
export const trainVersion = 2;

const stage = 'recommend';

/** What a training is asked. */
export interface TrainWork extends EventsWork {
  readonly seed: number;
  /** Settings tried per method. */
  readonly trials: number;
  /** Ends the search early; the evaluation says how many trials were done. */
  readonly budgetSeconds: number;
  /** Fewer events of the kinds that count train nothing. */
  readonly minEvents: number;
  /** Slices that vectors and labels come from: with other ones the training is done again. */
  readonly featureSlices: readonly DatasetSlice[];
  /** Vectors and labels of items, by id. */
  readonly featuresOf: (itemIds: readonly string[]) => Promise<ItemFeatures>;
}

/** A candidate as the deploy stage takes it. */
export interface TrainedModel {
  /** The method with its setting. */
  readonly recipe: Recipe;
  /** `recommend.model`: its files by role are the model. */
  readonly manifest: ManifestRef;
}

/** The stage's output, and the candidate where one was trained. */
export interface TrainOutcome {
  readonly output: StageOutput;
  readonly model?: TrainedModel;
}

/** Names of the datasets of this stage. */
export const modelDataset = 'recommend.model';
export const evaluationDataset = 'evaluation.models';

/**
 * Trains the recommender: searches settings on a validation window, measures every method beside its baselines on a later
 * test window, chooses by validation, and lets the chosen one learn from all events up to the data date.
 *
 * Writes `recommend.model` (tensors, document, items, histories) and `evaluation.models` (one row a method). The same inputs
 * are not trained again. The search computes in a thread of its own.
 */
export async function trainRecommender(
  store: Store,
  context: StageContext,
  work: TrainWork,
): Promise<TrainOutcome> {
  const past = { ...work, events: upTo(work.events, work.dataDate) };
  if (past.events.length === 0) return { output: nothingDone(stage, 'there are no events yet') };
  const { seed, trials, kinds, minEvents, namespaces } = work;
  const inputs = [past.events, past.clusters, past.userClusters ?? [], past.items, past.featureSlices].flat();
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: 'train',
      version: trainVersion,
      dataset: modelDataset,
      config: { trials, kinds, minEvents, namespaces },
      inputs: inputs.map(({ manifest }) => manifest.sha256),
    },
    (workspace, progress) => make(store, context, workspace, { ...past, seed }, progress),
  );
  const { manifest, ref } = done.stored;
  const why = z.string().optional().parse(manifest.facts.nothing);
  if (why !== undefined) return { output: nothingDone(stage, why) };
  const output = wholeOutput(
    done.stored,
    { [modelDataset]: 'items', [evaluationDataset]: 'evaluation' },
    { reused: done.reused, why: String(manifest.facts.summary) },
  );
  const recipe = manifest.facts.recipe as Recipe;
  return { output: { ...output, facts: { chosen: recipe.name } }, model: { recipe, manifest: ref } };
}

/** What a comparison is asked beside what the training was. */
export interface CompareWork extends TrainWork {
  readonly candidate: Recipe;
  readonly champion: Recipe | undefined;
}

/**
 * Compares a candidate's recipe with the champion's and with popularity on the same window; see `compare` of the task.
 * Undefined where nothing can be compared.
 */
export async function compareRecipes(
  store: Store,
  context: StageContext,
  work: CompareWork,
): Promise<Comparison | undefined> {
  const past = { ...work, events: upTo(work.events, work.dataDate) };
  return withWorkspace(store, context, async ({ warehouse }) => {
    const read = await readEvents(store, warehouse, past);
    const features = await work.featuresOf(read.itemIds);
    const { seed, candidate, champion } = work;
    return compareInThread(
      { ...features, events: timedEvents(read), seed, candidate, champion },
      context.signal,
    );
  });
}

/**
 * Teaches a recipe all events up to the data date, without a search: the champion's own method on newer data. The same recipe and
 * data are not taught twice.
 */
export async function refitRecipe(
  store: Store,
  context: StageContext,
  work: TrainWork,
  recipe: Recipe,
): Promise<StoredManifest> {
  const past = { ...work, events: upTo(work.events, work.dataDate) };
  const { kinds, namespaces } = work;
  const inputs = [past.events, past.clusters, past.userClusters ?? [], past.items, past.featureSlices].flat();
  const done = await findOrMake(
    store,
    { ...context, failpoint: async () => undefined },
    {
      stage,
      step: `refit ${recipe.name}`,
      version: trainVersion,
      dataset: `${modelDataset}.refit`,
      config: { recipe, kinds, namespaces },
      inputs: inputs.map(({ manifest }) => manifest.sha256),
    },
    async ({ warehouse, dir }) => {
      const read = await readEvents(store, warehouse, past);
      const features = await work.featuresOf(read.itemIds);
      const files = await refitInThread({ ...features, events: timedEvents(read), recipe }, context.signal);
      return { files: await modelFiles(warehouse, dir, files), ledger: [], facts: { recipe } };
    },
  );
  return done.stored;
}

async function make(
  store: Store,
  context: StageContext,
  workspace: Workspace,
  work: TrainWork,
  progress: Progress,
): Promise<WholeParts> {
  const { warehouse, dir } = workspace;
  const read = await readEvents(store, warehouse, work);
  const count = read.interactions.itemOf.length;
  if (count < work.minEvents) {
    return nothing(
      `${count} events of the kinds ${work.kinds.join(', ')}, ${work.minEvents} are needed to train`,
    );
  }
  const features = await work.featuresOf(read.itemIds);
  const { seed, trials, budgetSeconds } = work;
  const trained = await trainInThread(
    { ...features, events: timedEvents(read), seed, trials, budgetSeconds },
    context.signal,
    (phrase) => progress({ phrase }),
  );
  if (!('recipe' in trained)) return nothing(reasons[trained.outcome]);
  return {
    files: await trainedFiles(warehouse, dir, trained),
    ledger: [],
    facts: factsOf(trained, read),
  };
}

const reasons = {
  'too-few-days': 'the events lie on fewer than three days, nothing can be held out by time',
  'no-returning-users': 'no user came back for something new, nothing can be measured',
} as const;

function nothing(why: string): WholeParts {
  return { files: {}, ledger: [], facts: { nothing: why } };
}

/** Interactions as events: within a user they are in time order already. */
function timedEvents({ interactions }: ReadEvents): TimedEvents {
  const { users, items, offsets, itemOf, dayOf } = interactions;
  const userOf = new Int32Array(itemOf.length);
  for (let user = 0; user < users; user++) userOf.fill(user, offsets[user], offsets[user + 1]);
  return { users, items, userOf, itemOf, dayOf: dayOf ?? new Float64Array(itemOf.length) };
}

function factsOf({ evaluation, recipe }: Trained, read: ReadEvents): Record<string, unknown> {
  const figures = evaluation.models.find(({ name }) => name === recipe.name);
  const floor = evaluation.models.find(({ name }) => name === 'popularity');
  const [own, other] = [figures, floor].map((model) => (model?.metrics['ndcg@10'] ?? 0).toFixed(4));
  return {
    recipe,
    users: read.interactions.users,
    items: read.interactions.items,
    events: read.interactions.itemOf.length,
    windows: evaluation.windows,
    differences: evaluation.differences,
    ...(evaluation.hybrid ? { hybrid: evaluation.hybrid } : {}),
    summary: `${recipe.name}: ndcg@10 ${own}, popularity ${other}`,
  };
}
