import type { EntityName } from '../../schemas/entities.ts';
import type { Mapping, Source } from '../../schemas/source.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/** One expression of a source's mapping and the source columns it reads. */
export interface MappedExpression {
  readonly entity: EntityName;
  /** Entity column, `attributes.<name>`, or `where`. */
  readonly target: string;
  readonly expression: string;
  /** Spelled as the source spells them where it has them, else as written. */
  readonly reads: readonly string[];
}

/**
 * Finds which source columns each mapping expression reads, with DuckDB's own parser (nothing is executed).
 *
 * A text that is exactly a column's name means that column. An expression the parser refuses reads nothing here; the
 * normalize stage reports it.
 *
 * @param columns the source's columns as they are now
 */
export async function mappedExpressions(
  warehouse: Warehouse,
  source: Source,
  columns: readonly string[],
): Promise<MappedExpression[]> {
  const found: MappedExpression[] = [];
  for (const [entity, mapping] of Object.entries(source.entities)) {
    if (!mapping) continue;
    for (const [target, expression] of expressionsOf(mapping)) {
      const reads = columns.includes(expression.trim())
        ? [expression.trim()]
        : await columnsRead(warehouse, expression, columns);
      found.push({ entity: entity as EntityName, target, expression, reads });
    }
  }
  return found;
}

/** Whether an expression is a column and nothing else. */
export function isPlain({ expression, reads }: MappedExpression): boolean {
  return reads.length === 1 && expression.trim().replaceAll('"', '') === reads[0];
}

async function columnsRead(
  warehouse: Warehouse,
  expression: string,
  columns: readonly string[],
): Promise<string[]> {
  const [row] = await warehouse.rows('mapping', 'select json_serialize_sql(cast($sql as varchar)) as tree', {
    sql: `select ${expression}`,
  });
  const written = new Set<string>();
  collectColumns(JSON.parse(String(row?.tree)), written);
  const spelled = new Map(columns.map((column) => [column.toLowerCase(), column]));
  return [...written].map((name) => spelled.get(name.toLowerCase()) ?? name);
}

function expressionsOf(mapping: Mapping): [target: string, expression: string][] {
  return [
    ...Object.entries(mapping.columns),
    ...Object.entries(mapping.attributes).map(([name, sql]): [string, string] => [`attributes.${name}`, sql]),
    ...(mapping.where ? [['where', mapping.where] satisfies [string, string]] : []),
  ];
}

/** A column reference names the column last: `"Stock Code"`, or `source.column`. */
function collectColumns(node: unknown, into: Set<string>): void {
  if (Array.isArray(node)) for (const child of node) collectColumns(child, into);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  const { class: kind, column_names: names } = node as { class?: unknown; column_names?: unknown };
  if (kind === 'COLUMN_REF' && Array.isArray(names)) into.add(String(names.at(-1)));
  for (const child of Object.values(node)) collectColumns(child, into);
}
