import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';

/**
 * A table of texts by text that an expression of one row may look into: an ENUM finds the place (by hash), a session
 * variable holds the values. A join or a sub-query is not open to guarded expressions.
 */
export interface Lookup {
  /** Statements that lay it out anew. */
  readonly statements: readonly string[];
  /** Expression that gives the value of a key, null where it is not there. */
  readonly find: (key: string) => string;
}

/**
 * Lays a lookup out.
 *
 * @param name `[a-z_]+`, its own
 * @param entries keys must differ from each other
 * @param type type of the values
 */
export function lookup(
  name: string,
  entries: readonly (readonly [key: string, value: string])[],
  type = 'varchar',
): Lookup {
  const keys = quotedIdentifier(`stocktake_${name}`);
  const values = `stocktake_${name}_values`;
  // An ENUM of nothing is none: the NUL is a key nobody asks for.
  const all = entries.length > 0 ? entries : [['\u0001', '0'] as const];
  return {
    statements: [
      `drop type if exists ${keys}`,
      `create temp type ${keys} as enum (${all.map(([key]) => quotedString(key)).join(', ')})`,
      `set variable ${values} = cast([${all.map(([, value]) => quotedString(value)).join(', ')}] as ${type}[])`,
    ],
    find: (key) => `getvariable('${values}')[enum_code(try_cast(${key} as ${keys})) + 1]`,
  };
}
