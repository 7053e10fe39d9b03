import type { LineageWork } from './lineage.ts';

/** Version of each facet's schema that is written. */
const versions = {
  ColumnLineageDatasetFacet: '1-2-0',
  DataQualityAssertionsDatasetFacet: '1-1-0',
  DatasetVersionDatasetFacet: '1-0-1',
  ErrorMessageRunFacet: '1-0-1',
  JobTypeJobFacet: '2-0-3',
  NominalTimeRunFacet: '1-0-1',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
  ParentRunFacet: '1-1-0',
  ProcessingEngineRunFacet: '1-1-1',
  SchemaDatasetFacet: '1-2-0',
} as const;
export type FacetName = keyof typeof versions | 'RunFacet';

/** A facet with its producer and the address of its schema; `RunFacet` is one of our own. */
export function facet(
  work: LineageWork,
  name: FacetName,
  content: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const schema =
    name === 'RunFacet'
      ? 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet'
      : `https://openlineage.io/spec/facets/${versions[name]}/${name}.json#/$defs/${name}`;
  return { _producer: producerOf(work), _schemaURL: schema, ...content };
}

/** Who writes the events, as a URI. */
export function producerOf({ run }: LineageWork): string {
  return `urn:stocktake:${run.opening.codeVersion}`;
}
