import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TextColumn, TextTable } from '../domain/repair/text-table.ts';
import { CliError, messageOf, PlatformError } from '../domain/runtime/errors.ts';
import { quotedIdentifier, quotedString } from '../domain/warehouse/quoting.ts';
import { openWarehouse, type Warehouse } from '../domain/warehouse/warehouse.ts';

const dialect =
  "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', comment = '', skip = 0, " +
  'max_line_size = 10000000, null_padding = false, parallel = false';
const encodings = ['utf-8', 'latin-1'] as const;
const chunkRows = 50_000;

/**
 * Reads CSV files with a header (commas, quotes doubled) as raw strings, rows in file order, all in one encoding: UTF-8,
 * or Latin-1 where one of them is no UTF-8.
 *
 * Nothing is trimmed; an empty cell, quoted or not, is the empty string.
 *
 * @throws CliError STK-CLI-FILE where there is no such file or it is no such CSV
 */
export async function readTextTables(paths: readonly string[]): Promise<TextTable[]> {
  for (const path of paths) await requireFile(path);
  const tempDir = await mkdtemp(join(tmpdir(), 'stocktake-table-'));
  const warehouse = await openWarehouse({ threads: 1, memoryMb: 1024, tempDir });
  try {
    const [first, second] = encodings;
    return await readAll(warehouse, paths, first).catch((error: unknown) => {
      if (!isNoUtf8(error)) throw error;
      return readAll(warehouse, paths, second);
    });
  } finally {
    warehouse.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}

function isNoUtf8(error: unknown): boolean {
  return error instanceof CliError && /unicode|utf-?8/i.test(messageOf(error.cause));
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(`There is no file ${path}; give the path of a CSV file with a header`, cause);
  });
  if (!found.isFile() || found.size === 0) {
    throw unreadable(`${path} is empty or no file; give a CSV file with a header`);
  }
}

async function readAll(
  warehouse: Warehouse,
  paths: readonly string[],
  encoding: string,
): Promise<TextTable[]> {
  const tables: TextTable[] = [];
  for (const path of paths) {
    const table = await readColumns(warehouse, path, encoding).catch((cause: unknown) => {
      if (cause instanceof PlatformError) throw cause;
      const [reason] = messageOf(cause).split('\n');
      throw unreadable(`${path} cannot be read as CSV with a header (commas, quotes): ${reason}`, cause);
    });
    tables.push(table);
  }
  return tables;
}

async function readColumns(warehouse: Warehouse, path: string, encoding: string): Promise<TextTable> {
  const source = `read_csv(${quotedString(path)}, ${dialect}, encoding = ${quotedString(encoding)})`;
  await warehouse.run('table.read', `create or replace table cells as from ${source}`);
  const described = await warehouse.rows('table.describe', 'describe cells');
  const rows = await warehouse.count('table.count', 'select count(*) from cells');
  const columns: TextColumn[] = [];
  for (const { column_name: name } of described) {
    columns.push(await readColumn(warehouse, String(name), rows));
  }
  return { columns };
}

async function readColumn(warehouse: Warehouse, name: string, rows: number): Promise<TextColumn> {
  const values: string[] = [];
  for (let from = 0; from < rows; from += chunkRows) {
    const chunk = await warehouse.rows(
      'table.column',
      `select coalesce(${quotedIdentifier(name)}, '') as text from cells where rowid >= ${from} and rowid < ${from + chunkRows} order by rowid`,
    );
    for (const { text } of chunk) values.push(String(text));
  }
  return { name, values };
}

function unreadable(message: string, cause?: unknown): CliError {
  return new CliError(message, { code: 'STK-CLI-FILE', exitCode: 2, cause });
}
