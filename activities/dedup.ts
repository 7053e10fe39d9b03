import { dedupEvents } from '../domain/dedup/dedup-events.ts';
import { mergeRecords } from '../domain/dedup/dedup-records.ts';
import { goldenRecords } from '../domain/dedup/golden.ts';
import { decisionsAbout, verdictsOf } from '../domain/dedup/match-decisions.ts';
import { matchItems } from '../domain/dedup/match-items.ts';
import { matchUsers } from '../domain/dedup/match-users.ts';
import { userFieldsOf } from '../domain/dedup/user-fields.ts';
import { assembleDatasets, type Datasets, datasetsOf } from '../domain/publish/assemble.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { EntityName } from '../schemas/entities.ts';
import type { StageOutput } from '../schemas/stage.ts';
import { durableStep, type StepScope } from './boundary.ts';
import type { ActivityDeps } from './deps.ts';

/** De-duplication: events by date, users and items merged by delta, items resolved across sources, golden records. */
export const createDedupActivities = (deps: ActivityDeps) => ({
  dedupeEvents: durableStep(deps, 'dedupeEvents', async (scope) => {
    const entity = scope.request.entity as 'events' | 'reviews' | 'market';
    const { datasets, before } = await datasetsNow(scope);
    const inputs = mappedSources(scope, entity).map(({ name, mapping }) => ({
      source: name,
      key: mapping.key,
      slices: datasets[`clean.${name}.${entity}`] ?? [],
    }));
    const published = before[`unified.${entity}`] ?? [];
    return dedupEvents(scope.store, scope.context, {
      entity,
      inputs,
      published: published.map(({ slice }) => slice),
    });
  }),

  mergeRecords: durableStep(deps, 'mergeRecords', async (scope) => {
    const entity = scope.request.entity as 'users' | 'items';
    const { datasets, before } = await datasetsNow(scope);
    const inputs = mappedSources(scope, entity).map(({ name, source, mapping }) => ({
      source: name,
      namespace: mapping.namespace,
      mode: source.mode,
      slices: datasets[`clean.${name}.${entity}`] ?? [],
    }));
    const previous = before[`match.records.${entity}`] ?? [];
    return mergeRecords(scope.store, scope.context, { entity, inputs, previous });
  }),

  matchItems: durableStep(deps, 'matchItems', async (scope) => {
    const { namespaces, threshold, relearnDays, relearnShare } = scope.plan.config.match;
    const { datasets, before } = await datasetsNow(scope);
    return matchItems(scope.store, scope.context, {
      records: datasets['match.records.items'] ?? [],
      namespaces,
      threshold,
      verdicts: verdictsOf(decisionsAbout('item', scope.plan.matchDecisions ?? [])).valid,
      night: {
        date: scope.plan.dataDate,
        previous: before['match.pairs'] ?? [],
        relearnDays,
        relearnShare,
      },
    });
  }),

  unifyRecords: durableStep(deps, 'unifyRecords', async (scope) => {
    const entity = scope.request.entity as 'users' | 'items';
    const { datasets } = await datasetsNow(scope);
    const { namespaces, survivorship } = scope.plan.config.match;
    const records = datasets[`match.records.${entity}`] ?? [];
    const matched = entity === 'users' ? await usersMatched(scope, datasets) : undefined;
    const golden = await goldenRecords(scope.store, scope.context, {
      entity,
      records,
      clusters:
        (entity === 'users' ? matched?.datasets['match.clusters.users'] : datasets['match.clusters']) ?? [],
      namespaces,
      survivorship: survivorship[entity],
    });
    return matched ? together(matched, golden) : golden;
  }),
});

/** Users resolved across systems; undefined where there is one system, nothing is decided and nothing was resolved before. */
async function usersMatched(scope: StepScope, datasets: Datasets): Promise<StageOutput | undefined> {
  const { match } = scope.plan.config;
  const mapped = mappedSources(scope, 'users').map(({ mapping }) => mapping);
  const systems = new Set(mapped.map(({ namespace }) => namespace));
  const verdicts = verdictsOf(decisionsAbout('user', scope.plan.matchDecisions ?? [])).valid;
  const { fields, withinSystem, threshold } = match.users;
  const isAsked = systems.size > 1 || withinSystem || verdicts.length > 0;
  if (!isAsked && !datasets['match.clusters.users']?.length) return undefined;
  return matchUsers(scope.store, scope.context, {
    records: datasets['match.records.users'] ?? [],
    namespaces: match.namespaces,
    fields: userFieldsOf(
      fields,
      mapped.flatMap(({ attributes }) => Object.keys(attributes)),
    ),
    threshold,
    withinSystem,
    verdicts,
  });
}

/** Two parts of one step. */
function together(first: StageOutput, second: StageOutput): StageOutput {
  return {
    ...second,
    parts: first.parts + second.parts,
    reused: first.reused + second.reused,
    datasets: { ...first.datasets, ...second.datasets },
    ledger: [...first.ledger, ...second.ledger],
    ...(first.facts ? { facts: first.facts } : {}),
  };
}

/** The snapshot the plan stands on, its datasets, and the datasets as this run will publish them so far. */
export async function datasetsNow(
  scope: StepScope,
): Promise<{ base: Snapshot | undefined; before: Datasets; datasets: Datasets }> {
  const { store, plan } = scope;
  const base = plan.baseSnapshot === 0 ? undefined : await store.snapshots.read(plan.baseSnapshot);
  return {
    base,
    before: await datasetsOf(store, base),
    datasets: await assembleDatasets(store, base, scope.outputs),
  };
}

function mappedSources(scope: StepScope, entity: EntityName) {
  return Object.entries(scope.plan.config.sources).flatMap(([name, source]) => {
    const mapping = source.entities[entity];
    return mapping ? [{ name, source, mapping }] : [];
  });
}
