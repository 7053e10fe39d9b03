export { backfillInventory } from './backfill-inventory.ts';
export { deployModel } from './deploy-model.ts';
export { embedCatalog } from './embed-catalog.ts';
export { nightlyInventory } from './nightly-inventory.ts';
export { replayRun } from './replay-run.ts';
export { retentionSweep } from './retention-sweep.ts';
export { retrainRecommender } from './retrain-recommender.ts';
