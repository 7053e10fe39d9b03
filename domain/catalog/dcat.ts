import type { Catalog, CatalogAsset } from './catalog.ts';

const context = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  prov: 'http://www.w3.org/ns/prov#',
  spdx: 'http://spdx.org/rdf/terms#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const;

const mediaType = 'https://www.iana.org/assignments/media-types/application/vnd.apache.parquet';

/**
 * The catalogue as DCAT 3: a `dcat:Catalog` of `dcat:Dataset`s, one distribution per Parquet file with size and checksum.
 *
 * Identifiers are URNs of project and asset, equal in every snapshot; a unified dataset is derived (`prov`) from its sources.
 *
 * Source: Data Catalog Vocabulary version 3, https://www.w3.org/TR/vocab-dcat-3/.
 */
export function dcat(catalog: Catalog): Record<string, unknown> {
  return {
    '@context': context,
    '@id': urnOf(catalog),
    '@type': 'dcat:Catalog',
    'dct:title': `Inventory of ${catalog.project}`,
    'dct:description': `Sources and unified entities as of ${catalog.dataDate}.`,
    'dct:modified': date(catalog.dataDate),
    'dcat:version': String(catalog.snapshot),
    'dcat:dataset': catalog.assets.map((asset) => datasetOf(catalog, asset)),
  };
}

function datasetOf(catalog: Catalog, asset: CatalogAsset): Record<string, unknown> {
  const { row, files } = asset;
  const unified = row.kind === 'unified';
  return {
    '@id': urnOf(catalog, row.asset),
    '@type': 'dcat:Dataset',
    'dct:identifier': row.asset,
    'dct:title': row.asset,
    'dct:description': `${row.meaning} ${row.grain}`.trim(),
    'dcat:keyword': [row.kind, ...row.entities],
    'dcat:version': String(catalog.snapshot),
    ...(row.owner === '' ? {} : { 'dct:publisher': { '@type': 'foaf:Agent', 'foaf:name': row.owner } }),
    ...(row.newest === '' ? {} : { 'dct:modified': { '@type': 'xsd:dateTime', '@value': row.newest } }),
    ...(isDate(row.first_slice) && isDate(row.last_slice)
      ? {
          'dct:temporal': {
            '@type': 'dct:PeriodOfTime',
            'dcat:startDate': date(row.first_slice),
            'dcat:endDate': date(row.last_slice),
          },
        }
      : {}),
    ...(unified
      ? { 'prov:wasDerivedFrom': row.sources.map((source) => ({ '@id': urnOf(catalog, `raw.${source}`) })) }
      : {}),
    'dcat:distribution': files.map(({ uri, bytes, sha256 }) => ({
      '@id': `${urnOf(catalog, row.asset)}:${sha256}`,
      '@type': 'dcat:Distribution',
      'dct:title': uri,
      'dcat:mediaType': { '@id': mediaType },
      'dcat:byteSize': { '@type': 'xsd:nonNegativeInteger', '@value': String(bytes) },
      'spdx:checksum': {
        '@type': 'spdx:Checksum',
        'spdx:algorithm': { '@id': 'spdx:checksumAlgorithm_sha256' },
        'spdx:checksumValue': { '@type': 'xsd:hexBinary', '@value': sha256 },
      },
    })),
  };
}

function urnOf({ project }: Catalog, asset?: string): string {
  return `urn:stocktake:${project}${asset === undefined ? '' : `:${encodeURIComponent(asset)}`}`;
}

function date(text: string): Record<string, string> {
  return { '@type': 'xsd:date', '@value': text };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}
