import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { RoadActivities } from '../activities/index.ts';
import { inputsOf, type StepSpec } from '../domain/plan/steps.ts';
import type { PlanResult } from '../schemas/night.ts';
import type { StepResult } from '../schemas/run.ts';
import { stepOptions } from './activity-options.ts';
import type { RoadState } from './road-state.ts';
import { causeOf, mayGoOnWithout, problemOf } from './step-failure.ts';

/** Works one step as an activity; undefined where it failed and the night goes on without it, which a problem then tells. */
export async function workStep(state: RoadState, spec: StepSpec): Promise<StepResult | undefined> {
  const { board, options, problems } = state;
  const plan = state.planned as PlanResult;
  board.start(spec.step, Date.now());
  state.show();
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
      inputs: inputsOf(spec, state.outputs).map(({ output }) => output),
      problems,
    });
    board.finish(spec.step, result, Date.now());
    return result;
  } catch (error) {
    board.fail(spec.step, isCancellation(error) ? 'cancelled' : causeOf(error).message, Date.now());
    if (isCancellation(error) || !mayGoOnWithout(spec, plan)) {
      state.failedStep ||= spec.step;
      throw error;
    }
    problems.push(problemOf(spec, error));
    return undefined;
  } finally {
    state.show();
  }
}
