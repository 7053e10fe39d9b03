import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { AssetRow, ChangeRow, CheckRow, ColumnRow } from '../../schemas/inventory.ts';
import type { Problem } from '../../schemas/stage.ts';
import { isIsoDate } from '../plan/dates.ts';
import { type AssetFindings, assetRow } from './asset-rows.ts';
import { type Asset, columnsToProfile, expressionsOf, listAssets, type SourceExpression } from './assets.ts';
import type { Baseline } from './baseline.ts';
import { labelsInForce } from './column-decisions.ts';
import { columnRows, skippedColumnRows } from './columns.ts';
import { contractChecks, isRowReason } from './contract-checks.ts';
import { missingDayChecks } from './expected-days.ts';
import { endOfDate, freshnessCheck, graceDays } from './freshness.ts';
import { type SourceFacts, sourceFacts } from './normalize-facts.ts';
import { profileRelation, type RelationProfile } from './profile.ts';
import { readTable } from './read-table.ts';
import { recordChanges } from './record-changes.ts';
import { relationshipChecks } from './relationships.ts';
import { columnsTable } from './rows-sql.ts';
import {
  type ComparedColumn,
  nullChanges,
  schemaChanges,
  schemaCheck,
  schemaDifference,
} from './schema-changes.ts';
import { gapCheck, intakeCheck, ledgerChecks, volumeCheck } from './slice-checks.ts';
import { sourceChanges } from './source-changes.ts';
import { tableChecks } from './table-checks.ts';
import type { InventoryWork } from './work.ts';
import type { Workbench } from './workbench.ts';

/** The four tables of an inventory. */
export interface Stock {
  readonly assets: readonly AssetRow[];
  readonly columns: readonly ColumnRow[];
  readonly checks: readonly CheckRow[];
  readonly changes: readonly ChangeRow[];
}

/** Looks into every asset: profiles its columns, judges it, and compares it with the baseline. */
export async function takeStock(bench: Workbench, work: InventoryWork, baseline: Baseline): Promise<Stock> {
  const now: InventoryWork = { ...work, arrived: baseline.arrived };
  const assets = listAssets(now);
  bench.progress('read the mapping');
  const expressions = await expressionsOf(bench, now);
  const columns = await profileAssets(bench, now, assets, expressions);
  const facts = await readFacts(bench, now);
  const before = await columnsBefore(bench, baseline);
  const schema = schemaOf(assets, columns, before, expressions);
  const checks = [
    ...(await sourceChecks(bench, now, baseline, facts)),
    ...schema.checks,
    ...(await relationshipChecks(bench, now)),
    ...(await tableChecks(
      bench,
      now,
      baseline,
      [...columns.values()].flatMap(({ rows }) => rows),
    )),
  ];
  return {
    assets: assets.map((asset) =>
      assetRow(asset, findingsOf(asset, columns.get(asset.asset), facts), now.config, checks),
    ),
    columns: [...columns.values()].flatMap(({ rows }) => rows),
    checks,
    changes: [
      ...sourceChanges(now, baseline, assets, facts),
      ...schema.changes,
      ...(await recordChanges(bench, now, baseline, expressions)),
    ],
  };
}

interface ProfiledAsset {
  readonly profile: RelationProfile;
  readonly rows: readonly ColumnRow[];
}

async function profileAssets(
  bench: Workbench,
  work: InventoryWork,
  assets: readonly Asset[],
  expressions: readonly SourceExpression[],
): Promise<Map<string, ProfiledAsset>> {
  const profiled = new Map<string, ProfiledAsset>();
  const labels = labelsInForce(work.columnDecisions ?? []);
  for (const asset of assets) {
    const columns = await columnsToProfile(bench, asset, expressions);
    if (columns.length === 0) continue;
    bench.progress(`profile ${asset.asset}`);
    const profile = await profileRelation(bench.warehouse, {
      step: asset.asset,
      relation: await bench.relation(asset.profiled),
      columns,
      nullValues: asset.nullValues,
    });
    const rows = columnRows(asset, profile.columns, expressions, work.config, labels);
    const skipped = skippedColumnRows(asset.asset, rows.length, profile.skipped);
    profiled.set(asset.asset, { profile, rows: [...rows, ...skipped] });
  }
  return profiled;
}

async function readFacts(bench: Workbench, work: InventoryWork): Promise<Map<string, SourceFacts>> {
  const facts = new Map<string, SourceFacts>();
  for (const [name, source] of Object.entries(work.config.sources)) {
    bench.progress(`read the manifests of ${name}`);
    facts.set(name, await sourceFacts(bench.store, work, name, source));
  }
  return facts;
}

/** Checks of each source on its own; schema and references need other things at hand. */
async function sourceChecks(
  bench: Workbench,
  work: InventoryWork,
  baseline: Baseline,
  facts: ReadonlyMap<string, SourceFacts>,
): Promise<CheckRow[]> {
  const end = await endOfDate(bench.warehouse, work.dataDate, work.timezone);
  const checks: CheckRow[] = [];
  for (const [name, source] of Object.entries(work.config.sources)) {
    const slices = work.datasets[`raw.${name}`] ?? [];
    const { slices: counted = [], newest = '' } = facts.get(name) ?? {};
    const problems = intakeProblems(work, name, slices);
    const refused = counted.filter((slice) => slice.refused).map(({ slice }) => slice);
    const lastDate = slices.map(({ slice }) => slice).findLast(isIsoDate);
    const newestRow = newest || (lastDate ? await endOfDate(bench.warehouse, lastDate, work.timezone) : '');
    checks.push(
      intakeCheck(name, slices.length, work.arrived[name] ?? [], problems, refused),
      ...freshnessCheck(name, newestRow, end, source.contract.freshness),
      ...volumeCheck(name, slices),
      ...missingDayChecks(name, slices, work.dataDate, graceDays(source.contract.freshness)),
      ...gapCheck(name, slices),
      ...ledgerChecks(name, baseline.ledger),
      ...contractChecks(name, source, counted),
    );
  }
  return checks;
}

/** Problems of a source's files and slices in this run: not of single rows, and not of slices that arrived earlier. */
function intakeProblems(work: InventoryWork, name: string, slices: readonly DatasetSlice[]): Problem[] {
  const arrived = new Set(work.arrived[name]);
  const earlier = new Set(slices.map(({ slice }) => slice).filter((slice) => !arrived.has(slice)));
  return work.problems.filter(
    ({ source, slice, code }) => source === name && !isRowReason(code) && !earlier.has(slice),
  );
}

function columnsBefore(bench: Workbench, baseline: Baseline): Promise<ComparedColumn[]> {
  return readTable(bench, columnsTable, baseline.tables['inventory.columns'], [
    'asset',
    'column',
    'looks_like',
    'type',
    'signature',
    'rows',
    'null_share',
    'links',
  ]);
}

function schemaOf(
  assets: readonly Asset[],
  columns: ReadonlyMap<string, ProfiledAsset>,
  before: readonly ComparedColumn[],
  expressions: readonly SourceExpression[],
): { checks: CheckRow[]; changes: ChangeRow[] } {
  const checks: CheckRow[] = [];
  const changes: ChangeRow[] = [];
  for (const { asset, kind, sources } of assets) {
    const now = columns.get(asset)?.rows ?? [];
    const was = before.filter((column) => column.asset === asset);
    changes.push(...nullChanges(was, now));
    if (kind !== 'source' || now.length === 0) continue;
    const source = sources[0] ?? '';
    const difference = schemaDifference(was, now);
    const read = expressions.filter((found) => found.source === source).flatMap(({ reads }) => reads);
    checks.push(schemaCheck(source, now.length, difference, new Set(read)));
    changes.push(...schemaChanges(asset, difference));
  }
  return { checks, changes };
}

function findingsOf(
  asset: Asset,
  profiled: ProfiledAsset | undefined,
  facts: ReadonlyMap<string, SourceFacts>,
): AssetFindings {
  const newest = asset.sources.map((source) => facts.get(source)?.newest ?? '');
  return {
    columns: profiled?.rows.length ?? 0,
    skippedColumns: profiled?.profile.skipped.length ?? 0,
    profiledRows: profiled?.profile.rows ?? 0,
    newest: newest.sort().at(-1) ?? '',
  };
}
