import type { TaskQueueName } from '../schemas/task-queues.ts';
import { createCollectActivities } from './collect.ts';
import { createDedupActivities } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';
import { createInventoryActivities } from './inventory.ts';
import { createNormalizeActivities } from './normalize.ts';
import { createPlanActivities } from './plan.ts';
import { createPublishActivities } from './publish.ts';
import { createReportActivities } from './report.ts';

export type { ActivityDeps } from './deps.ts';
export type PlanActivities = ReturnType<typeof createPlanActivities>;
export type PublishActivities = ReturnType<typeof createPublishActivities>;
/** Every activity that works a step of the road. */
export type RoadActivities = ReturnType<typeof createCollectActivities> &
  ReturnType<typeof createNormalizeActivities> &
  ReturnType<typeof createDedupActivities> &
  ReturnType<typeof createInventoryActivities> &
  ReturnType<typeof createReportActivities> &
  PublishActivities;

/** All activities, grouped by the queue that works them. */
export function createActivities(deps: ActivityDeps): Record<TaskQueueName, object> {
  return {
    orchestrator: createPlanActivities(deps),
    io: { ...createCollectActivities(deps), ...createReportActivities(deps) },
    duckdb: {
      ...createNormalizeActivities(deps),
      ...createDedupActivities(deps),
      ...createInventoryActivities(deps),
    },
    cpu: {},
    deploy: createPublishActivities(deps),
  };
}
