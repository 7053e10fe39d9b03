import {
  type Catalog,
  type CatalogAsset,
  columnOf,
  type Field,
  keyOf,
  meaningOf,
  referencesOf,
} from './catalog.ts';
import { decimalDigits, fieldType } from './field-types.ts';

/**
 * The catalogue as OpenMetadata entities: `tables` are bodies of `PUT /v1/tables`, `profiles` those of
 * `PUT /v1/tables/{id}/tableProfile`, by the table's fully qualified name.
 *
 * Names are `<project>.stocktake.<layer>.<asset>`, the last part quoted where it has a dot. Owners are entities of the server
 * with ids of their own, so they stand in the description.
 *
 * Source: OpenMetadata's schemas `api/data/createTable.json` and `api/data/createTableProfile.json`.
 */
export function openMetadata(catalog: Catalog): Record<string, unknown> {
  return {
    service: catalog.project,
    database: `${catalog.project}.stocktake`,
    schemas: [...new Set(catalog.assets.map((asset) => schemaOf(catalog, asset)))],
    tables: catalog.assets.filter(({ fields }) => fields.length > 0).map((asset) => tableOf(catalog, asset)),
    profiles: catalog.assets
      .filter(({ fields }) => fields.length > 0)
      .map((asset) => profileOf(catalog, asset)),
  };
}

function tableOf(catalog: Catalog, asset: CatalogAsset): Record<string, unknown> {
  const { row, fields } = asset;
  const key = keyOf(asset);
  const owner = row.owner === '' ? '' : ` Owner: ${row.owner}.`;
  const references = referencesOf(catalog, asset);
  return {
    name: nameOf(row.asset),
    description: `${row.meaning} ${row.grain}${owner} Health: ${row.health}.`.trim(),
    tableType: 'Regular',
    fileFormat: 'parquet',
    databaseSchema: schemaOf(catalog, asset),
    columns: fields.map((field, index) => columnEntity(asset, field, index + 1)),
    tableConstraints: [
      ...(key.length > 0 ? [{ constraintType: 'PRIMARY_KEY', columns: key }] : []),
      ...references.map(({ column, to, toColumn }) => ({
        constraintType: 'FOREIGN_KEY',
        columns: [column],
        referredColumns: [`${fqnOf(catalog, to)}.${toColumn}`],
      })),
    ],
  };
}

function columnEntity(asset: CatalogAsset, field: Field, position: number): Record<string, unknown> {
  const meaning = meaningOf(asset, field);
  return {
    name: field.name,
    dataType: fieldType(field.type).openMetadata,
    dataTypeDisplay: field.type.toLowerCase(),
    ...(decimalDigits(field.type) ?? {}),
    ...(meaning === '' ? {} : { description: meaning }),
    ordinalPosition: position,
    ...(columnOf(asset, field)?.personal
      ? {
          tags: [
            {
              tagFQN: 'PII.Sensitive',
              source: 'Classification',
              labelType: 'Automated',
              state: 'Suggested',
            },
          ],
        }
      : {}),
  };
}

/** Figures of the profile; `timestamp` is the start of the data date, in milliseconds. */
function profileOf(catalog: Catalog, asset: CatalogAsset): Record<string, unknown> {
  const timestamp = Date.parse(`${catalog.dataDate}T00:00:00Z`);
  return {
    table: fqnOf(catalog, asset.row.asset),
    tableProfile: {
      timestamp,
      rowCount: asset.row.rows,
      columnCount: asset.fields.length,
      sizeInByte: asset.row.bytes,
    },
    columnProfile: asset.columns
      .filter(({ column, type }) => type !== '' && asset.fields.some(({ name }) => name === column))
      .map((column) => ({
        name: column.column,
        timestamp,
        valuesCount: column.rows - column.nulls,
        nullCount: column.nulls,
        nullProportion: column.null_share,
        distinctCount: column.distinct_values,
        ...numberOf('mean', column.mean),
        ...numberOf('median', column.median),
        ...numberOf('firstQuartile', column.p25),
        ...numberOf('thirdQuartile', column.p75),
      })),
  };
}

function numberOf(name: string, value: string | null): Record<string, number> {
  return value === null || !Number.isFinite(Number(value)) ? {} : { [name]: Number(value) };
}

/** `raw.orders` → table `orders` of schema `raw`. */
function nameOf(asset: string): string {
  return asset.slice(asset.indexOf('.') + 1);
}

function schemaOf({ project }: Catalog, { row }: CatalogAsset): string {
  return `${project}.stocktake.${row.asset.slice(0, row.asset.indexOf('.'))}`;
}

function fqnOf({ project }: Catalog, asset: string): string {
  const name = nameOf(asset);
  const quoted = name.includes('.') ? `"${name}"` : name;
  return `${project}.stocktake.${asset.slice(0, asset.indexOf('.'))}.${quoted}`;
}
