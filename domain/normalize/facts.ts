import { z } from 'zod';
import type { Manifest } from '../../schemas/artifact.ts';
import { ArtifactError } from '../runtime/errors.ts';
import { driftFactsSchema } from './drift.ts';
import { repairFactsSchema } from './repairs.ts';

const rows = z.number().int().nonnegative();

/** What the manifest of a normalized slice tells beside files and ledger; later stages plan by it. */
export const factsSchema = z.strictObject({
  /** Columns of the source as received. */
  columns: z.array(z.string()),
  /** Clean rows by entity. */
  counts: z.record(z.string(), rows),
  /** Clean rows by event entity and date in the business zone. */
  eventDates: z.record(z.string(), z.record(z.string(), rows)),
  /** Newest `time` by event entity, ISO 8601 in UTC, milliseconds. Entities without rows are left out. */
  maxTime: z.record(z.string(), z.string()),
  /** Rejected rows by entity, column and reason. */
  rejections: z.array(z.strictObject({ entity: z.string(), column: z.string(), reason: z.string(), rows })),
  /** Good rows that fail a check of severity `warn`. Checks nobody fails are left out. */
  warnings: z.array(
    z.strictObject({ entity: z.string(), check: z.string(), column: z.string(), code: z.string(), rows }),
  ),
  /**
   * What became of rows a person decided about, by decision and entity: `accepted` passed every check, `rejected` are in
   * quarantine still. Absent where nothing was decided.
   */
  decisions: z
    .array(
      z.strictObject({
        decision: z.string(),
        action: z.enum(['fix', 'release']),
        entity: z.string(),
        accepted: rows,
        rejected: rows,
      }),
    )
    .optional(),
  /** Names what people had decided about its rows and repairs when it was made; absent where nothing was. */
  decided: z.string().optional(),
  /** How its columns differ from the slice before it; absent where they do not, or where nothing was published. */
  drift: driftFactsSchema.optional(),
  /** Cells held to be wrong, by what became of them; absent where none was. */
  repairs: repairFactsSchema.optional(),
  /** Why nothing of the slice is used; absent for a slice that is. */
  refused: z.strictObject({ code: z.string(), message: z.string(), rows }).optional(),
});
export type Facts = z.infer<typeof factsSchema>;

/** Why a whole slice is set aside. `rows` are all rows of its raw files. */
export type Refusal = NonNullable<Facts['refused']>;

/** Reads the facts of a normalize manifest. @throws ArtifactError STK-NORMALIZE-FACTS */
export function factsOf(manifest: Manifest): Facts {
  const parsed = factsSchema.safeParse(manifest.facts);
  if (parsed.success) return parsed.data;
  throw new ArtifactError(
    `Manifest ${manifest.stage}/${manifest.key.slice(0, 12)} of ${manifest.scope} has facts of another shape (${parsed.error.issues[0]?.message}); run the night again with --force`,
    { code: 'STK-NORMALIZE-FACTS', details: { key: manifest.key }, cause: parsed.error },
  );
}
