import { executeChild, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { StepOutput, StepSpec } from '../domain/plan/steps.ts';
import type { BranchInput, BranchResult, PlanResult } from '../schemas/night.ts';
import type { RoadState } from './road-state.ts';
import { causeOf, stepOf } from './step-failure.ts';

/** A workflow of this bundle that works some stages within a run. */
export interface Branch {
  /** Last part of the child's id: `<parent>/<name>`. */
  readonly name: string;
  readonly workflow: 'embedCatalog' | 'retrainRecommender' | 'deployModel';
  readonly summary: string;
  readonly steps: readonly StepSpec[];
}

/** Works a branch as a child workflow and adds its outputs to what later steps see. */
export async function workBranch(
  state: RoadState,
  { name, workflow, summary, steps }: Branch,
): Promise<void> {
  const { board, outputs, problems, results } = state;
  board.expect(steps);
  for (const { step } of steps) board.start(step, Date.now());
  state.enter(steps[0]?.stage ?? 'plan');
  const { taskQueuePrefix, retries, trigger, force, allowOlder } = state.options;
  const input: BranchInput = {
    ...{ taskQueuePrefix, retries, trigger, force, allowOlder },
    within: { plan: state.planned as PlanResult, outputs: outputs.map(withoutRest), problems },
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
    state.failedStep ||= stepOf(error) ?? steps[0]?.step ?? name;
    board.fail(state.failedStep, isCancellation(error) ? 'cancelled' : causeOf(error).message, Date.now());
    throw error;
  } finally {
    state.show();
  }
}

function withoutRest({ step, stage, output }: StepOutput): StepOutput {
  return { step, stage, output };
}
