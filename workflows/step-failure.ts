import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';
import type { StepSpec } from '../domain/plan/steps.ts';
import type { PlanResult } from '../schemas/night.ts';
import type { Problem } from '../schemas/stage.ts';

/** An optional source that cannot be collected does not stop the night: its last published data stays. */
export function mayGoOnWithout(spec: StepSpec, plan: PlanResult): boolean {
  const source = plan.sources.find((entry) => entry.source === spec.source);
  return spec.stage === 'collect' && source !== undefined && !source.required;
}

/** What people are told of a step the night went on without. */
export function problemOf(spec: StepSpec, error: unknown): Problem {
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
export function stepOf(error: unknown): string | undefined {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  return cause instanceof ActivityFailure ? cause.activityId : undefined;
}

/** The innermost failure: its message, at most 1,000 characters, and its code; empty where it has none. */
export function causeOf(error: unknown): { message: string; code: string } {
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
