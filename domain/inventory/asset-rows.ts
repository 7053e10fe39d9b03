import type { Config } from '../../schemas/config.ts';
import { entities } from '../../schemas/entities.ts';
import type { AssetRow, CheckRow, Evidence } from '../../schemas/inventory.ts';
import { type Asset, grainOf } from './assets.ts';
import { healthOf } from './health.ts';

/** What was found out about an asset: how far the profile went and its newest row. */
export interface AssetFindings {
  readonly columns: number;
  readonly skippedColumns: number;
  readonly profiledRows: number;
  /** ISO 8601 UTC, or empty. */
  readonly newest: string;
}

/** One line of `inventory.assets`. */
export function assetRow(
  asset: Asset,
  findings: AssetFindings,
  config: Pick<Config, 'sources'>,
  checks: readonly CheckRow[],
): AssetRow {
  const { slices } = asset;
  const rows = slices.reduce((sum, slice) => sum + slice.rows, 0);
  const source = asset.kind === 'source' ? (asset.sources[0] ?? '') : '';
  const declared = config.sources[source];
  const { health, why } = healthOf(asset, rows, checks);
  return {
    asset: asset.asset,
    kind: asset.kind,
    source,
    owner: source ? (declared?.owner ?? '') : ownersOf(asset, config),
    description: declared?.description ?? '',
    ...meaningOf(asset, declared?.description ?? ''),
    entities: asset.entities,
    sources: asset.sources,
    rows,
    bytes: slices.reduce((sum, slice) => sum + slice.bytes, 0),
    slices: slices.length,
    first_slice: slices[0]?.slice ?? '',
    last_slice: slices.at(-1)?.slice ?? '',
    grain: grainOf(asset),
    key: keyOf(asset),
    columns: findings.columns,
    profiled_slices: asset.profiled.length,
    profiled_rows: findings.profiledRows,
    skipped_columns: findings.skippedColumns,
    newest: findings.newest,
    health,
    health_why: why,
  };
}

function meaningOf(asset: Asset, description: string): { meaning: string; evidence: Evidence; why: string } {
  const meanings = asset.entities.map((entity) => entities[entity].meaning);
  if (description)
    return { meaning: description, evidence: 'declared', why: 'described in temporal.config.ts' };
  if (asset.kind === 'unified') {
    const why = `unified from ${asset.sources.join(', ') || 'no source'}`;
    return { meaning: meanings.join(' '), evidence: 'mapping', why };
  }
  return {
    meaning: meanings.join(' '),
    evidence: 'mapping',
    why: `mapped onto ${asset.entities.join(', ')}`,
  };
}

function ownersOf(asset: Asset, config: Pick<Config, 'sources'>): string {
  const owners = asset.sources
    .map((source) => config.sources[source]?.owner ?? '')
    .filter((owner) => owner !== '');
  return [...new Set(owners)].join(', ');
}

function keyOf(asset: Asset): readonly string[] {
  const entity = asset.entities[0];
  if (asset.kind === 'source') return ['_file', '_line'];
  return entity && entities[entity].kind === 'record'
    ? entities[entity].key
    : ['_source', '_slice', '_file', '_line'];
}
