import type { DatasetSlice } from '../../schemas/artifact.ts';
import { quotedIdentifier } from '../warehouse/quoting.ts';
import type { TableShape } from './rows-sql.ts';
import type { Workbench } from './workbench.ts';

/**
 * Reads some columns of an earlier inventory back, in the table's order; no rows where there was none.
 *
 * Counts come back as numbers.
 */
export async function readTable<Row extends object, Name extends keyof Row & string>(
  bench: Pick<Workbench, 'warehouse' | 'relation'>,
  shape: TableShape<Row>,
  slices: readonly DatasetSlice[] | undefined,
  names: readonly Name[],
): Promise<Pick<Row, Name>[]> {
  if (!slices || slices.length === 0) return [];
  const found = await bench.warehouse.rows(
    shape.dataset,
    `select ${names.map(quotedIdentifier).join(', ')}
from ${await bench.relation(slices)}
order by ${shape.order.map(quotedIdentifier).join(', ')}`,
  );
  const types = shape.types as Readonly<Record<string, string>>;
  return found.map(
    (row) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          types[name] === 'bigint' && row[name] !== null ? Number(row[name]) : row[name],
        ]),
      ) as unknown as Pick<Row, Name>,
  );
}
