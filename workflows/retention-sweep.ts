import { proxyActivities } from '@temporalio/workflow';
import type { PublishActivities } from '../activities/index.ts';
import type { SweepInput } from '../schemas/night.ts';
import { plainOptions } from './activity-options.ts';

/** Removes, weekly, what no kept snapshot, alias or run record needs. */
export async function retentionSweep(input: SweepInput) {
  const { sweepStore } = proxyActivities<PublishActivities>(
    plainOptions('sweep', 'Remove what nothing needs any more', 'deploy', input),
  );
  return sweepStore(input);
}
