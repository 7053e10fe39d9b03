import { type Candidate, deployCandidate, type Evaluation } from '../domain/deploy/deploy.ts';
import { countLateAnswers } from '../domain/deploy/late-answers.ts';
import { readRegistry } from '../domain/deploy/registry.ts';
import { defaultGateRules } from '../domain/plan/gate.ts';
import type { Recipe } from '../domain/recommend/recipe.ts';
import { compareRecipes, modelDataset, refitRecipe, type TrainWork } from '../domain/recommend/train.ts';
import type { Comparison } from '../domain/recommend/train-task.ts';
import { nothingDone } from '../domain/store/stage-output.ts';
import type { Store } from '../domain/store/store.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import { durableStep, type StepScope } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';
import { trainWork } from './recommend.ts';

/** Deploy: the gate between a trained candidate and the model in service. */
export const createDeployActivities = (deps: ActivityDeps) => ({
  deployModel: durableStep(deps, 'deployModel', async (scope) => {
    const { store, context, plan } = scope;
    const { base, datasets } = await datasetsNow(scope);
    const slice = datasets[modelDataset]?.[0];
    if (!slice) return nothingDone('deploy', 'no model was trained: nothing to judge');
    const { files, facts } = await store.manifests.read(slice.manifest);
    const { tensors = [], document = [], items = [] } = files;
    const recipe = facts.recipe as Recipe;
    const work = trainWork(scope, datasets);
    const champion = await championRecipe(store, base);
    const comparison = await compareRecipes(store, context, {
      ...work,
      candidate: recipe,
      champion,
    });
    if (!comparison) return nothingDone('deploy', 'the events cannot be split by time: nothing to judge by');
    const { minUsers, tolerance } = plan.config.deploy;
    const evaluation = evaluationOf(comparison);
    const refreshed = await refresh(scope, work, champion, comparison);
    const lateAnswers = await countLateAnswers(store, context, work, evaluation.window);
    const { output } = await deployCandidate(store, context, {
      base,
      dataDate: plan.dataDate,
      candidate: refreshed?.candidate ?? {
        name: recipe.name,
        files: { tensors, document, items },
        trainedBy: slice.manifest,
      },
      evaluation: { ...(refreshed?.evaluation ?? evaluation), lateAnswers },
      rules: { ...defaultGateRules, minUsers, tolerance },
    });
    return output;
  }),
});

/**
 * Where the new method is not proven better, the champion's own is taught the newer data and judged in its place: a shop's
 * model must not grow old because the window cannot tell two methods apart.
 */
async function refresh(
  { store, context }: StepScope,
  work: TrainWork,
  recipe: Recipe | undefined,
  comparison: Comparison,
): Promise<{ candidate: Candidate; evaluation: Evaluation } | undefined> {
  const { champion } = comparison;
  if (!recipe || !champion || champion.difference.low > 0) return undefined;
  const { manifest, ref } = await refitRecipe(store, context, work, recipe);
  const { tensors = [], document = [], items = [] } = manifest.files;
  return {
    candidate: { name: recipe.name, files: { tensors, document, items }, trainedBy: ref },
    evaluation: {
      ...evaluationOf(comparison),
      candidate: champion.metrics,
      popularity: { metrics: comparison.popularity.metrics, difference: champion.overPopularity },
      champion: { metrics: champion.metrics, difference: { mean: 0, low: 0, high: 0 } },
    },
  };
}

/** The recipe of the model in service; undefined where none is. */
async function championRecipe(store: Store, base: Snapshot | undefined): Promise<Recipe | undefined> {
  const { champion, versions } = await readRegistry(store, base);
  const document = versions.find((entry) => entry.document.version === champion)?.document;
  if (!document) return undefined;
  return (await store.manifests.read(document.trainedBy)).facts.recipe as Recipe;
}

function evaluationOf(comparison: Comparison): Evaluation {
  const { fromDay, toDay, trainedThrough, users, events } = comparison;
  return {
    window: { from: dateOf(fromDay), to: dateOf(toDay), users, events },
    trainedThrough: dateOf(trainedThrough),
    candidate: comparison.candidate,
    popularity: comparison.popularity,
    ...(comparison.champion
      ? { champion: { metrics: comparison.champion.metrics, difference: comparison.champion.difference } }
      : {}),
    newestDay: {
      users: comparison.newestDay.users,
      newest: comparison.newestDay.difference,
      usual: comparison.usualDays.difference,
    },
  };
}

function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
