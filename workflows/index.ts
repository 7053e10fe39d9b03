export { backfillInventory } from './backfill-inventory.ts';
export { nightlyInventory } from './nightly-inventory.ts';
export { replayRun } from './replay-run.ts';
export { retentionSweep } from './retention-sweep.ts';
