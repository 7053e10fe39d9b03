import type { ActivityOptions } from '@temporalio/workflow';
import type { StepSpec } from '../domain/plan/steps.ts';
import type { Retries, RetryClass } from '../schemas/config.ts';
import { type TaskQueueName, taskQueue } from '../schemas/task-queues.ts';

/** Times of one retry class as activity options. */
function timesOf(times: RetryClass): ActivityOptions {
  return {
    startToCloseTimeout: times.startToCloseSeconds * 1000,
    heartbeatTimeout: times.heartbeatSeconds * 1000,
    retry: {
      initialInterval: times.initialSeconds * 1000,
      backoffCoefficient: 2,
      maximumInterval: Math.max(times.initialSeconds, times.maximumSeconds) * 1000,
      maximumAttempts: times.attempts,
    },
  };
}

/** Options of a step of the road: its queue, its retry class, its name as activity id, its summary for the UI. */
export function stepOptions(spec: StepSpec, prefix: string, retries: Retries): ActivityOptions {
  return {
    ...timesOf(retries[spec.retry]),
    taskQueue: taskQueue(prefix, spec.queue),
    activityId: spec.step,
    summary: spec.summary,
  };
}

/** Options of plan, close and sweep. */
export function plainOptions(
  activityId: string,
  summary: string,
  queue: TaskQueueName,
  input: { readonly taskQueuePrefix: string; readonly retries: Retries },
): ActivityOptions {
  return {
    ...timesOf(input.retries.io),
    taskQueue: taskQueue(input.taskQueuePrefix, queue),
    activityId,
    summary,
  };
}
