import type { UserFields } from '../../schemas/match.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { jsonLinesSql } from './match-sql.ts';
import { comparedFields } from './user-fields.ts';

/** Columns of `match.pairs.users` and their types, in order; per field what its two values say, null where one is missing. */
const pairTypes = {
  namespace_a: 'varchar',
  user_a: 'varchar',
  namespace_b: 'varchar',
  user_b: 'varchar',
  score: 'decimal(7,6)',
  is_match: 'boolean',
  ...(Object.fromEntries(comparedFields.map((field) => [field, 'varchar'])) as Readonly<
    Record<(typeof comparedFields)[number], 'varchar'>
  >),
  decision: 'varchar',
} as const;

/** One row of `match.pairs.users`: ids, figures and words, no value of a person. */
export type UserPairRow = Readonly<Record<keyof typeof pairTypes, string | number | boolean | null>>;

/** `match.pairs.users` from a file of JSON lines, ordered by its key (namespace_a, user_a, namespace_b, user_b). */
export function userPairsSql(path: string): string {
  return `
select
  ${Object.keys(pairTypes).join(',\n  ')}
from ${jsonLinesSql(path, pairTypes)}
order by namespace_a, user_a, namespace_b, user_b`;
}

/**
 * Users numbered from 0 by (namespace, user_id); per attribute the newest value of their sources, of a field's attributes the
 * first that says something.
 *
 * Grain: one user of one namespace. Reads: records (a file of match.records.users). Key: number; also (namespace, user_id).
 */
export function userTextsSql(fields: UserFields): string {
  return `
with users as (
  select
    ${['namespace', 'user_id', ...userFieldsSql(fields)].join(',\n    ')}
  from records
  group by namespace, user_id
)
select
  row_number() over (order by namespace, user_id) - 1 as number,
  *
from users`;
}

/** A column per field over records grouped by user: the newest value that says something, at most 300 signs. */
export function userFieldsSql(fields: UserFields): string[] {
  return Object.entries(fields).map(([field, attributes]) => {
    const values = (attributes ?? []).map(
      (name) =>
        `first(${memberSql(name)} order by last_seen desc, _source) filter (nullif(trim(${memberSql(name)}), '') is not null)`,
    );
    return `left(coalesce(${values.join(', ')}), 300) as ${quotedIdentifier(field)}`;
  });
}

/** A member of the attributes as text, whatever its name holds. */
function memberSql(name: string): string {
  return `json_extract_string(attributes, ${quotedString(`$.${JSON.stringify(name)}`)})`;
}
