import { type Catalog, type CatalogAsset, type Field, keyOf, meaningOf, referencesOf } from './catalog.ts';
import { fieldType } from './field-types.ts';

/** The JSON-LD context every Croissant 1.1 document carries. */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  sc: 'https://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  dct: 'http://purl.org/dc/terms/',
  arrayShape: 'cr:arrayShape',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  containedIn: 'cr:containedIn',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  description: { '@container': '@language' },
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isArray: 'cr:isArray',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  name: { '@container': '@language' },
  parentField: 'cr:parentField',
  path: 'cr:path',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

const parquet = 'application/x-parquet';

/**
 * The catalogue as a Croissant document: one record set per asset that has rows, its files with their sha256.
 *
 * An asset of one file is read from it; one of several from a file set that includes them. Paths are relative to the store
 * folder.
 *
 * Source: Croissant 1.1, http://mlcommons.org/croissant/1.1.
 */
export function croissant(catalog: Catalog): Record<string, unknown> {
  const assets = catalog.assets.filter(({ files }) => files.length > 0);
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    name: catalog.project,
    description: `Sources and unified entities of ${catalog.project} as of ${catalog.dataDate}.`,
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    version: `${catalog.snapshot}.0.0`,
    datePublished: catalog.dataDate,
    identifier: `sha256:${catalog.contentHash}`,
    distribution: filesOf(assets),
    recordSet: assets.map((asset) => recordSetOf(catalog, asset)),
  };
}

function filesOf(assets: readonly CatalogAsset[]): Record<string, unknown>[] {
  const objects = new Map(assets.flatMap(({ files }) => files.map((file) => [file.uri, file])));
  const sets = assets.filter(({ files }) => files.length > 1);
  return [
    ...[...objects.values()].map(({ uri, sha256, bytes }) => ({
      '@type': 'cr:FileObject',
      '@id': uri,
      name: uri,
      contentUrl: uri,
      contentSize: `${bytes} B`,
      encodingFormat: parquet,
      sha256,
    })),
    ...sets.map(({ row, files }) => ({
      '@type': 'cr:FileSet',
      '@id': `files/${row.asset}`,
      name: `files/${row.asset}`,
      description: `The files of ${row.asset}.`,
      encodingFormat: parquet,
      includes: files.map(({ uri }) => uri),
    })),
  ];
}

function recordSetOf(catalog: Catalog, asset: CatalogAsset): Record<string, unknown> {
  const { row, fields } = asset;
  const key = keyOf(asset);
  return {
    '@type': 'cr:RecordSet',
    '@id': row.asset,
    name: row.asset,
    description: `${row.meaning} ${row.grain}`.trim(),
    ...(key.length > 0 ? { key: key.map((column) => ({ '@id': `${row.asset}/${column}` })) } : {}),
    field: fields.map((field) => fieldOf(catalog, asset, field)),
  };
}

function fieldOf(catalog: Catalog, asset: CatalogAsset, field: Field): Record<string, unknown> {
  const { row, files } = asset;
  const meaning = meaningOf(asset, field);
  const reference = referencesOf(catalog, asset).find(({ column }) => column === field.name);
  const [first] = files;
  const from =
    files.length === 1 && first
      ? { fileObject: { '@id': first.uri } }
      : { fileSet: { '@id': `files/${row.asset}` } };
  return {
    '@type': 'cr:Field',
    '@id': `${row.asset}/${field.name}`,
    name: `${row.asset}/${field.name}`,
    ...(meaning === '' ? {} : { description: meaning }),
    dataType: fieldType(field.type).croissant,
    source: { ...from, extract: { column: field.name } },
    ...(reference ? { references: { field: { '@id': `${reference.to}/${reference.toColumn}` } } } : {}),
  };
}
