import type { NightResult, PlanResult, PublishResult, Trigger } from '../schemas/night.ts';
import type { StepResult } from '../schemas/run.ts';

/** The planning itself as a line of the stage table. */
export function planStep(plan: PlanResult): StepResult {
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

/** What a night that has published nothing answers. */
export function emptyResult(plan: PlanResult): NightResult {
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

/** What a night answers, summed up over the steps it worked. */
export function resultOf(
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
