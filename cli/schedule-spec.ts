import type { ScheduleOptions } from '@temporalio/client';
import { scheduleIds } from '../domain/plan/ids.ts';
import type { NightInput, SweepInput } from '../schemas/night.ts';
import { taskQueue } from '../schemas/task-queues.ts';
import type { Project } from '../workers/load-config.ts';
import { inputFrom } from './start-input.ts';

/** What a schedule is in the words of the configuration: what `apply` compares and prints. */
export interface ScheduleFacts {
  readonly cron: string;
  readonly jitterSeconds: number;
  readonly catchUpHours: number;
  readonly overlap: string;
  readonly workflow: string;
  readonly taskQueue: string;
  readonly args: string;
}

/** The schedules the configuration asks for. */
export function wantedSchedules(project: Project): Record<string, ScheduleFacts> {
  const { schedule, temporal } = project.config;
  const queue = taskQueue(temporal.taskQueuePrefix, 'orchestrator');
  const night: NightInput = { ...inputFrom(project), trigger: 'schedule', force: false, allowOlder: false };
  const sweep: SweepInput = { taskQueuePrefix: temporal.taskQueuePrefix, retries: temporal.retries };
  return {
    [scheduleIds.night]: {
      cron: schedule.cron,
      jitterSeconds: schedule.jitterSeconds,
      catchUpHours: schedule.catchUpHours,
      overlap: 'SKIP',
      workflow: 'nightlyInventory',
      taskQueue: queue,
      args: JSON.stringify([night]),
    },
    [scheduleIds.retention]: {
      cron: '30 5 * * 0',
      jitterSeconds: 0,
      catchUpHours: 12,
      overlap: 'SKIP',
      workflow: 'retentionSweep',
      taskQueue: queue,
      args: JSON.stringify([sweep]),
    },
  };
}

/** Temporal's form of a wanted schedule: UTC, overlap SKIP, failures do not pause it. */
export function scheduleOptions(id: string, facts: ScheduleFacts): ScheduleOptions {
  return {
    scheduleId: id,
    spec: {
      cronExpressions: [facts.cron],
      ...(facts.jitterSeconds ? { jitter: facts.jitterSeconds * 1000 } : {}),
    },
    policies: { overlap: 'SKIP', catchupWindow: facts.catchUpHours * 3_600_000, pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: facts.workflow,
      workflowId: id,
      taskQueue: facts.taskQueue,
      args: JSON.parse(facts.args) as unknown[],
      memo: { cron: facts.cron },
      staticSummary: `${facts.workflow}, schedule ${facts.cron} UTC`,
    },
  };
}

/** Lines of a difference, `key: before → after`; empty when they agree. */
export function differences(before: ScheduleFacts, wanted: ScheduleFacts): string[] {
  return (Object.keys(wanted) as (keyof ScheduleFacts)[])
    .filter((key) => String(before[key]) !== String(wanted[key]))
    .map((key) => `${key}: ${before[key]} → ${wanted[key]}`);
}
