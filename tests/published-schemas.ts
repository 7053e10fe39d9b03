import { readFile } from 'node:fs/promises';
import Ajv, { type ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { RunEvent } from '../domain/catalog/open-lineage.ts';

/** Finds what is wrong with a document; empty where it holds to the schema. */
export type Finder = (document: unknown) => string[];

/** The published profile of Data Package 2.0. */
export async function dataPackageFinder(): Promise<Finder> {
  const ajv = addFormats.default(new Ajv.Ajv({ strict: false, allErrors: true }));
  ajv.addFormat('textarea', true);
  return finder(ajv.compile((await schemas('datapackage-2.0.json')) as object));
}

/** Bodies of OpenMetadata's `PUT /v1/tables` and `PUT /v1/tables/{id}/tableProfile`, as of its specification 1.4.0. */
export async function openMetadataFinders(): Promise<{ readonly table: Finder; readonly profile: Finder }> {
  const ajv = addFormats.default(new Ajv.Ajv({ strict: false, allErrors: true }));
  ajv.addFormat('utc-millisec', true);
  ajv.addSchema((await schemas('openmetadata-1.4.0.json')) as object[]);
  const of = (name: string): Finder => {
    const validate = ajv.getSchema(`https://open-metadata.org/schema/api/data/${name}.json`);
    if (!validate) throw new Error(`there is no schema ${name}`);
    return finder(validate);
  };
  return { table: of('createTable'), profile: of('createTableProfile') };
}

/** What OpenLineage's schemas say to an event, and which facet schemas it names that are not carried here. */
export interface LineageFindings {
  readonly errors: readonly string[];
  readonly unknownFacets: readonly string[];
}

/** OpenLineage 2-0-2: the event by the core schema, every facet by the very version it names. */
export async function openLineageFinder(): Promise<(event: RunEvent) => LineageFindings> {
  const ajv = addFormats.default(new Ajv2020.Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema((await schemas('openlineage-2-0-2.json')) as object[]);
  return (event) => {
    const errors = validated(ajv, event.schemaURL, event) ?? [`no schema ${event.schemaURL}`];
    const unknownFacets: string[] = [];
    for (const [name, facet] of facetsOf(event)) {
      const url = String(facet._schemaURL);
      const found = validated(ajv, url, facet);
      if (found) errors.push(...found.map((error) => `${name}: ${error}`));
      else unknownFacets.push(url);
    }
    return { errors, unknownFacets };
  };
}

type Facet = readonly [name: string, facet: Readonly<Record<string, unknown>>];

function facetsOf({ run, job, inputs, outputs }: RunEvent): Facet[] {
  const groups = [
    run.facets,
    job.facets,
    ...[...inputs, ...outputs].flatMap(({ facets, inputFacets, outputFacets }) => [
      facets,
      inputFacets ?? {},
      outputFacets ?? {},
    ]),
  ];
  return groups.flatMap((group) => Object.entries(group) as Facet[]);
}

function validated(ajv: Ajv.Ajv, url: string, document: unknown): string[] | undefined {
  const validate = ajv.getSchema(url);
  return validate ? finder(validate)(document) : undefined;
}

function finder(validate: ValidateFunction): Finder {
  return (document) => {
    validate(document);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

async function schemas(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`schemas/${name}`, import.meta.url), 'utf8'));
}
