import type { BackfillInput, NightResult } from '../schemas/night.ts';
import { travelRoad } from './road.ts';

/**
 * A range of data dates in one workflow, id `backfill/<from>/<to>`: slices in batches, inventory, report and publish once
 * at the end; dates already done are dropped by the plan.
 */
export async function backfillInventory(input: BackfillInput): Promise<NightResult> {
  return travelRoad(
    { ...input, title: `Backfill ${input.from} to ${input.to}, ${input.reprocess}` },
    {
      workflow: 'backfillInventory',
      trigger: input.trigger,
      from: input.from,
      to: input.to,
      force: input.force,
      allowOlder: input.allowOlder,
      reprocess: input.reprocess,
      newestFirst: input.newestFirst,
    },
  );
}
