import { takeInventory } from '../domain/inventory/inventory.ts';
import type { Datasets } from '../domain/publish/assemble.ts';
import { catalogEntry } from '../schemas/catalog.ts';
import { durableStep, type StepScope } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';

/** Inventory: assets, columns, checks and changes over everything this run has up to here. */
export const createInventoryActivities = (deps: ActivityDeps) => ({
  takeInventory: durableStep(deps, 'takeInventory', async (scope) => {
    const { before, datasets } = await datasetsNow(scope);
    const { config, dataDate, columnDecisions } = scope.plan;
    return takeInventory(scope.store, scope.context, {
      dataDate,
      timezone: config.timezone,
      config,
      datasets: stocked(datasets),
      arrived: arrivedSlices(before, datasets),
      previous: stocked(before),
      ledger: scope.outputs.flatMap((output) => output.ledger),
      problems: problemsOf(scope),
      ...(columnDecisions ? { columnDecisions } : {}),
    });
  }),
});

/** Stages whose datasets are made after stock is taken: what was learned from them last night must not make tonight's new. */
const later: readonly string[] = ['embed', 'classify', 'profile', 'recommend', 'deploy'];

function stocked(datasets: Datasets): Datasets {
  return Object.fromEntries(
    Object.entries(datasets).filter(([name]) => !later.includes(catalogEntry(name)?.stage ?? '')),
  );
}

/** Source → slices that are new or have other content than before this run. */
export function arrivedSlices(before: Datasets, now: Datasets): Record<string, string[]> {
  const arrived: Record<string, string[]> = {};
  for (const [name, slices] of Object.entries(now)) {
    if (!name.startsWith('raw.')) continue;
    const known = new Map((before[name] ?? []).map((slice) => [slice.slice, slice.manifest.sha256]));
    arrived[name.slice('raw.'.length)] = slices
      .filter((slice) => known.get(slice.slice) !== slice.manifest.sha256)
      .map((slice) => slice.slice);
  }
  return arrived;
}

/** Problems of all stages so far, of sources the plan found nothing for, and of steps the road went on without. */
export function problemsOf({ outputs, plan, request }: StepScope) {
  const missing = plan.sources
    .filter((source) => source.missing !== '')
    .map((source) => ({
      severity: 'error' as const,
      source: source.source,
      slice: plan.dataDate,
      code: 'STK-SOURCE-MISSING',
      message: source.missing,
      rows: 0,
    }));
  return [...missing, ...outputs.flatMap((output) => output.problems), ...request.problems];
}
