import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { EntityName } from '../../schemas/entities.ts';
import type { SourceShape } from '../../schemas/night.ts';
import type { TaskQueueName } from '../../schemas/task-queues.ts';

/** The stages of the road in order. */
export const stageNames = [
  'plan',
  'collect',
  'normalize',
  'dedup',
  'inventory',
  'embed',
  'classify',
  'profile',
  'recommend',
  'deploy',
  'report',
  'publish',
] as const;
export type StageName = (typeof stageNames)[number];

/** Names of the activities that work the road. */
export type RoadActivity =
  | 'collectSource'
  | 'normalizeSource'
  | 'dedupeEvents'
  | 'mergeRecords'
  | 'matchItems'
  | 'unifyRecords'
  | 'takeInventory'
  | 'embedTexts'
  | 'assignLabels'
  | 'makeProfiles'
  | 'trainRecommender'
  | 'deployModel'
  | 'writeReport'
  | 'publishSnapshot';

/** How a step is run: its name is the activity id, so that the Temporal UI and `runs resume` find it. */
export interface StepSpec {
  readonly step: string;
  readonly stage: StageName;
  readonly activity: RoadActivity;
  readonly queue: TaskQueueName;
  readonly retry: 'io' | 'bulk' | 'compute' | 'publish';
  /** What an on-call engineer reads beside the activity. */
  readonly summary: string;
  readonly source?: string;
  readonly batch?: number;
  readonly entity?: EntityName;
}

/** Slices worked by one step; a longer list is worked in several. */
export const slicesPerBatch = 80;

/** How many steps a number of slices needs. */
export function batchesFor(slices: number): number {
  return Math.max(1, Math.ceil(slices / slicesPerBatch));
}

/** The slices of one batch, counted from 1. */
export function batchOf<Item>(items: readonly Item[], batch: number): Item[] {
  return items.slice((batch - 1) * slicesPerBatch, batch * slicesPerBatch);
}

/** One collect step per source and batch. */
export function collectSteps(sources: readonly SourceShape[]): StepSpec[] {
  return perBatch(sources, (source, batch, of) => ({
    step: `collect/${source}/${batch}`,
    stage: 'collect',
    activity: 'collectSource',
    queue: 'io',
    retry: 'io',
    summary: `Collect ${source}${of}`,
  }));
}

/** One normalize step per source and batch. */
export function normalizeSteps(sources: readonly SourceShape[]): StepSpec[] {
  return perBatch(sources, (source, batch, of) => ({
    step: `normalize/${source}/${batch}`,
    stage: 'normalize',
    activity: 'normalizeSource',
    queue: 'duckdb',
    retry: 'bulk',
    summary: `Normalize ${source}${of}`,
  }));
}

/** De-duplication of the event entities that are mapped. */
export function eventSteps(entities: readonly EntityName[]): StepSpec[] {
  return (['events', 'reviews', 'market'] as const)
    .filter((entity) => entities.includes(entity))
    .map((entity) => dedupStep(entity, 'dedupeEvents', `De-duplicate ${entity} by date`, entity));
}

/** Merging of the record entities that are mapped. */
export function recordSteps(entities: readonly EntityName[]): StepSpec[] {
  return (['users', 'items'] as const)
    .filter((entity) => entities.includes(entity))
    .map((entity) => dedupStep(entity, 'mergeRecords', `Merge ${entity} by delta`, entity));
}

/** Item resolution across sources; only where items are mapped. */
export function matchSteps(entities: readonly EntityName[]): StepSpec[] {
  return entities.includes('items')
    ? [dedupStep('match', 'matchItems', 'Match items across sources', 'items')]
    : [];
}

/** Golden records of the record entities that are mapped. */
export function unifySteps(entities: readonly EntityName[]): StepSpec[] {
  return (['users', 'items'] as const)
    .filter((entity) => entities.includes(entity))
    .map((entity) =>
      dedupStep(`unify-${entity}`, 'unifyRecords', `Write golden records of ${entity}`, entity),
    );
}

/** Takes inventory of everything before it. */
export const inventoryStep: StepSpec = {
  step: 'inventory',
  stage: 'inventory',
  activity: 'takeInventory',
  queue: 'duckdb',
  retry: 'bulk',
  summary: 'Take inventory: assets, columns, checks, changes',
};

/** Encodes the texts that are new. */
export const embedStep: StepSpec = {
  step: 'embed',
  stage: 'embed',
  activity: 'embedTexts',
  queue: 'cpu',
  retry: 'compute',
  summary: 'Encode new item and review texts',
};

/** Labels items, reviews and users. */
export const classifyStep: StepSpec = {
  step: 'classify',
  stage: 'classify',
  activity: 'assignLabels',
  queue: 'cpu',
  retry: 'compute',
  summary: 'Label items, reviews and users',
};

/** Profiles users and items. */
export const profileStep: StepSpec = {
  step: 'profile',
  stage: 'profile',
  activity: 'makeProfiles',
  queue: 'duckdb',
  retry: 'bulk',
  summary: 'Profile users and items as of the data date',
};

/** Trains candidates and evaluates them against baselines and champion. */
export const recommendStep: StepSpec = {
  step: 'recommend',
  stage: 'recommend',
  activity: 'trainRecommender',
  queue: 'cpu',
  retry: 'compute',
  summary: 'Train recommenders, evaluate against baselines and champion',
};

/** Judges the candidate and registers it; the alias moves with the next snapshot. */
export const deployStep: StepSpec = {
  step: 'deploy',
  stage: 'deploy',
  activity: 'deployModel',
  queue: 'deploy',
  retry: 'publish',
  summary: 'Gate the candidate against the champion, register it',
};

/** Writes the night's report. */
export const reportStep: StepSpec = {
  step: 'report',
  stage: 'report',
  activity: 'writeReport',
  queue: 'io',
  retry: 'io',
  summary: 'Write the report',
};

/** Publishes the next snapshot. */
export const publishStep: StepSpec = {
  step: 'publish',
  stage: 'publish',
  activity: 'publishSnapshot',
  queue: 'deploy',
  retry: 'publish',
  summary: 'Publish the next snapshot',
};

/** Every step of a road of this shape, in order: what the UI, the picture and `runs resume` know. */
export function stepTable(sources: readonly SourceShape[], entities: readonly EntityName[]): StepSpec[] {
  return [
    ...collectSteps(sources),
    ...normalizeSteps(sources),
    ...eventSteps(entities),
    ...recordSteps(entities),
    ...matchSteps(entities),
    ...unifySteps(entities),
    inventoryStep,
    embedStep,
    classifyStep,
    profileStep,
    recommendStep,
    deployStep,
    reportStep,
    publishStep,
  ];
}

/** What `inputsOf` needs of a finished step. */
export interface StepOutput {
  readonly step: string;
  readonly stage: string;
  readonly output: ArtifactRef;
}

/**
 * The outputs a step reads: its own batch of the stage before (normalize), everything from normalize on (dedup), or all.
 * Keeps a history small: a step never carries references it does not open.
 */
export function inputsOf<Output extends StepOutput>(spec: StepSpec, done: readonly Output[]): Output[] {
  if (spec.stage === 'collect') return [];
  if (spec.stage === 'normalize')
    return done.filter(({ step }) => step === spec.step.replace('normalize/', 'collect/'));
  if (spec.stage === 'dedup') return done.filter(({ stage }) => stage === 'normalize' || stage === 'dedup');
  return [...done];
}

function perBatch(
  sources: readonly SourceShape[],
  make: (source: string, batch: number, of: string) => Omit<StepSpec, 'source' | 'batch'>,
): StepSpec[] {
  return sources.flatMap(({ source, slices, batches }) =>
    Array.from({ length: batches }, (_, index) => {
      const of =
        batches === 1 ? `: ${slices} slice${slices === 1 ? '' : 's'}` : `: batch ${index + 1} of ${batches}`;
      return { ...make(source, index + 1, of), source, batch: index + 1 };
    }),
  );
}

function dedupStep(name: string, activity: RoadActivity, summary: string, entity: EntityName): StepSpec {
  return { step: `dedup/${name}`, stage: 'dedup', activity, queue: 'duckdb', retry: 'bulk', summary, entity };
}
