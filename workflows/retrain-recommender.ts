import { classifyStep, profileStep, recommendStep } from '../domain/plan/steps.ts';
import type { BranchInput, BranchResult } from '../schemas/night.ts';
import { deployBranch, travelBranch } from './road.ts';

/**
 * Labels, profiles and trains, then lets the candidate serve only if it is better: a child of the night, `<night>/retrain`, or
 * on its own, as a CI job starts it.
 */
export async function retrainRecommender(input: BranchInput): Promise<BranchResult> {
  return travelBranch('retrainRecommender', input, async (road) => {
    await road.all('classify', [classifyStep]);
    await road.all('profile', [profileStep]);
    await road.all('recommend', [recommendStep]);
    await road.branch(deployBranch);
  });
}
