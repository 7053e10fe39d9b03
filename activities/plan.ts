import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { openHashCache } from '../domain/collect/hash-cache.ts';
import { listAnySource } from '../domain/collect/remote-sources.ts';
import type { DecidedOf } from '../domain/night/date-states.ts';
import { type PlannedRun, planNight, putPlan } from '../domain/night/plan-night.ts';
import { decidedMarks } from '../domain/normalize/decisions.ts';
import { readRates } from '../domain/normalize/rates-file.ts';
import { layPinnedInputs, replayStore } from '../domain/replay/replay-store.ts';
import { readDecisions } from '../domain/store/decisions.ts';
import type { Runs } from '../domain/store/runs.ts';
import type { Config } from '../schemas/config.ts';
import type { CloseRequest, PlanRequest, PlanResult, PublishResult } from '../schemas/night.ts';
import { type Plan, planSchema } from '../schemas/plan.ts';
import { durable, type LooseContext } from './boundary.ts';
import type { ActivityDeps } from './deps.ts';

/** Plan and close: the first and the last page of every run record. */
export const createPlanActivities = (deps: ActivityDeps) => ({
  /**
   * Freezes the plan of a run and opens its record, named by the run id of the execution that planned it.
   *
   * Fails with STK-SOURCE-MISSING, STK-PLAN-OLDER, STK-REPLAY-GONE.
   */
  planRun: durable(deps, 'planRun', async (request: PlanRequest, context): Promise<PlanResult> => {
    const { failpoint } = context;
    const record = request.replayOf ?? Context.current().info.workflowExecution?.runId ?? 'unknown';
    const planned = request.replayOf
      ? await pinnedPlan(deps, request.replayOf)
      : await plan(deps, request, context);
    const result = await putPlan(deps.store, planned, record);
    await failpoint('mid');
    await openRecord(deps, runsOf(deps, record, request.replayOf !== undefined), result, planned.plan);
    await failpoint('after-effect');
    return result;
  }),

  /** Writes how the run ended. */
  closeRun: durable(
    deps,
    'closeRun',
    async (request: CloseRequest, { failpoint }): Promise<{ closed: true }> => {
      await failpoint('mid');
      await runsOf(deps, request.record, request.replay).close(request.record, {
        status: request.status,
        ...(request.failedStep ? { failedStep: request.failedStep } : {}),
        ...(request.errorCode ? { errorCode: request.errorCode } : {}),
        ...(request.message ? { message: request.message.slice(0, 2000) } : {}),
        ...publishedPart(request.publish),
        endedAt: deps.now().toISOString(),
      });
      await failpoint('after-effect');
      return { closed: true };
    },
  ),
});

async function plan(deps: ActivityDeps, request: PlanRequest, context: LooseContext): Promise<PlannedRun> {
  const hashes = await openHashCache(deps.store.dir);
  const decided = await decisionsNow(deps.store.dir);
  const landing = { ...deps, ...context, storeDir: deps.store.dir, force: request.force };
  const planned = await planNight(
    deps.store,
    {
      ...deps,
      listSource: (options) => listAnySource({ ...options, hashes }, landing),
      decidedOf: decidedOf(deps.config, decided),
    },
    request,
  );
  await hashes.save();
  const decisions = planned.plan.sources.length > 0 ? decided : {};
  const rates =
    planned.plan.config.rates && (await readRates(join(planned.plan.input, planned.plan.config.rates)));
  return {
    ...planned,
    plan: {
      ...planned.plan,
      ...decisions,
      ...(rates ? { rates } : {}),
    },
  };
}

type Decided = Pick<Plan, 'decisions' | 'matchDecisions' | 'columnDecisions' | 'repairDecisions'>;

function decidedOf({ sources }: Config, { decisions, repairDecisions }: Decided): DecidedOf {
  const all = { rows: decisions ?? [], cells: repairDecisions ?? [] };
  return (name, slices) => {
    const source = sources[name];
    return source && decidedMarks(all, name, source, slices);
  };
}

/** What people have decided so far; a kind of decision that nobody made leaves the plan as it is without. */
async function decisionsNow(storeDir: string): Promise<Decided> {
  const decisions = await readDecisions(storeDir, 'rows');
  const matchDecisions = await readDecisions(storeDir, 'items');
  const columnDecisions = await readDecisions(storeDir, 'columns');
  const repairDecisions = await readDecisions(storeDir, 'cells');
  return {
    ...(decisions.length > 0 ? { decisions } : {}),
    ...(matchDecisions.length > 0 ? { matchDecisions } : {}),
    ...(columnDecisions.length > 0 ? { columnDecisions } : {}),
    ...(repairDecisions.length > 0 ? { repairDecisions } : {}),
  };
}

async function pinnedPlan(deps: ActivityDeps, record: string): Promise<PlannedRun> {
  const recorded = await deps.store.runs.resolve(record);
  const pinned = planSchema.parse(await deps.store.objects.readJson(recorded.opening.plan));
  const input = await layPinnedInputs(deps.store, record, pinned);
  const repeated: Plan = { ...pinned, trigger: 'replay', input, force: false };
  return { plan: repeated, dates: [], nothingToDo: '' };
}

async function openRecord(deps: ActivityDeps, runs: Runs, result: PlanResult, plan: Plan): Promise<void> {
  await runs.open({
    format: 1,
    record: result.record,
    workflow: plan.workflow,
    workflowId: Context.current().info.workflowExecution?.workflowId ?? 'unknown',
    dataDate: plan.dataDate,
    from: plan.from,
    trigger: plan.trigger,
    plan: result.plan,
    configHash: plan.configHash,
    codeVersion: plan.codeVersion,
    engines: plan.engines,
    threads: plan.threads,
    seed: plan.seed,
    baseSnapshot: plan.baseSnapshot,
    startedAt: deps.now().toISOString(),
  });
}

/** Records of the store, or of a replay's scratch view: a replay never touches the record it repeats. */
function runsOf(deps: ActivityDeps, record: string, replay: boolean): Runs {
  return replay ? replayStore(deps.store, record, 0).runs : deps.store.runs;
}

function publishedPart(publish: PublishResult | undefined) {
  if (!publish) return { published: 'not published' as const };
  return { published: publish.published, snapshot: publish.snapshot, snapshotHash: publish.snapshotHash };
}
