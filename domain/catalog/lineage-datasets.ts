import { createHash } from 'node:crypto';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { CheckRow } from '../../schemas/inventory.ts';
import type { ColumnOrigin, LineageWork, ReceivedFile } from './lineage.ts';
import { facet } from './lineage-facets.ts';

/** A dataset of a run event. */
export interface LineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Readonly<Record<string, unknown>>;
  readonly inputFacets?: Readonly<Record<string, unknown>>;
  readonly outputFacets?: Readonly<Record<string, unknown>>;
}

/** A received file, by its path; its version is its sha256. */
export function receivedDataset(work: LineageWork, { path, sha256 }: ReceivedFile): LineageDataset {
  return {
    namespace: 'file',
    name: path,
    facets: { version: facet(work, 'DatasetVersionDatasetFacet', { datasetVersion: sha256 }) },
  };
}

/** A dataset that is read; where it is judged, with the checks of its source. */
export function inputDataset(work: LineageWork, dataset: string, judged: boolean): LineageDataset {
  const assertions = judged ? assertionsOf(work.checks, dataset) : [];
  return {
    ...named(work, dataset),
    facets: schemaFacet(work, dataset),
    ...(assertions.length > 0
      ? {
          inputFacets: {
            dataQualityAssertions: facet(work, 'DataQualityAssertionsDatasetFacet', { assertions }),
          },
        }
      : {}),
  };
}

/** A dataset that was made: its columns and where they come from, its version, and how much it is. */
export function outputDataset(
  work: LineageWork,
  dataset: string,
  slices: readonly DatasetSlice[],
): LineageDataset {
  const sum = (pick: (slice: DatasetSlice) => number): number =>
    slices.reduce((total, slice) => total + pick(slice), 0);
  return {
    ...named(work, dataset),
    facets: {
      ...schemaFacet(work, dataset),
      ...columnLineage(work, dataset),
      version: facet(work, 'DatasetVersionDatasetFacet', { datasetVersion: versionOf(slices) }),
    },
    outputFacets: {
      outputStatistics: facet(work, 'OutputStatisticsOutputDatasetFacet', {
        rowCount: sum(({ rows }) => rows),
        size: sum(({ bytes }) => bytes),
        fileCount: sum(({ files }) => files.length),
      }),
    },
  };
}

function named({ project }: LineageWork, dataset: string): Pick<LineageDataset, 'namespace' | 'name'> {
  return { namespace: `stocktake://${project}`, name: dataset };
}

/** Hash over the manifests of all slices: equal content, equal version. */
function versionOf(slices: readonly DatasetSlice[]): string {
  const hashes = slices.map(({ slice, manifest }) => `${slice} ${manifest.sha256}\n`).sort();
  return createHash('sha256').update(hashes.join('')).digest('hex');
}

function schemaFacet(work: LineageWork, dataset: string): Record<string, unknown> {
  const fields = work.fields[dataset];
  return fields && fields.length > 0
    ? {
        schema: facet(work, 'SchemaDatasetFacet', {
          fields: fields.map(({ name, type }) => ({ name, type })),
        }),
      }
    : {};
}

function columnLineage(work: LineageWork, dataset: string): Record<string, unknown> {
  const origins = work.origins.filter((origin) => origin.dataset === dataset);
  const filters = work.filters.filter((filter) => filter.dataset === dataset);
  if (origins.length === 0 && filters.length === 0) return {};
  const columns = [...new Set(origins.map(({ column }) => column))].sort();
  return {
    columnLineage: facet(work, 'ColumnLineageDatasetFacet', {
      fields: Object.fromEntries(
        columns.map((column) => [
          column,
          {
            inputFields: origins
              .filter((origin) => origin.column === column)
              .flatMap((origin) => inputFields(work, origin)),
          },
        ]),
      ),
      ...(filters.length > 0
        ? {
            dataset: filters.flatMap(({ from, expression }) =>
              from.map(({ dataset: source, column }) => ({
                ...named(work, source),
                field: column,
                transformations: [{ type: 'INDIRECT', subtype: 'FILTER', description: expression }],
              })),
            ),
          }
        : {}),
    }),
  };
}

function inputFields(work: LineageWork, { from, how, identity }: ColumnOrigin): Record<string, unknown>[] {
  return from.map(({ dataset, column }) => ({
    ...named(work, dataset),
    field: column,
    transformations: [
      { type: 'DIRECT', subtype: identity ? 'IDENTITY' : 'TRANSFORMATION', description: how },
    ],
  }));
}

/** Judged checks of the source a raw dataset holds; told figures are none. */
function assertionsOf(checks: readonly CheckRow[], dataset: string): Record<string, unknown>[] {
  return checks
    .filter(({ asset, status }) => asset === dataset && status !== 'info')
    .map(({ type, entity, column, slice, status, severity, expected }) => ({
      assertion: [type, entity, slice, expected].filter((part) => part !== '').join(' '),
      success: status === 'pass',
      severity: severity === 'error' ? 'error' : 'warn',
      ...(column === '' ? {} : { column }),
    }));
}
