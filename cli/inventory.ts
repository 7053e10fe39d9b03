import pc from 'picocolors';
import { countText, sizeText } from '../domain/report/format.ts';
import { CliError } from '../domain/runtime/errors.ts';
import type { Row } from '../domain/warehouse/warehouse.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { currentSnapshot, readTable } from './read-table.ts';
import { openReading, type Reading } from './session.ts';

/** `stocktake inventory show`: the assets of the current snapshot, or one asset with its columns. */
export async function show(asset: string | undefined, globals: GlobalOptions): Promise<number> {
  const reading = await openReading(globals);
  const snapshot = await currentSnapshot(reading.store);
  return asset ? showAsset(reading, snapshot, asset, globals) : showAssets(reading, snapshot, globals);
}

async function showAssets(
  { store, out }: Reading,
  snapshot: Snapshot,
  globals: GlobalOptions,
): Promise<number> {
  const assets = await readTable(
    store,
    snapshot,
    'inventory.assets',
    (relation) => `select * from ${relation} order by asset`,
  );
  if (globals.json) {
    out.json({ snapshot: snapshot.number, dataDate: snapshot.dataDate, assets });
    return 0;
  }
  out.data(pc.bold(`Inventory of ${snapshot.dataDate}, snapshot ${snapshot.number}`));
  out.data(
    table(assets, [
      { title: 'asset', value: (row) => text(row.asset) },
      { title: 'health', value: (row) => text(row.health) },
      { title: 'rows', value: (row) => countText(Number(row.rows)), align: 'right' },
      { title: 'slices', value: (row) => countText(Number(row.slices)), align: 'right' },
      { title: 'size', value: (row) => sizeText(Number(row.bytes)), align: 'right' },
      { title: 'owner', value: (row) => text(row.owner) },
      { title: 'what it is', value: (row) => text(row.meaning) },
    ]),
  );
  out.note('One asset with its columns: stocktake inventory show <asset>');
  return 0;
}

async function showAsset(
  { store, out }: Reading,
  snapshot: Snapshot,
  asset: string,
  globals: GlobalOptions,
): Promise<number> {
  const read = (dataset: string): Promise<Row[]> =>
    readTable(store, snapshot, dataset, (relation) => `select * from ${relation} where asset = $asset`, {
      asset,
    });
  const [assets, columns, checks] = await Promise.all([
    read('inventory.assets'),
    read('inventory.columns'),
    read('inventory.checks'),
  ]);
  if (assets.length === 0) {
    const known = await readTable(
      store,
      snapshot,
      'inventory.assets',
      (relation) => `select asset from ${relation} order by asset`,
    );
    throw new CliError(
      `There is no asset '${asset}'; there are ${known.map((row) => text(row.asset)).join(', ')}`,
      {
        code: 'STK-ASSET-UNKNOWN',
        exitCode: 2,
      },
    );
  }
  if (globals.json) {
    out.json({ asset: assets[0], columns, checks });
    return 0;
  }
  for (const [key, value] of Object.entries(assets[0] ?? {})) out.data(`${key.padEnd(14)} ${text(value)}`);
  out.data('');
  out.data(
    table(columns, [
      { title: 'column', value: (row) => text(row.column) },
      { title: 'type', value: (row) => text(row.type) },
      { title: 'missing', value: (row) => `${(Number(row.null_share) * 100).toFixed(1)} %`, align: 'right' },
      { title: 'distinct', value: (row) => countText(Number(row.distinct_values)), align: 'right' },
      { title: 'meaning', value: (row) => text(row.meaning) },
      { title: 'why', value: (row) => text(row.why) },
    ]),
  );
  return 0;
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
