import { writeFile } from 'node:fs/promises';
import type { Catalog, CatalogAsset, Field } from '../domain/catalog/catalog.ts';
import { catalogCsv } from '../domain/catalog/catalog-csv.ts';
import { croissant } from '../domain/catalog/croissant.ts';
import { dataPackage } from '../domain/catalog/data-package.ts';
import { dcat } from '../domain/catalog/dcat.ts';
import { openMetadata } from '../domain/catalog/open-metadata.ts';
import { CliError, messageOf } from '../domain/runtime/errors.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import type { Store } from '../domain/store/store.ts';
import type { Warehouse } from '../domain/warehouse/warehouse.ts';
import type { DatasetSlice, Snapshot } from '../schemas/artifact.ts';
import type { AssetRow, Stocktaking } from '../schemas/inventory.ts';
import type { GlobalOptions } from './options.ts';
import { findSnapshot, stocktakingOf } from './read-stocktaking.ts';
import { describeFiles, withWarehouse } from './read-table.ts';
import { openReading, type Reading } from './session.ts';

/** Flags of `stocktake catalog export`. */
export interface CatalogExportOptions {
  readonly format: CatalogFormat;
  readonly snapshot: string;
  readonly out?: string;
}

/** Formats a catalogue is exported in. */
export type CatalogFormat = 'datapackage' | 'croissant' | 'dcat' | 'openmetadata' | 'csv';

/** `stocktake catalog export`: what a snapshot holds, in the words of other catalogues; to stdout or a file. */
export async function exportCatalog(options: CatalogExportOptions, globals: GlobalOptions): Promise<number> {
  const reading = await openReading(globals);
  const snapshot = await findSnapshot(reading.store, options.snapshot);
  const text = textOf(options.format, await catalogOf(reading, snapshot));
  await deliver(reading, text, options.out);
  return 0;
}

/** Writes a document to a file, or to stdout. @throws CliError STK-CLI-OUT (exit 2) */
export async function deliver({ out }: Reading, text: string, path: string | undefined): Promise<void> {
  if (path === undefined) {
    out.data(text.trimEnd());
    return;
  }
  await writeFile(path, text).catch((cause: unknown) => {
    throw new CliError(`Cannot write ${path}: ${messageOf(cause)}; name a file in a folder that is there`, {
      code: 'STK-CLI-OUT',
      exitCode: 2,
      cause,
    });
  });
  out.note(`Wrote ${path}`);
}

function textOf(format: CatalogFormat, catalog: Catalog): string {
  if (format === 'csv') return catalogCsv(catalog);
  const documents = { datapackage: dataPackage, croissant, dcat, openmetadata: openMetadata };
  return `${JSON.stringify(documents[format](catalog), null, 2)}\n`;
}

async function catalogOf({ project, store }: Reading, snapshot: Snapshot): Promise<Catalog> {
  const stock = await stocktakingOf(store, snapshot);
  const assets = await withWarehouse(async (warehouse) => {
    const found: CatalogAsset[] = [];
    for (const row of stock.assets) {
      const nullValues = project.config.sources[row.source]?.nullValues ?? [];
      found.push(await assetOf(store, warehouse, snapshot, stock, row, nullValues));
    }
    return found;
  });
  return {
    project: project.config.project,
    snapshot: snapshot.number,
    dataDate: snapshot.dataDate,
    contentHash: snapshot.contentHash,
    assets,
    checks: stock.checks,
  };
}

async function assetOf(
  store: Store,
  warehouse: Warehouse,
  snapshot: Snapshot,
  stock: Stocktaking,
  row: AssetRow,
  nullValues: readonly string[],
): Promise<CatalogAsset> {
  const slices = await slicesOf(store.objects, snapshot, row.asset);
  return {
    row,
    files: slices.flatMap((slice) => slice.files),
    fields: await fieldsOf(store, warehouse, slices),
    columns: stock.columns.filter(({ asset }) => asset === row.asset),
    nullValues,
  };
}

/** Columns of all files together, provenance last. */
async function fieldsOf(
  store: Store,
  warehouse: Warehouse,
  slices: readonly DatasetSlice[],
): Promise<Field[]> {
  const fields = await describeFiles(store, warehouse, slices);
  const own = (field: Field): boolean => !field.name.startsWith('_');
  return [...fields.filter(own), ...fields.filter((field) => !own(field))];
}
