import type { DatasetSlice, Manifest } from '../../schemas/artifact.ts';
import type { CheckRow, Health } from '../../schemas/inventory.ts';
import type { Problem, StageOutput } from '../../schemas/stage.ts';
import { tableCheckTypes } from '../../schemas/table-check.ts';
import type { StageContext } from '../runtime/stage.ts';
import { idempotencyKey, type StoredManifest } from '../store/manifests.ts';
import type { Store } from '../store/store.ts';
import { type Baseline, baselineOf, stateOf } from './baseline.ts';
import { assetsTable, changesTable, checksTable, columnsTable } from './rows-sql.ts';
import { type Stock, takeStock } from './stock.ts';
import { counted, grouped } from './words.ts';
import type { InventoryWork } from './work.ts';
import { type Workbench, withWorkbench } from './workbench.ts';
import { writeTable } from './write-table.ts';

/** Raise it when the same inputs would give other bytes. */
export const inventoryVersion = 4;

const stage = 'inventory';
const roles = ['assets', 'columns', 'checks', 'changes'] as const;

/**
 * Takes inventory of everything a run will publish: `inventory.assets`, `.columns`, `.checks` and `.changes`, one slice
 * `all` each.
 *
 * Assets with their business meaning and why we think so; a profile per column (of what arrived in this run for sources,
 * of everything for unified entities); checks with dbt's names and words; what changed since the last inventory. Values of
 * personal columns are never written. A state that was taken inventory of before gives that inventory again.
 *
 * @throws ArtifactError STK-ARTIFACT-CHECKSUM, STK-ARTIFACT-MISSING when an input is damaged or gone
 */
export async function takeInventory(
  store: Store,
  context: StageContext,
  work: InventoryWork,
): Promise<StageOutput> {
  await context.failpoint('before');
  context.heartbeat({ doing: 'compare with the last inventory' });
  const state = stateOf(inventoryVersion, work);
  const baseline = await baselineOf(store, work, state);
  const key = keyOf(state, baseline);
  const found = context.force ? undefined : await store.manifests.find(stage, key);
  if (found) return outputOf(found, true);
  const made = await withWorkbench(store, context, async (bench) => {
    const stock = await takeStock(bench, work, baseline);
    const manifest = await write(bench, context, work, { state, key, baseline, stock });
    const [stored] = await store.manifests.commit([manifest], context.force);
    return stored as StoredManifest;
  });
  await context.failpoint('after-effect');
  return outputOf(made, false);
}

function keyOf(state: string, baseline: Baseline): string {
  const { tables, ...past } = baseline;
  const inputs = Object.values(tables).flatMap((slices) => slices.map(({ manifest }) => manifest.sha256));
  return idempotencyKey({
    stage,
    version: inventoryVersion,
    config: { state, past },
    inputs: inputs.sort(),
    scope: 'all',
  });
}

interface Made {
  readonly state: string;
  readonly key: string;
  readonly baseline: Baseline;
  readonly stock: Stock;
}

async function write(
  bench: Workbench,
  context: StageContext,
  work: InventoryWork,
  { state, key, baseline, stock }: Made,
): Promise<Manifest> {
  bench.progress('write');
  const staged = [
    await writeTable(bench, assetsTable, stock.assets),
    await writeTable(bench, columnsTable, stock.columns),
    await writeTable(bench, checksTable, stock.checks),
    await writeTable(bench, changesTable, stock.changes),
  ];
  await context.failpoint('mid');
  const files = await bench.store.objects.take(staged);
  return {
    format: 1,
    stage,
    key,
    version: inventoryVersion,
    scope: 'all',
    files: {
      ...Object.fromEntries(roles.map((role, index) => [role, files.slice(index, index + 1)])),
      baseline: [await bench.store.objects.putJson(baseline)],
    },
    ledger: [],
    facts: { state, ...factsOf(stock), problems: problemsOf(work, stock.checks) },
    parents: parentsOf(work, baseline),
  };
}

function factsOf({ assets, columns, checks, changes }: Stock): Record<string, unknown> {
  const count = (status: CheckRow['status']): number =>
    checks.filter((check) => check.status === status).length;
  const healthy = (health: Health): number => assets.filter((asset) => asset.health === health).length;
  return {
    assets: assets.length,
    columns: columns.length,
    changes: changes.length,
    checks: { pass: count('pass'), warn: count('warn'), error: count('error') },
    health: {
      Healthy: healthy('Healthy'),
      Warning: healthy('Warning'),
      Degraded: healthy('Degraded'),
      Unknown: healthy('Unknown'),
    },
  };
}

const toldAsProblem: readonly string[] = ['freshness', 'volume', 'schema', ...tableCheckTypes];

/** Failing checks that only an inventory can make; those of rows and files were told by the stages before. */
function problemsOf({ dataDate, config }: InventoryWork, checks: readonly CheckRow[]): Problem[] {
  return checks
    .filter(({ type, status }) => toldAsProblem.includes(type) && (status === 'warn' || status === 'error'))
    .map((check) => ({
      severity: check.status === 'error' ? 'error' : 'warn',
      source: check.source,
      slice: check.slice || dataDate,
      code: `STK-INVENTORY-${check.type.replaceAll('_', '-').toUpperCase()}`,
      message: messageOf(check, config.sources[check.source]?.owner ?? ''),
      rows: check.type === 'relationships' ? check.unexpected : 0,
    }));
}

function messageOf(check: CheckRow, owner: string): string {
  const asked = owner === '' ? 'its owner' : `its owner ${owner}`;
  switch (check.type) {
    case 'freshness':
      return `The newest row of ${check.source} is ${check.observed} old, expected ${check.expected}; ask ${asked} for the missing delivery`;
    case 'volume':
      if (check.observed === '0' && check.evaluated > 0)
        return `${check.source} has no rows of ${check.slice}, expected ${check.expected} as on earlier days; ask ${asked} for the missing delivery`;
      return `${check.source} has ${check.observed} rows, expected ${check.expected} as on earlier days; look whether the delivery is complete`;
    case 'schema':
      return `${check.source} has other columns than before: ${check.observed}; adapt its mapping if that is meant`;
    case 'expression_is_true':
      return `${grouped(check.unexpected)} of ${counted(check.evaluated, 'row')} of ${check.source} (${check.entity}) do not hold ${check.expected}; look at them, or change the check`;
    case 'relationships':
      return `${grouped(check.unexpected)} of ${counted(check.evaluated, 'row')} of ${check.source} name ${check.expected} by ${check.entity}.${check.column} that no source delivered`;
    default:
      return `${check.source}${check.entity ? ` ${check.entity}.${check.column}` : ''} fails ${check.type}: expected ${check.expected}, received ${check.observed}; look at the delivery, or change the check if that is meant`;
  }
}

function parentsOf(work: InventoryWork, baseline: Baseline): string[] {
  const now = Object.entries(work.datasets)
    .filter(([dataset]) => !dataset.startsWith('inventory.'))
    .flatMap(([, slices]) => slices);
  const all = [...now, ...Object.values(baseline.tables).flat()];
  return [...new Set(all.map(({ manifest }) => manifest.sha256))].sort();
}

function outputOf({ ref, manifest }: StoredManifest, reused: boolean): StageOutput {
  const slice = (role: string): DatasetSlice => {
    const files = manifest.files[role] ?? [];
    return {
      slice: 'all',
      manifest: ref,
      files,
      rows: files.reduce((sum, file) => sum + file.rows, 0),
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    };
  };
  const { problems, state: _, ...facts } = manifest.facts;
  return {
    format: 1,
    stage,
    parts: 1,
    reused: reused ? 1 : 0,
    datasets: Object.fromEntries(roles.map((role) => [`inventory.${role}`, [slice(role)]])),
    ledger: [],
    problems: problems as Problem[],
    facts,
    ...(reused ? { why: 'this state was taken inventory of before' } : {}),
  };
}
