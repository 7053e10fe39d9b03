import type { AssetRow, ColumnRow, Stocktaking } from '../../schemas/inventory.ts';
import { checkDifferences } from './check-differences.ts';
import { columnDifferences } from './column-differences.ts';
import { type Difference, type DifferenceKind, differenceKinds } from './differences.ts';
import { counted, grouped } from './words.ts';

/** What differs between two inventories: a versioned document, equal for equal inventories. */
export interface InventoryDiff {
  readonly version: 1;
  readonly before: { readonly snapshot: number; readonly dataDate: string };
  readonly after: { readonly snapshot: number; readonly dataDate: string };
  /** Differences by kind, only those that occur. */
  readonly counts: Readonly<Partial<Record<DifferenceKind, number>>>;
  readonly breaking: number;
  /** Gravest first, then by asset and column. */
  readonly differences: readonly Difference[];
}

/**
 * Compares two inventories: assets, columns, meanings, volume, freshness, checks.
 *
 * Breaking are an asset or column that is gone, a column that is renamed or written otherwise, and a check that fails now
 * and did not before. Columns that no row filled on one side are not compared for their type.
 */
export function inventoryDiff(before: Stocktaking, after: Stocktaking): InventoryDiff {
  const [was, is] = [byAsset(before.assets), byAsset(after.assets)];
  const both = after.assets.filter(({ asset }) => was.has(asset));
  const differences = [
    ...before.assets.filter(({ asset }) => !is.has(asset)).map(removed),
    ...after.assets.filter(({ asset }) => !was.has(asset)).map(added),
    ...both.flatMap((asset) => [
      ...columnDifferences(asset.asset, columnsOf(before, asset.asset), columnsOf(after, asset.asset)),
      ...movements(was.get(asset.asset) ?? asset, asset),
    ]),
    ...checkDifferences(before.checks, after.checks),
  ];
  return {
    version: 1,
    before: { snapshot: before.snapshot, dataDate: before.dataDate },
    after: { snapshot: after.snapshot, dataDate: after.dataDate },
    counts: countsOf(differences),
    breaking: differences.filter(({ breaking }) => breaking).length,
    differences: differences.sort(gravestFirst),
  };
}

function removed({ asset, rows }: AssetRow): Difference {
  return {
    kind: 'asset_removed',
    asset,
    column: '',
    before: String(rows),
    after: '',
    breaking: true,
    sentence: `${asset} is gone; it had ${counted(rows, 'row')}.`,
  };
}

function added({ asset, rows }: AssetRow): Difference {
  return {
    kind: 'asset_added',
    asset,
    column: '',
    before: '',
    after: String(rows),
    breaking: false,
    sentence: `${asset} is new, with ${counted(rows, 'row')}.`,
  };
}

/** How volume, freshness and health of an asset moved. */
function movements(was: AssetRow, is: AssetRow): Difference[] {
  const base = { asset: is.asset, column: '', breaking: false };
  const moved: Difference[] = [];
  if (was.rows !== is.rows)
    moved.push({
      ...base,
      kind: 'rows_changed',
      before: String(was.rows),
      after: String(is.rows),
      sentence: `${is.asset} has ${counted(is.rows, 'row')}, had ${grouped(was.rows)}${percentMoved(was.rows, is.rows)}.`,
    });
  if (was.newest !== is.newest)
    moved.push({
      ...base,
      kind: 'freshness_changed',
      before: was.newest,
      after: is.newest,
      sentence: freshnessSentence(was, is),
    });
  if (was.health !== is.health)
    moved.push({
      ...base,
      kind: 'health_changed',
      before: was.health,
      after: is.health,
      sentence: `${is.asset} is ${is.health} (${is.health_why}), was ${was.health}.`,
    });
  return moved;
}

function percentMoved(was: number, is: number): string {
  if (was === 0) return '';
  const percent = (100 * (is - was)) / was;
  return ` (${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %)`;
}

function freshnessSentence({ newest: was }: AssetRow, { asset, newest: is }: AssetRow): string {
  if (is === '') return `${asset} no longer tells the time of its newest row, was ${was}.`;
  if (was === '') return `The newest row of ${asset} is of ${is}.`;
  return is < was
    ? `The newest row of ${asset} went back to ${is}, was ${was}.`
    : `The newest row of ${asset} is of ${is}, was ${was}.`;
}

function countsOf(differences: readonly Difference[]): Partial<Record<DifferenceKind, number>> {
  const counted = differenceKinds.map((kind): [DifferenceKind, number] => [
    kind,
    differences.filter((one) => one.kind === kind).length,
  ]);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

function gravestFirst(a: Difference, b: Difference): number {
  const rank = (one: Difference): number => differenceKinds.indexOf(one.kind);
  const key = (one: Difference): string => `${one.asset}\0${one.column}\0${one.sentence}`;
  return Number(b.breaking) - Number(a.breaking) || rank(a) - rank(b) || (key(a) < key(b) ? -1 : 1);
}

function byAsset(assets: readonly AssetRow[]): Map<string, AssetRow> {
  return new Map(assets.map((asset) => [asset.asset, asset]));
}

function columnsOf({ columns }: Stocktaking, asset: string): ColumnRow[] {
  return columns.filter((column) => column.asset === asset);
}
