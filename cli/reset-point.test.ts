import { describe, expect, it } from 'vitest';
import { resetPoint } from './reset-point.ts';

/** Events as the server tells them: steps scheduled by one workflow task a stage, then how they ended. */
function historyOf(...steps: readonly [step: string, task: number, end: 'completed' | 'failed' | 'open'][]) {
  const scheduled = steps.map(([step, task], index) => ({
    eventId: 100 + index,
    activityTaskScheduledEventAttributes: { activityId: step, workflowTaskCompletedEventId: task },
  }));
  const ended = steps.flatMap(([, , end], index): object[] => {
    const attributes = { scheduledEventId: 100 + index };
    if (end === 'completed')
      return [{ eventId: 200 + index, activityTaskCompletedEventAttributes: attributes }];
    return end === 'failed' ? [{ eventId: 200 + index, activityTaskFailedEventAttributes: attributes }] : [];
  });
  return [...scheduled, ...ended] as unknown as Parameters<typeof resetPoint>[0];
}

describe('resetPoint', () => {
  it('names the step that failed, not one that was still going on beside it', () => {
    const events = historyOf(
      ['collect/users/1', 10, 'completed'],
      ['normalize/users/1', 20, 'open'],
      ['normalize/catalog/1', 20, 'failed'],
    );
    expect(resetPoint(events, undefined)).toEqual({ step: 'normalize/catalog/1', eventId: 20 });
  });

  it('passes over the failure of an optional source the run had gone on without', () => {
    const events = historyOf(
      ['collect/reviews/1', 10, 'failed'],
      ['normalize/users/1', 20, 'completed'],
      ['inventory', 30, 'open'],
      ['close', 40, 'completed'],
    );
    expect(resetPoint(events, undefined)).toEqual({ step: 'inventory', eventId: 30 });
  });

  it('takes a branch that failed for a step', () => {
    const events = [
      ...historyOf(['inventory', 10, 'completed']),
      {
        eventId: 300,
        startChildWorkflowExecutionInitiatedEventAttributes: {
          workflowId: 'inventory/2026-10-01/embed',
          workflowTaskCompletedEventId: 30,
        },
      },
      { eventId: 301, childWorkflowExecutionFailedEventAttributes: { initiatedEventId: 300 } },
      ...historyOf(['close', 40, 'completed']),
    ] as Parameters<typeof resetPoint>[0];
    expect(resetPoint(events, undefined)).toEqual({ step: 'embed', eventId: 30 });
  });

  it('starts at the first step of a named stage, and names the stages there are when it has none', () => {
    const events = historyOf(['collect/a/1', 10, 'completed'], ['normalize/a/1', 20, 'failed']);
    expect(resetPoint(events, 'collect')).toEqual({ step: 'collect/a/1', eventId: 10 });
    expect(() => resetPoint(events, 'publish')).toThrow('it reached: collect, normalize');
  });
});
