import type { NightInput } from '../schemas/night.ts';
import type { Project } from '../workers/load-config.ts';

/** The part of every workflow input that comes from the configuration. */
export function inputFrom(
  project: Project,
): Pick<NightInput, 'taskQueuePrefix' | 'retries' | 'timezone' | 'offsetDays'> {
  const { temporal, timezone, schedule } = project.config;
  return {
    taskQueuePrefix: temporal.taskQueuePrefix,
    retries: temporal.retries,
    timezone,
    offsetDays: schedule.offsetDays,
  };
}
