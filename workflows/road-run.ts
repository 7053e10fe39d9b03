import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  defineQuery,
  executeChild,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanActivities, RoadActivities } from '../activities/index.ts';
import { createBoard } from '../domain/plan/board.ts';
import { searchAttributes } from '../domain/plan/ids.ts';
import { inputsOf, type StageName, type StepOutput, type StepSpec } from '../domain/plan/steps.ts';
import type { Retries } from '../schemas/config.ts';
import type {
  BranchInput,
  BranchResult,
  NightResult,
  PlanRequest,
  PlanResult,
  PublishResult,
  StepProgress,
  Trigger,
  WithinRun,
} from '../schemas/night.ts';
import type { StepResult } from '../schemas/run.ts';
import type { Problem } from '../schemas/stage.ts';
import { plainOptions, stepOptions } from './activity-options.ts';

/** Answers the stage table while a run goes on and after it has ended. */
export const progressQuery = defineQuery<StepProgress[]>('progress');

const partitionKey = defineSearchAttributeKey(searchAttributes.partition, 'KEYWORD');
const stageKey = defineSearchAttributeKey(searchAttributes.stage, 'KEYWORD');
const triggerKey = defineSearchAttributeKey(searchAttributes.trigger, 'KEYWORD');

/** What a run needs to know to work its steps. */
export interface RoadOptions {
  readonly title: string;
  readonly trigger: Trigger;
  readonly taskQueuePrefix: string;
  readonly retries: Retries;
  readonly force: boolean;
  readonly allowOlder: boolean;
  /** Steps of one stage that may wait on the queues at once. */
  readonly maxActive: number;
  /** Set in a child: the run it works for. */
  readonly within?: WithinRun | undefined;
}

/** A workflow of this bundle that works some stages within a run. */
export interface Branch {
  /** Last part of the child's id: `<parent>/<name>`. */
  readonly name: string;
  readonly workflow: 'embedCatalog' | 'retrainRecommender' | 'deployModel';
  readonly summary: string;
  readonly steps: readonly StepSpec[];
}

/**
 * The run of one road: works steps as activities, keeps the stage table, writes the last page of the record.
 *
 * A workflow reads as plan → all(collect) → all(normalize) → … → finish; whatever fails ends in `fail`.
 */
export interface RoadRun {
  plan(request: PlanRequest): Promise<PlanResult>;
  /** Works steps of one stage side by side and adds their outputs to what later steps see. */
  all(stage: StageName, specs: readonly StepSpec[]): Promise<StepResult[]>;
  /** Works a branch as a child workflow and adds its outputs to what later steps see. */
  branch(branch: Branch): Promise<void>;
  /** What this run itself has worked so far. */
  results(): readonly StepResult[];
  finish(): Promise<NightResult>;
  nothingToDo(plan: PlanResult): Promise<NightResult>;
  /** Closes the record and says in the details what failed and which command goes on. */
  fail(error: unknown): Promise<void>;
}

/** Starts the stage table of a run and answers its progress query. */
export function startRoad(options: RoadOptions): RoadRun {
  const board = createBoard();
  const outputs: StepOutput[] = [...(options.within?.outputs ?? [])];
  const results: StepResult[] = [];
  const problems: Problem[] = [...(options.within?.problems ?? [])];
  let planned: PlanResult | undefined = options.within?.plan;
  let failedStep = '';
  let advice = '';
  const show = (): void => setCurrentDetails(board.markdown(options.title, advice));
  setHandler(progressQuery, () => board.rows());

  const enter = (stage: StageName): void => {
    upsertSearchAttributes([{ key: stageKey, value: stage }]);
    show();
  };

  const work = async (spec: StepSpec): Promise<StepResult | undefined> => {
    const plan = planned as PlanResult;
    board.start(spec.step, Date.now());
    show();
    const activities = proxyActivities<RoadActivities>(
      stepOptions(spec, options.taskQueuePrefix, options.retries),
    );
    try {
      const result = await activities[spec.activity]({
        record: plan.record,
        plan: plan.plan,
        step: spec.step,
        ...(spec.source ? { source: spec.source } : {}),
        ...(spec.batch ? { batch: spec.batch } : {}),
        ...(spec.entity ? { entity: spec.entity } : {}),
        inputs: inputsOf(spec, outputs).map(({ output }) => output),
        problems,
      });
      board.finish(spec.step, result, Date.now());
      return result;
    } catch (error) {
      board.fail(spec.step, isCancellation(error) ? 'cancelled' : causeOf(error).message, Date.now());
      if (isCancellation(error) || !mayGoOnWithout(spec, plan)) {
        failedStep ||= spec.step;
        throw error;
      }
      problems.push(problemOf(spec, error));
      return undefined;
    } finally {
      show();
    }
  };

  const close = async (
    request: Omit<Parameters<PlanActivities['closeRun']>[0], 'record' | 'replay'>,
  ): Promise<void> => {
    if (!planned) return;
    const { closeRun } = proxyActivities<PlanActivities>(
      plainOptions('close', 'Write the end of the run record', 'orchestrator', options),
    );
    await closeRun({ record: planned.record, replay: options.trigger === 'replay', ...request });
  };

  return {
    async plan(request) {
      board.start('plan', Date.now());
      enter('plan');
      upsertSearchAttributes([{ key: triggerKey, value: options.trigger }]);
      const { planRun } = proxyActivities<PlanActivities>(
        plainOptions('plan', 'Freeze the plan: sources, slices, hashes', 'orchestrator', options),
      );
      failedStep = 'plan';
      if (request.to) upsertSearchAttributes([{ key: partitionKey, value: request.to }]);
      planned = await planRun(request);
      if (!request.to) upsertSearchAttributes([{ key: partitionKey, value: planned.dataDate }]);
      failedStep = '';
      board.finish('plan', planStep(planned), Date.now());
      show();
      return planned;
    },

    async all(stage, specs) {
      if (specs.length === 0) return [];
      board.expect(specs);
      enter(stage);
      const done = await inWaves(specs, options.maxActive, work);
      const finished = done.filter((result) => result !== undefined);
      outputs.push(...finished);
      results.push(...finished);
      return finished;
    },

    async branch({ name, workflow, summary, steps }) {
      board.expect(steps);
      for (const { step } of steps) board.start(step, Date.now());
      enter(steps[0]?.stage ?? 'plan');
      const { taskQueuePrefix, retries, trigger, force, allowOlder } = options;
      const input: BranchInput = {
        ...{ taskQueuePrefix, retries, trigger, force, allowOlder },
        within: { plan: planned as PlanResult, outputs: outputs.map(withoutRest), problems },
      };
      try {
        const done: BranchResult = await executeChild(workflow, {
          workflowId: `${workflowInfo().workflowId}/${name}`,
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          args: [input],
          staticSummary: summary,
        });
        for (const result of done.results) board.finish(result.step, result, Date.now());
        outputs.push(...done.results);
        results.push(...done.results);
      } catch (error) {
        failedStep ||= stepOf(error) ?? steps[0]?.step ?? name;
        board.fail(failedStep, isCancellation(error) ? 'cancelled' : causeOf(error).message, Date.now());
        throw error;
      } finally {
        show();
      }
    },

    results: () => results,

    async finish() {
      const publish = results.find(({ stage }) => stage === 'publish')?.facts as unknown as PublishResult;
      await close({ status: 'completed', publish });
      return resultOf(planned as PlanResult, results, publish, options.trigger);
    },

    async nothingToDo(plan) {
      advice = `Nothing to do: ${plan.nothingToDo}.`;
      show();
      await close({ status: 'completed', message: plan.nothingToDo });
      return { ...emptyResult(plan), outcome: 'nothing to do' };
    },

    async fail(error) {
      const cancelled = isCancellation(error);
      const { message, code } = causeOf(error);
      const { workflowId } = workflowInfo();
      advice = `**${cancelled ? 'Cancelled' : 'Failed'} at ${failedStep}**${cancelled ? '' : `: ${message}`}\n\nGo on from there with \`stocktake runs resume ${workflowId}\``;
      show();
      await CancellationScope.nonCancellable(() =>
        close({ status: cancelled ? 'cancelled' : 'failed', failedStep, errorCode: code, message }),
      );
    },
  };
}

/** An optional source that cannot be collected does not stop the night: its last published data stays. */
function mayGoOnWithout(spec: StepSpec, plan: PlanResult): boolean {
  const source = plan.sources.find((entry) => entry.source === spec.source);
  return spec.stage === 'collect' && source !== undefined && !source.required;
}

function problemOf(spec: StepSpec, error: unknown): Problem {
  const { code, message } = causeOf(error);
  return {
    severity: 'error',
    source: spec.source ?? '',
    slice: `batch ${spec.batch ?? 1}`,
    code,
    message,
    rows: 0,
  };
}

/** The step at which a child failed. */
function stepOf(error: unknown): string | undefined {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  return cause instanceof ActivityFailure ? cause.activityId : undefined;
}

function withoutRest({ step, stage, output }: StepOutput): StepOutput {
  return { step, stage, output };
}

function causeOf(error: unknown): { message: string; code: string } {
  let cause = error;
  while ((cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) && cause.cause) {
    cause = cause.cause;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return {
    message: message.slice(0, 1000),
    code: cause instanceof ApplicationFailure ? (cause.type ?? '') : '',
  };
}

/** Works items in so many lanes; once one has failed, what waits is not begun. */
async function inWaves<Item, Result>(
  items: readonly Item[],
  limit: number,
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await run(items[index] as Item);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

function planStep(plan: PlanResult): StepResult {
  const slices = plan.sources.reduce((sum, source) => sum + source.slices, 0);
  return {
    step: 'plan',
    stage: 'plan',
    decision: 'ran',
    why: `${plan.sources.length} sources, ${slices} slices`,
    output: plan.plan,
    rowsIn: 0,
    rowsOut: 0,
    rejected: 0,
    reusedParts: 0,
    parts: 1,
    cost: { milliseconds: 0, peakMemoryBytes: 0, bytesWritten: 0 },
  };
}

function emptyResult(plan: PlanResult): NightResult {
  return {
    record: plan.record,
    dataDate: plan.dataDate,
    outcome: 'unchanged',
    snapshot: 0,
    snapshotHash: '',
    steps: 0,
    reused: 0,
    rejected: 0,
    difference: '',
  };
}

function resultOf(
  plan: PlanResult,
  results: readonly StepResult[],
  publish: PublishResult,
  trigger: Trigger,
): NightResult {
  const replayed = publish.difference === '' ? 'replayed' : 'differs';
  const published = publish.published === 'published' ? 'published' : 'unchanged';
  return {
    ...emptyResult(plan),
    outcome: trigger === 'replay' ? replayed : published,
    snapshot: publish.snapshot,
    snapshotHash: publish.snapshotHash,
    steps: results.length,
    reused: results.filter(({ decision }) => decision === 'reused').length,
    rejected: results
      .filter(({ stage }) => stage === 'normalize')
      .reduce((sum, { rejected }) => sum + rejected, 0),
    difference: publish.difference,
  };
}
