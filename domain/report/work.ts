import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { Plan } from '../../schemas/plan.ts';
import type { RunOpening, StepRecord } from '../../schemas/run.ts';
import type { Problem } from '../../schemas/stage.ts';
import type { Sampler } from './sample-model.ts';

/** What a report is built from. */
export interface ReportWork {
  readonly opening: RunOpening;
  readonly steps: readonly StepRecord[];
  readonly plan: Plan;
  /** Every dataset as this run will publish it. */
  readonly datasets: Readonly<Record<string, readonly DatasetSlice[]>>;
  /** Source → slices that arrived in this run; the ledger and the problems are about earlier ones too. */
  readonly arrived: Readonly<Record<string, readonly string[]>>;
  readonly ledger: readonly LedgerEntry[];
  readonly problems: readonly Problem[];
  /** Absent: the report shows no sample recommendations. */
  readonly sampleRecommendations?: Sampler;
}
