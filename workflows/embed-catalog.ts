import { embedStep } from '../domain/plan/steps.ts';
import type { BranchInput, BranchResult } from '../schemas/night.ts';
import { travelBranch } from './road.ts';

/** Encodes item and review texts that are new: a child of the night, `<night>/embed`, or on its own. */
export async function embedCatalog(input: BranchInput): Promise<BranchResult> {
  return travelBranch('embedCatalog', input, (road) => road.all('embed', [embedStep]));
}
