import type { IsoDate } from './dates.ts';

/** Workflow id of a night: one per data date, so that the server refuses two at once. */
export function nightId(dataDate: IsoDate): string {
  return `inventory/${dataDate}`;
}

/** Workflow id of a backfill over a range. */
export function backfillId(from: IsoDate, to: IsoDate): string {
  return `backfill/${from}/${to}`;
}

/** Workflow id of a replay of a recorded run. */
export function replayId(record: string): string {
  return `replay/${record}`;
}

/** Workflow id of a retraining on its own: one per published content, so that the same data is trained once. */
export function retrainId(contentHash: string): string {
  return `retrain/${contentHash.slice(0, 16)}`;
}

/** Schedule ids; the server appends the nominal time to the workflow ids they start. */
export const scheduleIds = { night: 'nightly-inventory', retention: 'retention-sweep' } as const;

/**
 * Names of the custom search attributes, all Keyword. They stay readable whatever is encrypted: nothing personal in them.
 */
export const searchAttributes = {
  partition: 'StocktakePartition',
  stage: 'StocktakeStage',
  trigger: 'StocktakeTrigger',
  modelVersion: 'StocktakeModelVersion',
  gate: 'StocktakeGate',
} as const;
