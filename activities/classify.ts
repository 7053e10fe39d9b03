import { assignLabels } from '../domain/classify/assign-labels.ts';
import { nothingDone } from '../domain/store/stage-output.ts';
import { durableStep } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';
import { namespacesOf, seedOf, vectorSlices, vectorsOf } from './loop-inputs.ts';

/** Classify: labels of items, reviews and users. */
export const createClassifyActivities = (deps: ActivityDeps) => ({
  assignLabels: durableStep(deps, 'assignLabels', async (scope) => {
    const { store, context, plan } = scope;
    if (!plan.config.classify.enabled) return nothingDone('classify', 'switched off in the configuration');
    const { datasets } = await datasetsNow(scope);
    return assignLabels(store, context, {
      dataDate: plan.dataDate,
      seed: seedOf(plan.config),
      items: datasets['unified.items'] ?? [],
      reviews: datasets['unified.reviews'] ?? [],
      events: datasets['unified.events'] ?? [],
      clusters: datasets['match.clusters'] ?? [],
      userClusters: datasets['match.clusters.users'] ?? [],
      namespaces: namespacesOf(plan.config),
      vectorSlices: vectorSlices(datasets),
      vectorsOf: (kind, ids) => vectorsOf(scope, datasets, kind, ids),
    });
  }),
});
