import type { DatasetSlice } from '../../schemas/artifact.ts';
import { type EntityName, entities, entityNames } from '../../schemas/entities.ts';
import type { Source } from '../../schemas/source.ts';
import { type MappedExpression, mappedExpressions } from './mapping-columns.ts';
import { memberColumn, type ProfiledColumn, plainColumn } from './profile-sql.ts';
import { type InventoryWork, slicesIn } from './work.ts';
import type { Workbench } from './workbench.ts';

/** An asset before it is looked into: what it is made of and what of it is profiled. */
export interface Asset {
  /** Name of the dataset. */
  readonly asset: string;
  readonly kind: 'source' | 'unified';
  readonly sources: readonly string[];
  readonly entities: readonly EntityName[];
  readonly slices: readonly DatasetSlice[];
  /** Slices the profile covers. */
  readonly profiled: readonly DatasetSlice[];
  readonly nullValues: readonly string[];
}

/** A mapping expression and the source it belongs to. */
export interface SourceExpression extends MappedExpression {
  readonly source: string;
}

/**
 * The assets of a run: every configured source, in the configuration's order, then every unified entity.
 *
 * A source is profiled over the slices that arrived in this run, or its newest one when none did; unified assets whole.
 */
export function listAssets(work: InventoryWork): Asset[] {
  const sources = Object.entries(work.config.sources).map(([name, source]) =>
    sourceAsset(work, name, source),
  );
  const unified = entityNames
    .filter((entity) => work.datasets[`unified.${entity}`])
    .map((entity) => unifiedAsset(work, entity));
  return [...sources, ...unified];
}

/** The mapping expressions of all sources, with the source columns they read. */
export async function expressionsOf(bench: Workbench, work: InventoryWork): Promise<SourceExpression[]> {
  const found: SourceExpression[] = [];
  for (const [name, source] of Object.entries(work.config.sources)) {
    const columns = await columnNames(bench, slicesIn(work.datasets, `raw.${name}`).slice(-1));
    for (const expression of await mappedExpressions(bench.warehouse, source, columns)) {
      found.push({ ...expression, source: name });
    }
  }
  return found;
}

/**
 * The columns of an asset to profile, provenance (`_…`) left out. Of a unified entity also each member of its
 * attributes, as `attributes.<name>`.
 */
export async function columnsToProfile(
  bench: Workbench,
  asset: Asset,
  expressions: readonly SourceExpression[],
): Promise<ProfiledColumn[]> {
  if (asset.profiled.length === 0) return [];
  const relation = await bench.relation(asset.profiled);
  const described = await bench.warehouse.rows(
    `${asset.asset}.describe`,
    `describe select * from ${relation}`,
  );
  const plain = described
    .map((row) => plainColumn(String(row.column_name), String(row.column_type)))
    .filter(({ column }) => !column.startsWith('_'));
  return asset.kind === 'source' ? plain : [...plain, ...attributeColumns(asset, expressions)];
}

function sourceAsset(work: InventoryWork, name: string, source: Source): Asset {
  const slices = slicesIn(work.datasets, `raw.${name}`);
  const arrived = new Set(work.arrived[name] ?? []);
  const fresh = slices.filter(({ slice }) => arrived.has(slice));
  return {
    asset: `raw.${name}`,
    kind: 'source',
    sources: [name],
    entities: entityNames.filter((entity) => source.entities[entity]),
    slices,
    profiled: fresh.length > 0 ? fresh : slices.slice(-1),
    nullValues: source.nullValues,
  };
}

function unifiedAsset(work: InventoryWork, entity: EntityName): Asset {
  const slices = slicesIn(work.datasets, `unified.${entity}`);
  return {
    asset: `unified.${entity}`,
    kind: 'unified',
    sources: Object.entries(work.config.sources)
      .filter(([, source]) => source.entities[entity])
      .map(([name]) => name),
    entities: [entity],
    slices,
    profiled: slices,
    nullValues: [],
  };
}

async function columnNames(bench: Workbench, slices: readonly DatasetSlice[]): Promise<string[]> {
  if (slices.length === 0) return [];
  const rows = await bench.warehouse.rows(
    'columns',
    `describe select * from ${await bench.relation(slices)}`,
  );
  return rows.map((row) => String(row.column_name));
}

function attributeColumns(asset: Asset, expressions: readonly SourceExpression[]): ProfiledColumn[] {
  const entity = asset.entities[0];
  const names = expressions
    .filter((found) => found.entity === entity && found.target.startsWith('attributes.'))
    .map(({ target }) => target.slice('attributes.'.length));
  return [...new Set(names)].sort().map((name) => memberColumn('attributes', name));
}

/** What one row of an asset is, in words. */
export function grainOf(asset: Asset): string {
  const entity = asset.entities[0];
  if (asset.kind === 'source') return 'One row per record of the source’s files.';
  if (!entity) return '';
  const { key, kind } = entities[entity];
  if (kind === 'record') return `One row per ${key.join(' and ')}.`;
  return `One row per ${singular[entity]}, as one source reported it.`;
}

const singular: Readonly<Record<EntityName, string>> = {
  users: 'user',
  items: 'item',
  events: 'event',
  reviews: 'review',
  market: 'value of a series',
};
