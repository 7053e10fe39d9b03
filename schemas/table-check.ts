import { z } from 'zod';
import { entityNames } from './entities.ts';

const bounds = (least: number, most: number) =>
  z.strictObject({
    min: z.number().min(least).max(most).optional(),
    max: z.number().min(least).max(most).optional(),
  });
/** Inclusive bounds of a number; an absent one does not bound. */
const anyBounds = bounds(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
export type Bounds = z.infer<typeof anyBounds>;
const shareBounds = bounds(0, 1);

const judged = {
  severity: z.enum(['error', 'warn']).default('error'),
  /** More unexpected than this warn, as dbt's `warn_if: ">n"`. Default 0. */
  warnAbove: z.number().int().min(0).default(0),
  /** More unexpected than this fail, where the severity is `error`, as dbt's `error_if: ">n"`. Default 0. */
  errorAbove: z.number().int().min(0).default(0),
};

const ofColumn = {
  ...judged,
  column: z.string(),
  /** Only this entity. Default: every entity whose mapping fills the column. */
  entity: z.enum(entityNames).optional(),
};

/**
 * One check of a table as a whole, taken with the inventory over the accepted rows of the slices that arrived. It never
 * rejects a row: `error` makes the source's assets Degraded and is told as a problem, `warn` makes them Warning.
 */
export const tableCheckSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...judged,
    type: z.literal('row_count'),
    /** Inclusive bounds of the rows of each slice that arrived. */
    min: z.number().int().min(0).optional(),
    max: z.number().int().min(0).optional(),
    /** How far, as a share of it, rows may lie from the median of earlier slices; of the same weekday where there are four. */
    withinShareOfMedian: z.number().min(0).optional(),
    /** Earlier slices compared with. Fewer than three: the median is not judged. */
    history: z.number().int().min(3).max(366).default(14),
  }),
  z.strictObject({
    ...ofColumn,
    type: z.literal('distribution'),
    /** Share of rows (0-1) without a value. */
    nulls: shareBounds.optional(),
    /** Mean of the values; numbers only. */
    mean: anyBounds.optional(),
    /** Quantiles of the values, `at` between 0 and 1; numbers only. */
    quantiles: z.array(anyBounds.extend({ at: z.number().min(0).max(1) }).strict()).default([]),
    /** Share (0-1) that a value has of the rows with one. */
    shares: z.record(z.string(), shareBounds).default({}),
  }),
  z.strictObject({
    ...ofColumn,
    type: z.literal('contains_set'),
    /** Each of these occurs. */
    values: z.array(z.string()).min(1),
  }),
  z.strictObject({
    ...ofColumn,
    type: z.literal('equal_set'),
    /** Each of these occurs, and nothing else. */
    values: z.array(z.string()).min(1),
  }),
  z.strictObject({
    ...ofColumn,
    type: z.literal('relationships'),
    /** Every value is one of this column of another source's accepted rows. */
    to: z.strictObject({ source: z.string(), column: z.string() }),
  }),
  z.strictObject({
    ...judged,
    type: z.literal('equal_rowcount'),
    /** Each slice has as many rows as the other source's slice of that name, or as the other source where it is undated. */
    to: z.strictObject({ source: z.string() }),
  }),
  z.strictObject({
    ...judged,
    type: z.literal('row_count_ratio'),
    /** Rows of each slice by rows of the other source's slice. */
    to: z.strictObject({ source: z.string() }),
    min: z.number().min(0).optional(),
    max: z.number().min(0).optional(),
  }),
  z.strictObject({
    ...judged,
    type: z.literal('expression_is_true'),
    entity: z.enum(entityNames).optional(),
    /** Two columns of one entity compared in every row that has both. */
    left: z.string(),
    op: z.enum(['<', '<=', '=', '!=', '>=', '>']),
    right: z.string(),
  }),
]);
export type TableCheck = z.infer<typeof tableCheckSchema>;
export type TableCheckOf<Type extends TableCheck['type']> = Extract<TableCheck, { type: Type }>;

/** Every type a table check may have. */
export const tableCheckTypes: readonly TableCheck['type'][] = tableCheckSchema.options.map(
  ({ shape }) => shape.type.value,
);
