import { z } from 'zod';
import { namedColumnDecisionSchema } from './column-decision.ts';
import { type Config, configSchema } from './config.ts';
import { namedDecisionSchema } from './decision.ts';
import { namedMatchDecisionSchema } from './match-decision.ts';
import { namedRepairDecisionSchema } from './repair-decision.ts';

/** A source file as planned: what was on disk when the night was planned. `path` is relative to the input folder. */
export const sourceFileSchema = z.strictObject({
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string(),
});
export type SourceFile = z.infer<typeof sourceFileSchema>;

/** The files of one slice: a date, or `all`. Ordered by path. */
export const plannedSliceSchema = z.strictObject({
  slice: z.string(),
  files: z.array(sourceFileSchema),
});
export type PlannedSlice = z.infer<typeof plannedSliceSchema>;

/** What one source has up to the data date. */
export const sourcePlanSchema = z.strictObject({
  source: z.string(),
  slices: z.array(plannedSliceSchema),
  /** Files left out because another file of the source has the same bytes. */
  repeats: z.array(z.strictObject({ path: z.string(), sameAs: z.string() })),
  /** Why nothing was found, for people; empty when there is something. */
  missing: z.string(),
});
export type SourcePlan = z.infer<typeof sourcePlanSchema>;

/** The frozen plan of a run: everything non-deterministic or hashed is decided here. Stored as a JSON object. */
export const planSchema = z.strictObject({
  format: z.literal(1),
  workflow: z.string(),
  trigger: z.string(),
  /** The night's date in the business time zone; for a range its last date. */
  dataDate: z.string(),
  /** First date of a range; equals `dataDate` for a night. */
  from: z.string(),
  /** Absolute folder the source paths are relative to. */
  input: z.string(),
  config: configSchema,
  configHash: z.string(),
  codeVersion: z.string(),
  engines: z.record(z.string(), z.string()),
  threads: z.number().int(),
  memoryMb: z.number().int(),
  seed: z.number().int(),
  force: z.boolean(),
  allowOlder: z.boolean(),
  /** Snapshot this run stands on; 0 for none. */
  baseSnapshot: z.number().int().nonnegative(),
  sources: z.array(sourcePlanSchema),
  /** What people decided about rejected rows when the night was planned. Absent where nothing was. */
  decisions: z.array(namedDecisionSchema).optional(),
  /** What people decided about items that are or are not one. Absent where nothing was. */
  matchDecisions: z.array(namedMatchDecisionSchema).optional(),
  /** What people decided about the meaning of columns. Absent where nothing was. */
  columnDecisions: z.array(namedColumnDecisionSchema).optional(),
  /** What people decided about repairs. Absent where nothing was. */
  repairDecisions: z.array(namedRepairDecisionSchema).optional(),
  /** The table of exchange rates as it was when the night was planned, by pair and date. Absent without `rates`. */
  rates: z
    .array(z.strictObject({ date: z.string(), from: z.string(), to: z.string(), rate: z.string() }))
    .optional(),
});
export type Plan = z.infer<typeof planSchema>;
export type { Config };
