import { z } from 'zod';
import { artifactRefSchema, ledgerEntrySchema } from './artifact.ts';

/** What a step did with its work, and why. */
export const decisionSchema = z.enum(['ran', 'reused', 'skipped', 'refused', 'failed']);
export type Decision = z.infer<typeof decisionSchema>;

/** What one step cost. Memory is the process's peak resident set while it ran. */
export const costSchema = z.strictObject({
  milliseconds: z.number().nonnegative(),
  peakMemoryBytes: z.number().nonnegative(),
  bytesWritten: z.number().nonnegative(),
});
export type Cost = z.infer<typeof costSchema>;

/** What a step reports to the workflow: under 4 KB, counts and one reference, never rows. */
export const stepResultSchema = z.strictObject({
  step: z.string(),
  stage: z.string(),
  decision: decisionSchema,
  /** Evidence in one sentence for people. */
  why: z.string(),
  /** The step's output document (JSON object of the store). */
  output: artifactRefSchema,
  rowsIn: z.number().int(),
  rowsOut: z.number().int(),
  rejected: z.number().int(),
  reusedParts: z.number().int(),
  parts: z.number().int(),
  facts: z.record(z.string(), z.unknown()).optional(),
  cost: costSchema,
});
export type StepResult = z.infer<typeof stepResultSchema>;

/** A step as the run record keeps it: result, attempt and times. */
export const stepRecordSchema = z.strictObject({
  result: stepResultSchema,
  attempt: z.number().int(),
  startedAt: z.string(),
  endedAt: z.string(),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;

/** The opening page of a run record, written by the plan step. */
export const runOpeningSchema = z.strictObject({
  format: z.literal(1),
  /** Name of the record: the Temporal run id of the execution that planned it. */
  record: z.string(),
  workflow: z.string(),
  workflowId: z.string(),
  dataDate: z.string(),
  from: z.string(),
  trigger: z.string(),
  plan: artifactRefSchema,
  configHash: z.string(),
  codeVersion: z.string(),
  engines: z.record(z.string(), z.string()),
  threads: z.number().int(),
  seed: z.number().int(),
  baseSnapshot: z.number().int(),
  startedAt: z.string(),
});
export type RunOpening = z.infer<typeof runOpeningSchema>;

/** The closing page: how the run ended. */
export const runClosingSchema = z.strictObject({
  status: z.enum(['completed', 'failed', 'cancelled']),
  /** The failing step and its error code where it failed. */
  failedStep: z.string().optional(),
  errorCode: z.string().optional(),
  message: z.string().optional(),
  snapshot: z.number().int().optional(),
  snapshotHash: z.string().optional(),
  published: z.enum(['published', 'unchanged', 'not published']),
  report: artifactRefSchema.optional(),
  ledger: z.array(ledgerEntrySchema).optional(),
  endedAt: z.string(),
});
export type RunClosing = z.infer<typeof runClosingSchema>;

/** A whole run record. Without a closing the run is open, or its end was never written (kill of the server). */
export interface RunRecord {
  readonly opening: RunOpening;
  readonly steps: readonly StepRecord[];
  readonly closing?: RunClosing;
}
