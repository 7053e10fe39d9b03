import { z } from 'zod';
import { overlap, secretReference, timeoutSeconds } from './source-remote.ts';

const identifier = '[\\p{L}_][\\p{L}\\p{N}_$]{0,62}';

/** What is read of a database and how much of it each night. */
export const databaseShape = {
  /** Where the connection URL is (`postgres://user:password@host/database`, `mariadb://…`): `env:NAME` or `file:/path`. */
  connection: secretReference,
  /** Table to read whole rows of, also as `schema.table`. Anything else is a `query`. */
  table: z
    .string()
    .regex(
      new RegExp(`^${identifier}(\\.${identifier})?$`, 'u'),
      'expected a table or schema.table of letters, digits, _ and $ (STK-CONFIG-IDENTIFIER); write anything else as a query',
    )
    .optional(),
  /** One select to read instead of a table, without a semicolon at its end. Runs in a read-only transaction. */
  query: z
    .string()
    .min(1)
    .max(20_000)
    .regex(/^\s*(select|with|table|values)\b[^;]*$/i, 'expected one select without a semicolon')
    .optional(),
  /** Column of a time or a growing number; each night reads what is above the newest value already had. */
  watermark: z
    .string()
    .regex(
      new RegExp(`^${identifier}$`, 'u'),
      'expected the name of a column: letters, digits, _ and $ (STK-CONFIG-IDENTIFIER)',
    )
    .optional(),
  /** How far below the newest value already had reading begins again, for rows that were committed late. Default: not at all. */
  overlap: overlap.optional(),
  timeoutSeconds,
};

/** A source that is a table or a query of a PostgreSQL database. */
export const postgresShape = { type: z.literal('postgres'), ...databaseShape };

/** A source that is a table or a query of a MariaDB or MySQL database. */
export const mariadbShape = { type: z.literal('mariadb'), ...databaseShape };

/** What hangs together in the parts of a database source. */
export function checkDatabase(
  source: { table?: string | undefined; query?: string | undefined } & Incremental,
  context: z.RefinementCtx,
): void {
  if ((source.table === undefined) === (source.query === undefined)) {
    context.addIssue({ code: 'custom', path: ['table'], message: 'expected either a table or a query' });
  }
  checkIncremental(source, context);
}

/** The parts of a source that say what each night reads anew. */
export interface Incremental {
  readonly mode: 'incremental' | 'full';
  readonly watermark?: unknown;
  readonly overlap?: unknown;
}

/** An incremental source knows its watermark, a full one has none. */
export function checkIncremental(source: Incremental, context: z.RefinementCtx): void {
  if (source.mode === 'incremental' && source.watermark === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['watermark'],
      message: "expected the column that grows with every new row, or mode: 'full' for a source read whole",
    });
  }
  for (const key of ['watermark', 'overlap'] as const) {
    if (source.mode !== 'full' || source[key] === undefined) continue;
    context.addIssue({ code: 'custom', path: [key], message: "belongs to mode: 'incremental'" });
  }
}
