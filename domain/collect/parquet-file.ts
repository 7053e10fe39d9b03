import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { messageOf } from '../runtime/errors.ts';
import { rowGroupRows } from '../warehouse/parquet.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { refuseRepeated } from './column-names.ts';
import { fileRefusal } from './reject-log.ts';
import { type Column, fullGroupColumns, type Sandbox, type WrittenTable } from './sandbox.ts';

/** A Parquet file and what it becomes. */
export interface ParquetTask {
  readonly path: string;
  /** Value of `_file`. */
  readonly name: string;
  readonly out: string;
  /** Most columns. */
  readonly columns: number;
  /** Most bytes its pages may expand to. */
  readonly expandedBytes: number;
}

const rowNumber = 'file_row_number';

/**
 * Copies a Parquet file with its own column types, adding `_file` and `_line`, its row number from 1.
 *
 * @throws SourceError STK-COLLECT-MAGIC, STK-COLLECT-TRUNCATED, STK-COLLECT-DAMAGED, STK-COLLECT-COLUMNS, STK-COLLECT-HEADER,
 *   STK-COLLECT-BOMB: the file as a whole is refused
 */
export async function parseParquet(sandbox: Sandbox, task: ParquetTask): Promise<WrittenTable> {
  refuseMagic(task.path);
  return asRefusal(async () => {
    const file = quotedString(task.path);
    const columns = await sandbox.columns(`select * from read_parquet(${file})`);
    refuseColumns(columns, task.columns);
    const rows = await sandbox.number(`select num_rows from parquet_file_metadata(${file})`);
    const bytes = await sandbox.number(
      `select sum(bytes) from (
        select row_group_id, column_id, any_value(total_uncompressed_size) as bytes from parquet_metadata(${file}) group by all
      )`,
    );
    if (bytes > task.expandedBytes) {
      throw fileRefusal(
        'STK-COLLECT-BOMB',
        `expands to ${bytes} bytes; limits.expandedBytes allows ${task.expandedBytes}`,
      );
    }
    const isEven = await hasEvenGroups(sandbox, file, columns.length + 2);
    const writer = isEven && rows > rowGroupRows ? await sandbox.wide() : sandbox;
    const table = await writer.write(copySql(task, columns), task.out, [
      ...columns,
      ['_file', 'VARCHAR'],
      ['_line', 'BIGINT'],
    ]);
    if (table.rows === rows) return table;
    throw fileRefusal('STK-COLLECT-DAMAGED', `states ${rows} rows and holds ${table.rows}`);
  });
}

/** Whether its row groups become those of the copy one by one: then two threads write what one would. */
async function hasEvenGroups(sandbox: Sandbox, file: string, columns: number): Promise<boolean> {
  if (columns > fullGroupColumns) return false;
  const odd = await sandbox.number(
    `select count(*) from (
      select row_group_num_rows as n, row_group_id < max(row_group_id) over () as is_followed from parquet_metadata(${file})
    ) where is_followed and n <> ${rowGroupRows}`,
  );
  return odd === 0;
}

function copySql(task: ParquetTask, columns: readonly Column[]): string {
  const names = columns.map(([name]) => quotedIdentifier(name));
  return `select
  ${[...names, `${quotedString(task.name)} as _file`].join(',\n  ')},
  ${rowNumber} + 1 as _line
from read_parquet(${quotedString(task.path)}, ${rowNumber} = true)`;
}

function refuseColumns(columns: readonly Column[], most: number): void {
  if (columns.length > most) {
    throw fileRefusal('STK-COLLECT-COLUMNS', `has ${columns.length} columns; limits.columns allows ${most}`);
  }
  refuseRepeated([...columns.map(([name]) => name), rowNumber]);
}

function refuseMagic(path: string): void {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const marks = Buffer.alloc(8);
    readSync(file, marks, 0, 4, 0);
    readSync(file, marks, 4, 4, Math.max(0, size - 4));
    if (marks.toString('latin1', 0, 4) !== 'PAR1') {
      throw fileRefusal('STK-COLLECT-MAGIC', 'does not begin as a Parquet file does; expected PAR1');
    }
    if (size < 12 || marks.toString('latin1', 4, 8) !== 'PAR1') {
      throw fileRefusal('STK-COLLECT-TRUNCATED', 'the Parquet file ends too early; deliver the whole file');
    }
  } finally {
    closeSync(file);
  }
}

/** What the engine cannot read is the file's fault, unless memory or disk gave out. */
async function asRefusal<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const kind = /^([A-Z][A-Za-z ]+) Error:/.exec(messageOf(error))?.[1];
    const ownFault =
      kind === undefined || ['Out of Memory', 'IO', 'Internal', 'FATAL', 'Permission'].includes(kind);
    if (ownFault) throw error;
    throw fileRefusal('STK-COLLECT-DAMAGED', `the Parquet reader refuses it (${kind} error)`, error);
  }
}
