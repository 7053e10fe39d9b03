import type { Datasets } from '../domain/publish/assemble.ts';
import { type TrainWork, trainRecommender } from '../domain/recommend/train.ts';
import { nothingDone } from '../domain/store/stage-output.ts';
import { durableStep, type StepScope } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';
import { itemFeatures, namespacesOf, seedOf, vectorSlices } from './loop-inputs.ts';

/** Recommend: trains candidates and measures them beside their baselines. */
export const createRecommendActivities = (deps: ActivityDeps) => ({
  /** Fails with STK-TRAIN-FAILED. */
  trainRecommender: durableStep(deps, 'trainRecommender', async (scope) => {
    const { store, context, plan } = scope;
    if (!plan.config.recommend.enabled) return nothingDone('recommend', 'switched off in the configuration');
    const { datasets } = await datasetsNow(scope);
    return (await trainRecommender(store, context, trainWork(scope, datasets))).output;
  }),
});

/** What the recommender learns from, of the datasets as this run has them. */
export function trainWork(scope: StepScope, datasets: Datasets): TrainWork {
  const { config, dataDate } = scope.plan;
  const { kinds, trials, budgetSeconds, minEvents } = config.recommend;
  return {
    dataDate,
    events: datasets['unified.events'] ?? [],
    clusters: datasets['match.clusters'] ?? [],
    userClusters: datasets['match.clusters.users'] ?? [],
    items: datasets['unified.items'] ?? [],
    namespaces: namespacesOf(config),
    seed: seedOf(config),
    ...{ kinds, trials, budgetSeconds, minEvents },
    featureSlices: [...vectorSlices(datasets), ...(datasets['label.items'] ?? [])],
    featuresOf: (itemIds) => itemFeatures(scope, datasets, itemIds),
  };
}
