import type { ArtifactRef, Snapshot } from '../../schemas/artifact.ts';
import type { Config } from '../../schemas/config.ts';
import { entityNames } from '../../schemas/entities.ts';
import type { PlanRequest, PlanResult } from '../../schemas/night.ts';
import type { Plan, SourcePlan } from '../../schemas/plan.ts';
import type { Source } from '../../schemas/source.ts';
import { batchesFor } from '../plan/steps.ts';
import { ConfigError, SourceError } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import type { Store } from '../store/store.ts';
import { type DateState, type DecidedOf, dateStates, needsWork } from './date-states.ts';

/** What planning needs beside the request: the effects and facts of the process that plans. */
export interface PlanningDeps {
  readonly config: Config;
  /** Absolute folder the source paths are relative to. */
  readonly input: string;
  readonly codeVersion: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly listSource: (options: {
    input: string;
    name: string;
    source: Source;
    from?: string;
    to: string;
  }) => Promise<SourcePlan>;
  /**
   * Names what people have decided by now about each of the slices; slices nobody decided about are left out. Undefined where
   * nobody ever decided about the source. Default: nobody decided anything.
   */
  readonly decidedOf?: DecidedOf;
}

/** A frozen plan and, for a range, the state of each of its dates. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly dates: readonly DateState[];
  readonly nothingToDo: string;
}

/**
 * Freezes a run: lists and hashes the files of every source up to the data date, and drops dates that are done.
 *
 * A night looks at all dates up to its own, so that late and replaced files are found by their hash.
 *
 * @throws SourceError STK-SOURCE-MISSING when a required source has no file
 * @throws ConfigError STK-PLAN-OLDER when the date is before the published one and going back was not asked for
 */
export async function planNight(store: Store, deps: PlanningDeps, request: PlanRequest): Promise<PlannedRun> {
  const base = await store.snapshots.current();
  if (branchWorkflows.includes(request.workflow)) return planBranch(deps, request, base);
  refuseOlder(base, request);
  const range = request.workflow === 'backfillInventory' ? { from: request.from } : {};
  const found = await Promise.all(
    Object.entries(deps.config.sources).map(([name, source]) =>
      deps.listSource({ input: deps.input, name, source, ...range, to: request.to }),
    ),
  );
  refuseMissing(deps.config, found);
  const dates = request.reprocess ? await dateStates(store, base, deps, found) : [];
  const sources = request.reprocess ? keepUndone(found, dates, request) : found;
  return {
    plan: freeze(deps, request, base, sources),
    dates,
    nothingToDo:
      request.reprocess && sources.every(({ slices }) => slices.length === 0) ? whyNothing(dates) : '',
  };
}

/** Workflows that work on what is published. */
const branchWorkflows: readonly string[] = ['embedCatalog', 'retrainRecommender', 'deployModel'];

/** The plan of a branch on its own: no source, the published data date. */
function planBranch(deps: PlanningDeps, request: PlanRequest, base: Snapshot | undefined): PlannedRun {
  const dataDate = base?.dataDate ?? '1970-01-01';
  return {
    plan: freeze(deps, { ...request, from: dataDate, to: dataDate }, base, []),
    dates: [],
    nothingToDo: base ? '' : 'nothing is published yet; take stock first with: stocktake run',
  };
}

/** The shape of the road a plan gives, as the workflow needs it. */
export function shapeOf(plan: Plan): Pick<PlanResult, 'sources' | 'entities'> {
  const mapped = new Set(Object.values(plan.config.sources).flatMap(({ entities }) => Object.keys(entities)));
  return {
    sources: plan.sources
      .filter(({ slices }) => slices.length > 0)
      .map(({ source, slices }) => ({
        source,
        slices: slices.length,
        batches: batchesFor(slices.length),
        required: plan.config.sources[source]?.required ?? false,
      })),
    entities: entityNames.filter((entity) => mapped.has(entity)),
  };
}

/** Stores a plan and answers what the workflow needs of it. */
export async function putPlan(store: Store, planned: PlannedRun, record: string): Promise<PlanResult> {
  const plan: ArtifactRef = await store.objects.putJson(planned.plan);
  return {
    record,
    plan,
    dataDate: planned.plan.dataDate,
    from: planned.plan.from,
    ...shapeOf(planned.plan),
    nothingToDo: planned.nothingToDo,
  };
}

function freeze(
  deps: PlanningDeps,
  request: PlanRequest,
  base: Snapshot | undefined,
  sources: readonly SourcePlan[],
): Plan {
  return {
    format: 1,
    workflow: request.workflow,
    trigger: request.trigger,
    dataDate: request.to,
    from: request.from,
    input: deps.input,
    config: deps.config,
    configHash: hashOf(deps.config),
    codeVersion: deps.codeVersion,
    engines: { ...deps.engines },
    threads: deps.threads,
    memoryMb: deps.config.engine.memoryMb,
    seed: Number.parseInt(hashOf({ project: deps.config.project, dataDate: request.to }).slice(0, 8), 16),
    force: request.force,
    allowOlder: request.allowOlder,
    baseSnapshot: base?.number ?? 0,
    sources: [...sources],
  };
}

function refuseOlder(base: Snapshot | undefined, request: PlanRequest): void {
  if (!base || request.workflow === 'backfillInventory' || request.allowOlder || request.to >= base.dataDate)
    return;
  throw new ConfigError(
    `Snapshot ${base.number} already holds data date ${base.dataDate}, later than ${request.to}; use 'stocktake backfill' to fill in history, or --allow-older to go back`,
    { code: 'STK-PLAN-OLDER', details: { wanted: request.to, published: base.dataDate } },
  );
}

function refuseMissing(config: Config, found: readonly SourcePlan[]): void {
  const missing = found.filter(({ source, missing }) => missing !== '' && config.sources[source]?.required);
  if (missing.length > 0) {
    throw new SourceError(
      `Required source${missing.length > 1 ? 's' : ''} without a file: ${missing.map(({ source, missing }) => `${source} (${missing})`).join('; ')}. Put the file there or correct the path, then: stocktake runs resume last --from-stage plan`,
      { code: 'STK-SOURCE-MISSING', details: { sources: missing.map(({ source }) => source) } },
    );
  }
  if (found.length > 0 && found.every(({ slices }) => slices.length === 0)) {
    throw new SourceError(
      `No source has a file for this run: ${found.map(({ source, missing }) => `${source} (${missing || 'no date in range'})`).join('; ')}. Check input and the sources' paths in temporal.config.ts`,
      { code: 'STK-SOURCE-MISSING', details: { sources: found.map(({ source }) => source) } },
    );
  }
}

function keepUndone(
  found: readonly SourcePlan[],
  dates: readonly DateState[],
  request: PlanRequest,
): SourcePlan[] {
  const wanted = new Set(
    dates.filter(({ state }) => needsWork(state, request.reprocess ?? 'all')).map(({ date }) => date),
  );
  const order = request.newestFirst ? -1 : 1;
  return found.map((source) => ({
    ...source,
    slices: source.slices
      .filter(({ slice }) => wanted.has(slice))
      .sort((a, b) => (a.slice < b.slice ? -order : order)),
  }));
}

function whyNothing(dates: readonly DateState[]): string {
  return `all ${dates.length} dates with files are published already`;
}
