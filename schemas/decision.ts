import { z } from 'zod';
import { sha256Schema } from './artifact.ts';

/**
 * A row of a received file: the file by its content, `member` the part behind its path in `_file` (`#name` of an archive's
 * member, else empty), `line` as collect counted it. A replaced file has other content, so a decision never follows it.
 */
export const rowIdentitySchema = z.strictObject({
  sha256: sha256Schema,
  member: z.string(),
  line: z.number().int().nonnegative(),
});
export type RowIdentity = z.infer<typeof rowIdentitySchema>;

const about = {
  format: z.literal(1),
  source: z.string(),
  /** Who decided. */
  by: z.string(),
  /** When, ISO 8601 UTC. */
  at: z.string(),
  why: z.string(),
};

/**
 * What a person decided about rejected rows. `fix` gives source columns other values (an empty text is no value);
 * `release` waives one named check of one entity for each row.
 */
export const decisionSchema = z.discriminatedUnion('action', [
  z.strictObject({
    ...about,
    action: z.literal('fix'),
    row: rowIdentitySchema,
    set: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    ...about,
    action: z.literal('release'),
    rows: z.array(
      rowIdentitySchema.extend({ entity: z.string(), column: z.string(), reason: z.string() }).strict(),
    ),
  }),
]);
export type Decision = z.infer<typeof decisionSchema>;

/** A decision and its name, the first 16 digits of the hash of its document. */
export const namedDecisionSchema = z.strictObject({ id: z.string(), decision: decisionSchema });
export type NamedDecision = z.infer<typeof namedDecisionSchema>;
