import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { AssetRow, CheckRow, ColumnRow } from '../../schemas/inventory.ts';

/** A column as its files have it. */
export interface Field {
  readonly name: string;
  /** DuckDB's name of the type, such as `DECIMAL(18,4)`. */
  readonly type: string;
}

/** An asset with what an export needs beside its inventory: the files that hold its rows and their columns. */
export interface CatalogAsset {
  readonly row: AssetRow;
  /** Parquet files, `uri` relative to the store folder. */
  readonly files: readonly ArtifactRef[];
  /** Columns in file order, provenance (`_…`) included. */
  readonly fields: readonly Field[];
  /** The inventory's lines of its columns. */
  readonly columns: readonly ColumnRow[];
  /** Texts that mean "no value" in it. */
  readonly nullValues: readonly string[];
}

/** Everything a catalogue document says: one published snapshot. */
export interface Catalog {
  readonly project: string;
  readonly snapshot: number;
  readonly dataDate: string;
  /** The snapshot's content hash. */
  readonly contentHash: string;
  readonly assets: readonly CatalogAsset[];
  readonly checks: readonly CheckRow[];
}

/** A reference from a column to the key of another asset. */
export interface Reference {
  readonly column: string;
  readonly to: string;
  readonly toColumn: string;
  /** Rows that name something nobody delivered, and rows counted. */
  readonly orphans: number;
  readonly evaluated: number;
}

/** The inventory's line of a field, or undefined for provenance. */
export function columnOf(asset: CatalogAsset, field: Field): ColumnRow | undefined {
  return asset.columns.find(({ column }) => column === field.name);
}

/** What a field means, in one sentence. */
export function meaningOf(asset: CatalogAsset, field: Field): string {
  return columnOf(asset, field)?.meaning ?? provenance[field.name] ?? '';
}

/** The key columns an asset's files have. */
export function keyOf({ row, fields }: CatalogAsset): string[] {
  const names = new Set(fields.map(({ name }) => name));
  return row.key.every((column) => names.has(column)) ? [...row.key] : [];
}

/**
 * References of unified events and reviews to users and items, with what the inventory counted; only to assets the
 * catalogue has.
 */
export function referencesOf(catalog: Catalog, { row, fields }: CatalogAsset): Reference[] {
  if (row.kind !== 'unified') return [];
  return idColumns
    .filter(({ column, to }) => row.asset !== to && fields.some(({ name }) => name === column))
    .filter(({ to }) => catalog.assets.some((asset) => asset.row.asset === to))
    .map(({ column, to }): Reference => {
      const counted = catalog.checks.filter(
        (check) =>
          check.type === 'relationships' &&
          check.column === column &&
          row.entities.includes(check.entity) &&
          `unified.${check.expected}` === to,
      );
      const sum = (pick: 'unexpected' | 'evaluated'): number =>
        counted.reduce((total, check) => total + check[pick], 0);
      return { column, to, toColumn: column, orphans: sum('unexpected'), evaluated: sum('evaluated') };
    });
}

const idColumns = [
  { column: 'user_id', to: 'unified.users' },
  { column: 'item_id', to: 'unified.items' },
] as const;

const provenance: Readonly<Record<string, string>> = {
  _source: 'Source the row came from.',
  _slice: 'Slice of the source the row came from.',
  _file: 'File the row came from, relative to the input folder.',
  _line: 'Line of that file, counted from 1.',
  _provenance: 'Source and row of every value, as one JSON object.',
};
