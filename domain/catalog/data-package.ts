import {
  type Catalog,
  type CatalogAsset,
  columnOf,
  type Field,
  keyOf,
  meaningOf,
  referencesOf,
} from './catalog.ts';
import { fieldType } from './field-types.ts';

/**
 * The catalogue as a Data Package: one tabular resource of Parquet files per asset that has rows.
 *
 * Paths are relative to the store folder, so the document belongs there. `hash` is the file's sha256; of several files
 * each has its own under `files`. Sources hold every value as received, as text: `looksLike` tells what it is written like.
 * A foreign key tells how many rows break it (`orphans`).
 *
 * Source: Data Package v2, https://datapackage.org/standard/data-package/, and its Table Schema.
 */
export function dataPackage(catalog: Catalog): Record<string, unknown> {
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: catalog.project,
    title: `Inventory of ${catalog.project}`,
    description: `Sources and unified entities as of ${catalog.dataDate}.`,
    version: `${catalog.dataDate}.${catalog.snapshot}`,
    id: `sha256:${catalog.contentHash}`,
    resources: catalog.assets
      .filter(({ files }) => files.length > 0)
      .map((asset) => resourceOf(catalog, asset)),
  };
}

function resourceOf(catalog: Catalog, asset: CatalogAsset): Record<string, unknown> {
  const { row, files } = asset;
  const [first] = files;
  const single = files.length === 1 && first !== undefined;
  const primaryKey = keyOf(asset);
  const references = referencesOf(catalog, asset);
  return {
    name: row.asset,
    title: row.meaning,
    description: row.grain,
    type: 'table',
    path: single ? first.uri : files.map(({ uri }) => uri),
    format: 'parquet',
    mediatype: 'application/vnd.apache.parquet',
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(single
      ? { hash: `sha256:${first.sha256}` }
      : { files: files.map(({ uri, bytes, sha256 }) => ({ path: uri, bytes, hash: `sha256:${sha256}` })) }),
    rows: row.rows,
    health: row.health,
    ...(row.owner === '' ? {} : { owner: row.owner }),
    schema: {
      $schema: 'https://datapackage.org/profiles/2.0/tableschema.json',
      fields: asset.fields.map((field) => fieldOf(asset, field)),
      missingValues: ['', ...asset.nullValues],
      ...(primaryKey.length > 0 ? { primaryKey } : {}),
      ...(references.length > 0
        ? {
            foreignKeys: references.map(({ column, to, toColumn, orphans, evaluated }) => ({
              fields: [column],
              reference: { resource: to, fields: [toColumn] },
              orphans,
              evaluated,
            })),
          }
        : {}),
    },
  };
}

function fieldOf(asset: CatalogAsset, field: Field): Record<string, unknown> {
  const known = columnOf(asset, field);
  const meaning = meaningOf(asset, field);
  const { tableSchema } = fieldType(field.type);
  return {
    name: field.name,
    type: tableSchema,
    ...(meaning === '' ? {} : { description: meaning }),
    ...(keyOf(asset).includes(field.name) ? { constraints: { required: true } } : {}),
    ...(known
      ? {
          kind: known.kind,
          looksLike: known.looks_like,
          personal: known.personal,
          ...(known.unit === '' ? {} : { unit: known.unit }),
        }
      : {}),
  };
}
