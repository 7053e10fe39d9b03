import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TextColumn, TextTable } from '../domain/repair/text-table.ts';
import { CliError, messageOf } from '../domain/runtime/errors.ts';
import { quotedIdentifier, quotedString } from '../domain/warehouse/quoting.ts';
import { openWarehouse, type Warehouse } from '../domain/warehouse/warehouse.ts';

const dialect =
  "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', encoding = 'utf-8', " +
  'max_line_size = 10000000, null_padding = false, parallel = false';
const chunkRows = 50_000;

/**
 * Reads a CSV file with a header (UTF-8, commas, quotes doubled) as raw strings, rows in file order.
 *
 * Nothing is trimmed; an empty cell, quoted or not, is the empty string.
 *
 * @throws CliError STK-CLI-FILE where there is no such file or it is no such CSV
 */
export async function readTextTable(path: string): Promise<TextTable> {
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    (cause: unknown) => {
      throw unreadable(`There is no file ${path}; give the path of a CSV file with a header`, cause);
    },
  );
  if (size === 0) throw unreadable(`${path} is empty or no file; give a CSV file with a header`);
  const tempDir = await mkdtemp(join(tmpdir(), 'stocktake-table-'));
  const warehouse = await openWarehouse({ threads: 1, memoryMb: 1024, tempDir });
  try {
    return await readColumns(warehouse, path);
  } catch (cause) {
    throw unreadable(
      `${path} cannot be read as CSV with a header (UTF-8, commas, quotes): ${messageOf(cause).split('\n')[0]}`,
      cause,
    );
  } finally {
    warehouse.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}

async function readColumns(warehouse: Warehouse, path: string): Promise<TextTable> {
  await warehouse.run('table.read', `create table cells as from read_csv(${quotedString(path)}, ${dialect})`);
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
