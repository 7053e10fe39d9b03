/**
 * Quotes a name for SQL: any text becomes exactly one identifier.
 *
 * Source: SQL-92, delimited identifiers (a double quote inside is doubled).
 */
export function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text literal for SQL, where a bound value is not possible (options of `copy`, file lists). */
export function quotedString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A SQL list of text literals: `['a', 'b']`. */
export function quotedList(texts: readonly string[]): string {
  return `[${texts.map(quotedString).join(', ')}]`;
}
