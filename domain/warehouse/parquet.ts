import { hashOf } from '../runtime/hashing.ts';
import type { StagedFile } from '../store/objects.ts';
import { quotedList, quotedString } from './quoting.ts';
import type { Warehouse } from './warehouse.ts';

/** `read_parquet([...])` over absolute paths; missing columns of older files read as null. */
export function readParquetSql(paths: readonly string[]): string {
  return `read_parquet(${quotedList(paths)}, union_by_name = true)`;
}

/** Rows of a full row group. */
export const rowGroupRows = 122_880;

/** Rows the engine works at once. */
export const vectorRows = 2048;

/**
 * Writes a query as one Parquet file: ZSTD, row groups of 122 880, in the query's own total order.
 *
 * Same rows in the same order give the same bytes at any thread count.
 * The query must end in `order by` a unique key.
 */
export async function writeParquet(
  warehouse: Warehouse,
  step: string,
  query: string,
  path: string,
): Promise<StagedFile> {
  return writeWith(warehouse, step, query, path, '');
}

/**
 * Writes a query as it runs, in the order its rows are read in: nothing is held but a few row groups.
 *
 * A column of more than a thousand values in a row group gets no dictionary: with ZSTD it is no larger for that, and
 * written in two thirds of the time. The caller sees to it that the row groups do not depend on threads.
 */
export async function streamParquet(
  warehouse: Warehouse,
  step: string,
  query: string,
  path: string,
): Promise<StagedFile> {
  return writeWith(warehouse, step, query, path, ', dictionary_size_limit 1000');
}

async function writeWith(
  warehouse: Warehouse,
  step: string,
  query: string,
  path: string,
  options: string,
): Promise<StagedFile> {
  const columns = await warehouse.rows(`${step}.describe`, `describe ${query}`);
  const rows = await warehouse.count(
    step,
    `copy (${query}) to ${quotedString(path)} (format parquet, compression zstd, row_group_size ${rowGroupRows}${options})`,
  );
  return {
    path,
    rows,
    schemaHash: schemaHashOf(columns.map((c) => [String(c.column_name), String(c.column_type)])),
  };
}

/** The schema hash of an artifact: sha256 over its column names and types, in order. */
export function schemaHashOf(columns: readonly (readonly [name: string, type: string])[]): string {
  return hashOf(columns);
}
