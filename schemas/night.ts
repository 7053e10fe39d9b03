import type { ArtifactRef } from './artifact.ts';
import type { Retries } from './config.ts';
import type { EntityName } from './entities.ts';
import type { StepResult } from './run.ts';
import type { Problem } from './stage.ts';

/** Who asked for a run. */
export type Trigger = 'manual' | 'schedule' | 'backfill' | 'replay';

/** What every run of the road carries: retry times and queues come with the input, so that history holds them. */
interface RunInput {
  readonly trigger: Trigger;
  readonly taskQueuePrefix: string;
  readonly retries: Retries;
  readonly force: boolean;
  /** Lets the published data date go back. */
  readonly allowOlder: boolean;
}

/** Input of `nightlyInventory`. Without `dataDate` it is a scheduled start, which takes it from its nominal time. */
export interface NightInput extends RunInput {
  readonly dataDate?: string;
  /** Business time zone and days between nominal date and data date, for scheduled starts. */
  readonly timezone: string;
  readonly offsetDays: number;
}

/** Which dates of a range a backfill makes again. */
export type Reprocess = 'missing' | 'failed' | 'all';

/** Input of `backfillInventory`. */
export interface BackfillInput extends RunInput {
  readonly from: string;
  readonly to: string;
  readonly reprocess: Reprocess;
  /** Batches at once. */
  readonly maxActive: number;
  readonly newestFirst: boolean;
}

/** Input of `replayRun`: repeats a recorded run on its pinned inputs in a scratch store and compares hashes. */
export interface ReplayInput extends RunInput {
  readonly record: string;
}

/** What a child of a run stands on: the run's plan, the outputs before it and what the run went on without. */
export interface WithinRun {
  readonly plan: PlanResult;
  readonly outputs: readonly FinishedStep[];
  readonly problems: readonly Problem[];
}

/** A finished step as later steps see it. */
export interface FinishedStep {
  readonly step: string;
  readonly stage: string;
  readonly output: ArtifactRef;
}

/**
 * Input of `embedCatalog`, `retrainRecommender` and `deployModel`: as children they work within a run, on their own they plan
 * on what is published and publish what they made.
 */
export interface BranchInput extends RunInput {
  readonly within?: WithinRun;
}

/** What a branch has done; `night` where it ran on its own. */
export interface BranchResult {
  readonly results: readonly StepResult[];
  readonly night?: NightResult;
}

/** Input of `retentionSweep`. */
export interface SweepInput {
  readonly taskQueuePrefix: string;
  readonly retries: Retries;
}

/** What the plan step is asked. */
export interface PlanRequest {
  readonly workflow: string;
  readonly trigger: Trigger;
  readonly from: string;
  readonly to: string;
  readonly force: boolean;
  readonly allowOlder: boolean;
  readonly reprocess?: Reprocess;
  readonly newestFirst?: boolean;
  /** Record whose plan is repeated. */
  readonly replayOf?: string;
}

/** How much there is to do for one source, in the order it is done. */
export interface SourceShape {
  readonly source: string;
  readonly slices: number;
  readonly batches: number;
  readonly required: boolean;
}

/** What the workflow knows of a plan: the document’s reference and the shape of the road. Under 4 KB. */
export interface PlanResult {
  readonly record: string;
  readonly plan: ArtifactRef;
  readonly dataDate: string;
  readonly from: string;
  readonly sources: readonly SourceShape[];
  readonly entities: readonly EntityName[];
  /** Why there is nothing to do; empty when there is something. */
  readonly nothingToDo: string;
}

/** What a step is asked. One shape for every stage; the plan document holds the rest. */
export interface StepRequest {
  readonly record: string;
  readonly plan: ArtifactRef;
  /** Step name, also the activity id. */
  readonly step: string;
  readonly source?: string;
  /** Batch number from 1, where a source is worked in batches. */
  readonly batch?: number;
  readonly entity?: EntityName;
  /** Output documents of the steps before. */
  readonly inputs: readonly ArtifactRef[];
  /** Failures of optional sources the road went on without. */
  readonly problems: readonly Problem[];
}

/** How the publish step ended. */
export interface PublishResult {
  readonly published: 'published' | 'unchanged' | 'not published';
  readonly snapshot: number;
  readonly snapshotHash: string;
  /** First differing step of a replay; empty when all hashes are equal. */
  readonly difference: string;
  readonly compared: number;
}

/** What closes the run record. */
export interface CloseRequest {
  readonly record: string;
  /** Close the replay's own record, not the one it repeats. */
  readonly replay: boolean;
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly failedStep?: string;
  readonly errorCode?: string;
  readonly message?: string;
  readonly publish?: PublishResult;
}

/** Result of a night, a backfill or a replay. */
export interface NightResult {
  readonly record: string;
  readonly dataDate: string;
  readonly outcome: 'published' | 'unchanged' | 'nothing to do' | 'replayed' | 'differs';
  readonly snapshot: number;
  readonly snapshotHash: string;
  readonly steps: number;
  readonly reused: number;
  readonly rejected: number;
  readonly difference: string;
}

/** Progress of a run, answered to the query `progress`: one line a step. */
export interface StepProgress {
  readonly step: string;
  readonly stage: string;
  readonly state: 'waiting' | 'running' | 'done' | 'reused' | 'failed' | 'skipped';
  readonly rows: number;
  readonly rejected: number;
  readonly milliseconds: number;
  readonly note: string;
}
