import { makeProfiles } from '../domain/profile/profile.ts';
import { durableStep } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';
import { namespacesOf } from './loop-inputs.ts';

/** Profile: users and items as of the data date. */
export const createProfileActivities = (deps: ActivityDeps) => ({
  makeProfiles: durableStep(deps, 'makeProfiles', async (scope) => {
    const { store, context, plan } = scope;
    const { datasets } = await datasetsNow(scope);
    return makeProfiles(store, context, {
      dataDate: plan.dataDate,
      events: datasets['unified.events'] ?? [],
      reviews: datasets['unified.reviews'] ?? [],
      users: datasets['unified.users'] ?? [],
      items: datasets['unified.items'] ?? [],
      clusters: datasets['match.clusters'] ?? [],
      userClusters: datasets['match.clusters.users'] ?? [],
      labels: datasets['label.items'] ?? [],
      namespaces: namespacesOf(plan.config),
    });
  }),
});
