import { quotedIdentifier, quotedList, quotedString } from '../warehouse/quoting.ts';

/**
 * Namespaces in the order in which they win: the configured ones, then any other by name.
 *
 * The first one's ids are golden ids as they are. Where none of the configured namespaces has records, the first other
 * one takes that place, so that a project with one namespace keeps its ids whatever it is called.
 */
export function namespaceOrder(configured: readonly string[], present: Iterable<string>): string[] {
  const found = new Set(present);
  const others = [...found].filter((name) => !configured.includes(name)).sort();
  return configured.some((name) => found.has(name)) ? [...configured, ...others] : others;
}

/** Position of a namespace column in the order, from 1. */
export function namespaceRankSql(column: string, order: readonly string[]): string {
  return `list_position(${quotedList(order)}, ${column})`;
}

/**
 * The golden id of a record: its id in the first namespace, `<namespace>:<id>` in any other.
 *
 * Where the first namespace itself has an id of that form, the colon is doubled.
 *
 * @param firstIds subquery of one column, the ids of the first namespace
 */
export function goldenIdSql(
  namespace: string,
  id: string,
  order: readonly string[],
  firstIds: string,
): string {
  const first = quotedString(order[0] ?? '');
  return `case
    when ${namespace} = ${first} then ${id}
    when ${namespace} || ':' || ${id} in (${firstIds}) then ${namespace} || '::' || ${id}
    else ${namespace} || ':' || ${id}
  end`;
}

/** Ids of the first namespace in a relation of records. */
export function firstIdsSql(relation: string, key: string, order: readonly string[]): string {
  return `select ${quotedIdentifier(key)} from ${relation} where namespace = ${quotedString(order[0] ?? '')}`;
}
