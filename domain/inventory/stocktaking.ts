import type { Snapshot } from '../../schemas/artifact.ts';
import type { Stocktaking } from '../../schemas/inventory.ts';
import { slicesOf } from '../store/datasets.ts';
import { readTable } from './read-table.ts';
import { assetsTable, changesTable, checksTable, columnsTable, type TableShape } from './rows-sql.ts';
import type { Workbench } from './workbench.ts';

/**
 * Reads the inventory a snapshot published, every row in its table's order. A snapshot without one gives empty tables.
 *
 * @throws ArtifactError STK-ARTIFACT-CHECKSUM, STK-ARTIFACT-MISSING
 */
export async function readStocktaking(
  bench: Pick<Workbench, 'store' | 'warehouse' | 'relation'>,
  snapshot: Snapshot,
): Promise<Stocktaking> {
  const read = async <Row extends object>(shape: TableShape<Row>): Promise<Row[]> => {
    const slices = await slicesOf(bench.store.objects, snapshot, shape.dataset);
    const names = Object.keys(shape.types) as (keyof Row & string)[];
    return (await readTable(bench, shape, slices, names)) as Row[];
  };
  return {
    snapshot: snapshot.number,
    dataDate: snapshot.dataDate,
    assets: await read(assetsTable),
    columns: (await read(columnsTable)).map(withCounts),
    checks: await read(checksTable),
    changes: await read(changesTable),
  };
}

/** Counts inside a list arrive as text, like every 64-bit integer. */
function withCounts<Column extends { readonly top: readonly { value: string; rows: number }[] }>(
  column: Column,
): Column {
  return { ...column, top: column.top.map(({ value, rows }) => ({ value, rows: Number(rows) })) };
}
