import { entities } from '../../schemas/entities.ts';
import type { Mapping, Source } from '../../schemas/source.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { ColumnUse } from './drift.ts';
import { mappedEntities } from './rules.ts';

/**
 * What the configuration makes of a source's columns: which it needs, which it reads as numbers or times.
 *
 * An expression reads the columns DuckDB's own parser finds in it (nothing is executed), and the one it is the name of. One
 * that does not parse reads nothing here; normalizing its rows says what is wrong with it.
 */
export async function columnUse(warehouse: Warehouse, source: Source): Promise<ColumnUse> {
  const [read, typed] = [new Set<string>(), new Set<string>()];
  for (const entity of mappedEntities(source)) {
    const mapping = source.entities[entity] as Mapping;
    for (const { target, sql } of expressionsOf(mapping)) {
      const type = entities[entity].columns[target]?.type;
      for (const name of await namesIn(warehouse, sql)) {
        read.add(name);
        if (type !== undefined && type !== 'text' && type !== 'json') typed.add(name);
      }
    }
  }
  const declared = new Set(Object.keys(source.columns).map(lower));
  const required = new Set(source.contract.requiredColumns);
  return {
    isNeeded: (column) => required.has(column) || (read.has(lower(column)) && !declared.has(lower(column))),
    isTyped: (column) => typed.has(lower(column)),
  };
}

function expressionsOf({ columns, attributes, where }: Mapping): { target: string; sql: string }[] {
  return [
    ...Object.entries(columns).map(([target, sql]) => ({ target, sql })),
    ...Object.values(attributes).map((sql) => ({ target: '', sql })),
    ...(where === undefined ? [] : [{ target: '', sql: where }]),
  ];
}

/** Column names an expression may read, lower-case. */
async function namesIn(warehouse: Warehouse, sql: string): Promise<string[]> {
  const [row] = await warehouse.rows('reads', 'select json_serialize_sql(cast($sql as varchar)) as tree', {
    sql: `select ${sql}`,
  });
  const names = new Set([sql.trim()]);
  addNames(JSON.parse(String(row?.tree)), names);
  return [...names].map(lower);
}

function addNames(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) for (const child of node) addNames(child, names);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  const { class: kind, column_names: named } = node as { class?: unknown; column_names?: unknown };
  if (kind === 'COLUMN_REF' && Array.isArray(named)) names.add(String(named.at(-1)));
  for (const child of Object.values(node)) addNames(child, names);
}

const lower = (name: string): string => name.toLowerCase();
