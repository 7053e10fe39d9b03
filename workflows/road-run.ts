import { defineSearchAttributeKey } from '@temporalio/common';
import {
  CancellationScope,
  isCancellation,
  proxyActivities,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanActivities } from '../activities/index.ts';
import { searchAttributes } from '../domain/plan/ids.ts';
import type { StageName, StepSpec } from '../domain/plan/steps.ts';
import type { NightResult, PlanRequest, PlanResult, PublishResult } from '../schemas/night.ts';
import type { StepResult } from '../schemas/run.ts';
import { plainOptions } from './activity-options.ts';
import { type Branch, workBranch } from './branch-run.ts';
import { inLanes } from './lanes.ts';
import { emptyResult, planStep, resultOf } from './night-result.ts';
import { type RoadOptions, type RoadState, startState } from './road-state.ts';
import { causeOf } from './step-failure.ts';
import { workStep } from './step-run.ts';

const partitionKey = defineSearchAttributeKey(searchAttributes.partition, 'KEYWORD');
const triggerKey = defineSearchAttributeKey(searchAttributes.trigger, 'KEYWORD');

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
  const state = startState(options);
  const { board, outputs, results } = state;
  return {
    async plan(request) {
      const planned = await plan(state, request);
      board.finish('plan', planStep(planned), Date.now());
      state.show();
      return planned;
    },

    async all(stage, specs) {
      if (specs.length === 0) return [];
      board.expect(specs);
      state.enter(stage);
      const done = await inLanes(specs, options.maxActive, (spec) => workStep(state, spec));
      const finished = done.filter((result) => result !== undefined);
      outputs.push(...finished);
      results.push(...finished);
      return finished;
    },

    branch: (branch) => workBranch(state, branch),
    results: () => results,

    async finish() {
      const publish = results.find(({ stage }) => stage === 'publish')?.facts as unknown as PublishResult;
      await close(state, { status: 'completed', publish });
      return resultOf(state.planned as PlanResult, results, publish, options.trigger);
    },

    async nothingToDo(planned) {
      state.advice = `Nothing to do: ${planned.nothingToDo}.`;
      state.show();
      await close(state, { status: 'completed', message: planned.nothingToDo });
      return { ...emptyResult(planned), outcome: 'nothing to do' };
    },

    fail: (error) => fail(state, error),
  };
}

async function plan(state: RoadState, request: PlanRequest): Promise<PlanResult> {
  const { board, options } = state;
  board.start('plan', Date.now());
  state.enter('plan');
  upsertSearchAttributes([{ key: triggerKey, value: options.trigger }]);
  const { planRun } = proxyActivities<PlanActivities>(
    plainOptions('plan', 'Freeze the plan: sources, slices, hashes', 'orchestrator', options),
  );
  state.failedStep = 'plan';
  if (request.to) upsertSearchAttributes([{ key: partitionKey, value: request.to }]);
  const planned = await planRun(request);
  state.planned = planned;
  if (!request.to) upsertSearchAttributes([{ key: partitionKey, value: planned.dataDate }]);
  state.failedStep = '';
  return planned;
}

async function fail(state: RoadState, error: unknown): Promise<void> {
  const { failedStep } = state;
  const cancelled = isCancellation(error);
  const { message, code } = causeOf(error);
  const { workflowId } = workflowInfo();
  state.advice = `**${cancelled ? 'Cancelled' : 'Failed'} at ${failedStep}**${cancelled ? '' : `: ${message}`}\n\nGo on from there with \`stocktake runs resume ${workflowId}\``;
  state.show();
  await CancellationScope.nonCancellable(() =>
    close(state, { status: cancelled ? 'cancelled' : 'failed', failedStep, errorCode: code, message }),
  );
}

/** Writes the last page of the record; a run that was never planned has none. */
async function close(
  { planned, options }: RoadState,
  request: Omit<Parameters<PlanActivities['closeRun']>[0], 'record' | 'replay'>,
): Promise<void> {
  if (!planned) return;
  const { closeRun } = proxyActivities<PlanActivities>(
    plainOptions('close', 'Write the end of the run record', 'orchestrator', options),
  );
  await closeRun({ record: planned.record, replay: options.trigger === 'replay', ...request });
}
