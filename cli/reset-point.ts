import type { temporal } from '@temporalio/proto';
import { CliError } from '../domain/runtime/errors.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Where a run goes on: the step that is scheduled again and the workflow-task event a reset needs. */
export interface ResetPoint {
  readonly step: string;
  /** `workflowTaskCompletedEventId` of the event that scheduled the step's activity or started the branch's child. */
  readonly eventId: number;
}

/**
 * Finds the event to reset to: the first activity of the named stage or step, else what stopped the run: in the stage it
 * had reached, the step that failed last, or the first that did not complete.
 *
 * Resetting to the last workflow task would not run a failed activity again: that task is the one that consumed the
 * failure. The right event is the task that scheduled the activity. A branch counts as a step by its name, the last part of
 * the child's id.
 *
 * @throws CliError STK-RESUME-NO-POINT naming the steps the history has (exit 2)
 */
export function resetPoint(events: readonly HistoryEvent[], fromStage: string | undefined): ResetPoint {
  const scheduled = events.flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes;
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    const step = activity?.activityId ?? child?.workflowId?.split('/').at(-1);
    const task = (activity ?? child)?.workflowTaskCompletedEventId;
    return step ? [{ id: Number(event.eventId), step, task: Number(task) }] : [];
  });
  const completed = new Set(
    events.flatMap((event) => {
      const activity = event.activityTaskCompletedEventAttributes;
      const child = event.childWorkflowExecutionCompletedEventAttributes;
      return [activity?.scheduledEventId, child?.initiatedEventId].flatMap((id) => (id ? [Number(id)] : []));
    }),
  );
  const failed = events.flatMap((event) => {
    const activity = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const child = event.childWorkflowExecutionFailedEventAttributes;
    return [activity?.scheduledEventId, child?.initiatedEventId].flatMap((id) => (id ? [Number(id)] : []));
  });
  const road = scheduled.filter(({ step }) => step !== 'close');
  const reached = road.filter(
    ({ id, step }) => stageOf(step) === stageOf(road.at(-1)?.step) && !completed.has(id),
  );
  const found = fromStage
    ? road.find(({ step }) => step === fromStage || step.startsWith(`${fromStage}/`))
    : (reached.findLast(({ id }) => failed.includes(id)) ?? reached[0] ?? road.at(-1));
  if (found) return { step: found.step, eventId: found.task };
  const known = [...new Set(road.map(({ step }) => step.split('/')[0]))].join(', ');
  throw new CliError(
    fromStage
      ? `The run has no step '${fromStage}'; it reached: ${known || 'nothing'}`
      : 'The run has no step to go on from; start it again with: stocktake run',
    { code: 'STK-RESUME-NO-POINT', exitCode: 2 },
  );
}

function stageOf(step: string | undefined): string | undefined {
  return step?.split('/')[0];
}
