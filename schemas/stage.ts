import { z } from 'zod';
import { datasetSliceSchema, ledgerEntrySchema } from './artifact.ts';

/**
 * Something people should know about a slice: a rejected file, a missing column, a stale source.
 *
 * `error`: rows or a whole file were kept out. `warn`: everything was taken, look at it.
 */
export const problemSchema = z.strictObject({
  severity: z.enum(['error', 'warn']),
  source: z.string(),
  slice: z.string(),
  /** Stable code, `STK-…`. */
  code: z.string(),
  /** What, where, received versus expected; no row content. */
  message: z.string(),
  rows: z.number().int().nonnegative(),
  file: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** What a stage step leaves for the next ones: dataset slices, ledger and problems. Stored as a JSON object. */
export const stageOutputSchema = z.strictObject({
  format: z.literal(1),
  stage: z.string(),
  /** Units of work (slices, dates, tables) and how many of them were found finished under their key. */
  parts: z.number().int().nonnegative(),
  reused: z.number().int().nonnegative(),
  datasets: z.record(z.string(), z.array(datasetSliceSchema)),
  /** Datasets this output holds as a whole: slices published before and not named here leave them. */
  whole: z.array(z.string()).optional(),
  ledger: z.array(ledgerEntrySchema),
  problems: z.array(problemSchema),
  /** Small facts the workflow or the run record keeps (a snapshot number, a match rate). Under 2 KB. */
  facts: z.record(z.string(), z.unknown()).optional(),
  /** Evidence for the decision, for people; default: how many parts were reused. */
  why: z.string().optional(),
});
export type StageOutput = z.infer<typeof stageOutputSchema>;
