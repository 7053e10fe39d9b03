import { describe, expect, it } from 'vitest';
import { countText, durationText, sizeText } from '../domain/report/format.ts';
import { displayWidth, table } from './output.ts';
import { resetPoint } from './reset-point.ts';
import { differences, type ScheduleFacts } from './schedule-spec.ts';

describe('output', () => {
  it('aligns columns by display width, Chinese characters counting two', () => {
    const text = table(
      [
        { name: '订单', rows: '5' },
        { name: 'orders', rows: '1,200' },
      ],
      [
        { title: 'name', value: (row) => row.name },
        { title: 'rows', value: (row) => row.rows, align: 'right' },
      ],
    );
    expect(text.split('\n').slice(1)).toEqual(['订单        5', 'orders  1,200']);
    expect(displayWidth('é盘')).toBe(3);
  });

  it('writes numbers, durations and sizes for people', () => {
    expect(countText(541_909)).toBe('541,909');
    expect([durationText(420), durationText(12_400), durationText(200_000)]).toEqual([
      '0.4 s',
      '12 s',
      '3 min 20 s',
    ]);
    expect([sizeText(812), sizeText(4100), sizeText(47_000_000)]).toEqual(['812 B', '4.1 kB', '47 MB']);
  });
});

function scheduled(id: number, step: string, task: number) {
  return {
    eventId: id as never,
    activityTaskScheduledEventAttributes: { activityId: step, workflowTaskCompletedEventId: task as never },
  };
}
function completed(id: number, of: number) {
  return { eventId: id as never, activityTaskCompletedEventAttributes: { scheduledEventId: of as never } };
}

describe('where a run goes on', () => {
  const history = [
    scheduled(5, 'plan', 4),
    completed(7, 5),
    scheduled(11, 'collect/orders/1', 10),
    scheduled(12, 'collect/catalog/1', 10),
    completed(14, 12),
    completed(16, 11),
    scheduled(20, 'normalize/orders/1', 19),
    scheduled(25, 'close', 24),
    completed(27, 25),
  ] as never[];

  it('is the workflow task that scheduled the first step that did not complete', () => {
    expect(resetPoint(history, undefined)).toEqual({ step: 'normalize/orders/1', eventId: 19 });
  });

  it('is the first step of a named stage, or a named step', () => {
    expect(resetPoint(history, 'collect')).toEqual({ step: 'collect/orders/1', eventId: 10 });
    expect(resetPoint(history, 'collect/catalog/1')).toEqual({ step: 'collect/catalog/1', eventId: 10 });
  });

  it('names the stages the run reached when the wanted one is not among them', () => {
    expect(() => resetPoint(history, 'inventory')).toThrow(/reached: plan, collect, normalize/);
  });
});

describe('schedule difference', () => {
  it('lists what changed as before → after, and nothing when all agree', () => {
    const facts: ScheduleFacts = {
      cron: '30 2 * * *',
      jitterSeconds: 0,
      catchUpHours: 12,
      overlap: 'SKIP',
      workflow: 'nightlyInventory',
      taskQueue: 'stocktake-orchestrator',
      args: '[]',
    };
    expect(differences(facts, facts)).toEqual([]);
    expect(differences(facts, { ...facts, cron: '0 4 * * *' })).toEqual(['cron: 30 2 * * * → 0 4 * * *']);
  });
});
