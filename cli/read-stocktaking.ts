import { readStocktaking } from '../domain/inventory/stocktaking.ts';
import { CliError, messageOf } from '../domain/runtime/errors.ts';
import type { Store } from '../domain/store/store.ts';
import { readParquetSql } from '../domain/warehouse/parquet.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { Stocktaking } from '../schemas/inventory.ts';
import { currentSnapshot, withWarehouse } from './read-table.ts';

/** The inventory a snapshot published, files checked by their sha256. */
export async function stocktakingOf(store: Store, snapshot: Snapshot): Promise<Stocktaking> {
  return withWarehouse((warehouse) =>
    readStocktaking(
      {
        store,
        warehouse,
        relation: async (slices) =>
          readParquetSql(await store.objects.openAll(slices.flatMap(({ files }) => files))),
      },
      snapshot,
    ),
  );
}

/**
 * Finds a published state by snapshot number, `last`, `previous` (the one before the last), or the run that published it
 * (id, unique prefix, workflow id or date).
 *
 * @throws CliError STK-CLI-SNAPSHOT when there is none of that name (exit 2), STK-STORE-EMPTY
 */
export async function findSnapshot(store: Store, name: string): Promise<Snapshot> {
  if (/^[1-9]\d*$/.test(name)) return numbered(store, Number(name));
  const last = await currentSnapshot(store);
  if (name === 'last') return last;
  if (name === 'previous') {
    const before = await snapshotBefore(store, last);
    if (before) return before;
    throw noSnapshot(`Snapshot ${last.number} is the only one; there is no previous one`);
  }
  const { opening, closing } = await store.runs.resolve(name).catch((cause: unknown) => {
    throw new CliError(messageOf(cause), { code: 'STK-CLI-SNAPSHOT', exitCode: 2, cause });
  });
  if (closing?.snapshot !== undefined) return store.snapshots.read(closing.snapshot);
  throw noSnapshot(
    `Run ${opening.record} of ${opening.dataDate} published no snapshot (${closing?.status ?? 'open'}); see 'stocktake runs list'`,
  );
}

/** The newest snapshot before another one, or undefined where that is the first. */
export async function snapshotBefore(store: Store, { number }: Snapshot): Promise<Snapshot | undefined> {
  const earlier = (await store.snapshots.numbers()).filter((one) => one < number).at(-1);
  return earlier === undefined ? undefined : store.snapshots.read(earlier);
}

async function numbered(store: Store, number: number): Promise<Snapshot> {
  const numbers = await store.snapshots.numbers();
  if (numbers.includes(number)) return store.snapshots.read(number);
  const known = numbers.length === 0 ? 'there is none' : `there are ${numbers[0]} to ${numbers.at(-1)}`;
  throw noSnapshot(`There is no snapshot ${number}; ${known}`);
}

function noSnapshot(message: string): CliError {
  return new CliError(message, { code: 'STK-CLI-SNAPSHOT', exitCode: 2 });
}
