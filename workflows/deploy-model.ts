import { deployStep } from '../domain/plan/steps.ts';
import type { BranchInput, BranchResult } from '../schemas/night.ts';
import { travelBranch } from './road.ts';

/** Judges the newest candidate and registers it: a child of a retraining, `<retraining>/deploy`, or on its own. */
export async function deployModel(input: BranchInput): Promise<BranchResult> {
  return travelBranch('deployModel', input, (road) => road.all('deploy', [deployStep]));
}
