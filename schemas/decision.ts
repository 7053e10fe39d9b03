import { z } from 'zod';
import { sha256Schema } from './artifact.ts';
import { decided, namedDecisionOf } from './decided.ts';

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

const about = { ...decided, source: z.string() };

/**
 * What a person decided about rejected rows. `fix` gives source columns other values (an empty text is no value);
 * `release` waives one named check of one entity for each row; `withdraw` takes an earlier decision (by its name) back as if
 * it had never been made.
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
  z.strictObject({ ...about, action: z.literal('withdraw'), decision: z.string() }),
]);
export type Decision = z.infer<typeof decisionSchema>;

/** Such a decision with its name. */
export const namedDecisionSchema = namedDecisionOf(decisionSchema);
export type NamedDecision = z.infer<typeof namedDecisionSchema>;
