import type { TaskQueueName } from '../schemas/task-queues.ts';
import { createClassifyActivities } from './classify.ts';
import { createCollectActivities } from './collect.ts';
import { createDedupActivities } from './dedup.ts';
import { createDeployActivities } from './deploy.ts';
import type { ActivityDeps } from './deps.ts';
import { createEmbedActivities } from './embed.ts';
import { createInventoryActivities } from './inventory.ts';
import { createNormalizeActivities } from './normalize.ts';
import { createPlanActivities } from './plan.ts';
import { createProfileActivities } from './profile.ts';
import { createPublishActivities } from './publish.ts';
import { createRecommendActivities } from './recommend.ts';
import { createReportActivities } from './report.ts';

export type { ActivityDeps } from './deps.ts';
export type PlanActivities = ReturnType<typeof createPlanActivities>;
export type PublishActivities = ReturnType<typeof createPublishActivities>;
/** Every activity that works a step of the road. */
export type RoadActivities = ReturnType<typeof createCollectActivities> &
  ReturnType<typeof createNormalizeActivities> &
  ReturnType<typeof createDedupActivities> &
  ReturnType<typeof createInventoryActivities> &
  ReturnType<typeof createEmbedActivities> &
  ReturnType<typeof createClassifyActivities> &
  ReturnType<typeof createProfileActivities> &
  ReturnType<typeof createRecommendActivities> &
  ReturnType<typeof createDeployActivities> &
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
      ...createProfileActivities(deps),
    },
    cpu: {
      ...createEmbedActivities(deps),
      ...createClassifyActivities(deps),
      ...createRecommendActivities(deps),
    },
    deploy: { ...createDeployActivities(deps), ...createPublishActivities(deps) },
  };
}
