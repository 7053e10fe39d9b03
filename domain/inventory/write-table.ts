import { join } from 'node:path';
import type { StagedFile } from '../store/objects.ts';
import { writeParquet } from '../warehouse/parquet.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { TableShape } from './rows-sql.ts';
import type { Workbench } from './workbench.ts';

/**
 * Writes rows as one staged Parquet file, ordered by the table's key.
 *
 * Rows travel as one bound JSON text; equal rows give equal bytes.
 */
export async function writeTable<Row extends object>(
  { warehouse, dir }: Pick<Workbench, 'warehouse' | 'dir'>,
  shape: TableShape<Row>,
  rows: readonly Row[],
): Promise<StagedFile> {
  const table = shape.dataset.replace('inventory.', 'inventory_');
  const names = Object.keys(shape.types);
  const typed = names.map(
    (name) => `${JSON.stringify(name)}: ${JSON.stringify(jsonType(typeOf(shape, name)))}`,
  );
  await warehouse.run(
    table,
    `create or replace temp table ${table} as
select ${names.map((name) => `cast(r.${quotedIdentifier(name)} as ${typeOf(shape, name)}) as ${quotedIdentifier(name)}`).join(',\n  ')}
from (select unnest(from_json(cast($rows as json), ${quotedString(`[{${typed.join(', ')}}]`)})) as r)`,
    { rows: JSON.stringify(rows) },
  );
  const query = `select ${names.map(quotedIdentifier).join(', ')} from ${table} order by ${shape.order.map(quotedIdentifier).join(', ')}`;
  return writeParquet(warehouse, table, query, join(dir, `${table}.parquet`));
}

function typeOf<Row>(shape: TableShape<Row>, name: string): string {
  return (shape.types as Readonly<Record<string, string>>)[name] ?? 'varchar';
}

/** `from_json` takes its structure as JSON: lists as one-element arrays, structs as objects. */
function jsonType(type: string): unknown {
  if (type === 'varchar[]') return ['VARCHAR'];
  if (type.startsWith('struct')) return [{ value: 'VARCHAR', rows: 'BIGINT' }];
  return type.toUpperCase();
}
