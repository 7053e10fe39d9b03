import { aliasesOf } from '../domain/publish/aliases.ts';
import { publishSnapshot } from '../domain/publish/publish.ts';
import { compareRuns } from '../domain/replay/compare.ts';
import { sweepStore } from '../domain/store/retention.ts';
import type { PublishResult, SweepInput } from '../schemas/night.ts';
import type { StageOutput } from '../schemas/stage.ts';
import { durable, durableStep, type StepScope } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';

/** Publish: the next snapshot, or for a replay the comparison of hashes; and the retention sweep. */
export const createPublishActivities = (deps: ActivityDeps) => ({
  /** Fails with STK-PUBLISH-CONFLICT, STK-PUBLISH-OLDER. */
  publishSnapshot: durableStep(deps, 'publishSnapshot', async (scope) => {
    const facts = scope.plan.trigger === 'replay' ? await compare(deps, scope) : await publish(scope);
    return outputOf(facts);
  }),

  sweepStore: durable(deps, 'sweepStore', async (_: SweepInput) =>
    sweepStore(deps.store, deps.config.retention, deps.now()),
  ),
});

async function publish(scope: StepScope): Promise<PublishResult> {
  const { plan, store, context, request } = scope;
  const { base, datasets } = await datasetsNow(scope);
  const fillsHistory = plan.workflow === 'backfillInventory' && base && base.dataDate > plan.dataDate;
  const { outcome, snapshot } = await publishSnapshot(store, context, {
    base: plan.baseSnapshot,
    dataDate: fillsHistory ? base.dataDate : plan.dataDate,
    datasets,
    aliases: aliasesOf(scope.outputs),
    publishedBy: { workflowId: plan.workflow, record: request.record },
    allowOlder: plan.allowOlder,
  });
  return {
    published: outcome,
    snapshot: snapshot.number,
    snapshotHash: snapshot.contentHash,
    difference: '',
    compared: 0,
  };
}

async function compare(deps: ActivityDeps, scope: StepScope): Promise<PublishResult> {
  const recorded = await deps.store.runs.resolve(scope.request.record);
  const replayed = await scope.store.runs.resolve(scope.request.record);
  const { compared, difference } = await compareRuns(deps.store, recorded, replayed);
  return { published: 'not published', snapshot: 0, snapshotHash: '', difference, compared };
}

function outputOf(facts: PublishResult): StageOutput {
  const why: Record<PublishResult['published'], string> = {
    published: `snapshot ${facts.snapshot}`,
    unchanged: `snapshot ${facts.snapshot} already says this`,
    'not published': facts.difference || `${facts.compared} output hashes are equal`,
  };
  return {
    format: 1,
    stage: 'publish',
    parts: 1,
    reused: facts.published === 'unchanged' ? 1 : 0,
    datasets: {},
    ledger: [],
    problems: [],
    facts: { ...facts },
    why: why[facts.published],
  };
}
