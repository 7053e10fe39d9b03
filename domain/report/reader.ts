import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import type { Row, Warehouse } from '../warehouse/warehouse.ts';

/** Rows of a query over one dataset; none where the dataset has no file. The query gets the relation to select from. */
export type Reader = (dataset: string, query: (relation: string) => string) => Promise<Row[]>;

/** Opens datasets for reading. @throws ArtifactError STK-ARTIFACT-CHECKSUM, STK-ARTIFACT-MISSING */
export function createReader(
  store: Store,
  warehouse: Warehouse,
  datasets: Readonly<Record<string, readonly DatasetSlice[]>>,
): Reader {
  return async (dataset, query) => {
    const files = (datasets[dataset] ?? []).flatMap((slice) => slice.files);
    const paths = await store.objects.openAll(files);
    return paths.length === 0 ? [] : warehouse.rows(`report.${dataset}`, query(readParquetSql(paths)));
  };
}

/** A value as text; nothing is the empty text. */
export function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

/** A list of texts, whether the engine gives it as a list or as JSON. */
export function textsOf(value: unknown): string[] {
  return listOf(value).map(textOf);
}

/** A list, whether the engine gives it as a list or as JSON; nothing is the empty list. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const parsed: unknown = typeof value === 'string' && value !== '' ? JSON.parse(value) : [];
  return Array.isArray(parsed) ? parsed : [];
}

/** A member of a struct, or undefined. */
export function memberOf(struct: unknown, name: string): unknown {
  return typeof struct === 'object' && struct !== null && name in struct
    ? (struct as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
