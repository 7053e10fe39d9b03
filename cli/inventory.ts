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

/** `stocktake inventory diff`: what changed between two snapshots, dataset by dataset. */
export async function diff(
  before: string | undefined,
  after: string | undefined,
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  const current = await currentSnapshot(store);
  const to = after ? await store.snapshots.read(snapshotNumber(after)) : current;
  const numbers = (await store.snapshots.numbers()).filter((number) => number < to.number);
  const from = before ? snapshotNumber(before) : numbers.at(-1);
  if (from === undefined) {
    out.data(`Snapshot ${to.number} is the first; there is nothing to compare it with.`);
    return 0;
  }
  const old = await store.snapshots.read(from);
  const rows = changesBetween(old, to);
  const notes = await readTable(
    store,
    to,
    'inventory.changes',
    (relation) => `select asset, kind, sentence from ${relation} order by asset, kind, sentence`,
  );
  if (globals.json) {
    out.json({ before: old.number, after: to.number, datasets: rows, changes: notes });
    return 0;
  }
  out.data(pc.bold(`Snapshot ${old.number} (${old.dataDate}) → ${to.number} (${to.dataDate})`));
  out.data(
    table(rows, [
      { title: 'dataset', value: (row) => row.dataset },
      {
        title: 'slices',
        value: (row) => `${countText(row.slices[0])} → ${countText(row.slices[1])}`,
        align: 'right',
      },
      {
        title: 'rows',
        value: (row) => `${countText(row.rows[0])} → ${countText(row.rows[1])}`,
        align: 'right',
      },
    ]),
  );
  for (const note of notes) out.data(`  ${String(note.asset)}: ${String(note.sentence)}`);
  return 0;
}

interface DatasetChange {
  readonly dataset: string;
  readonly slices: readonly [number, number];
  readonly rows: readonly [number, number];
}

function changesBetween(old: Snapshot, now: Snapshot): DatasetChange[] {
  const names = [...new Set([...Object.keys(old.datasets), ...Object.keys(now.datasets)])].sort();
  return names
    .filter((name) => old.datasets[name]?.index.sha256 !== now.datasets[name]?.index.sha256)
    .map((dataset) => ({
      dataset,
      slices: [old.datasets[dataset]?.slices ?? 0, now.datasets[dataset]?.slices ?? 0],
      rows: [old.datasets[dataset]?.rows ?? 0, now.datasets[dataset]?.rows ?? 0],
    }));
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

function snapshotNumber(name: string): number {
  const number = Number(name);
  if (Number.isInteger(number) && number > 0) return number;
  throw new CliError(`'${name}' is no snapshot number; snapshots count from 1`, {
    code: 'STK-CLI-SNAPSHOT',
    exitCode: 2,
  });
}
