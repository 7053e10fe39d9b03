import { z } from 'zod';

/** A source that is a table of the online store: what the shop sent to the API of `stocktake serve`. */
export const onlineShape = {
  type: z.literal('online'),
  /**
   * `feedback`: with mode `incremental` each feedback received since the night before, without those taken back since; with
   * `full` what stands, one row per type, user and item. `users`, `items`: those that were not removed; mode `full` only.
   */
  table: z.enum(['feedback', 'users', 'items']),
  /** The database, relative to the store folder or absolute. Default: the one that `serve` writes for this project. */
  database: z.string().min(1).optional(),
};

/** Users and items are lists: who was removed is known by being gone. */
export function checkOnline(
  { table, mode }: { readonly table: string; readonly mode: 'incremental' | 'full' },
  context: z.RefinementCtx,
): void {
  if (table === 'feedback' || mode === 'full') return;
  context.addIssue({
    code: 'custom',
    path: ['mode'],
    message: `expected mode: 'full', as the ${table} of the online store are a list that is read whole`,
  });
}
