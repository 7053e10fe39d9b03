import type { FilesSource } from '../../schemas/source.ts';
import { refuseRepeated, reservedNames } from './column-names.ts';
import { quoteRecord } from './csv-fields.ts';
import { cleanedCsvSql, csvColumns } from './csv-sql.ts';
import { distinctNames } from './guess-header.ts';
import { createLineWriter } from './line-writer.ts';
import { fileRefusal, type RejectLog } from './reject-log.ts';
import type { Sandbox, WrittenTable } from './sandbox.ts';
import { longMessage } from './text-lines.ts';
import { type SheetGuess, type SheetRange, sheetRange } from './xlsx-range.ts';
import { type SheetRow, walkSheet } from './xlsx-sheet.ts';
import { readWorkbook, type Sheet, type Workbook } from './xlsx-workbook.ts';
import type { ZipMember } from './zip-members.ts';

/** A workbook and what one sheet of it becomes. */
export interface XlsxTask {
  readonly members: readonly ZipMember[];
  /** Value of `_file`. */
  readonly name: string;
  /** Parquet file to write. */
  readonly out: string;
  /** Scratch file for a copy of the rows. */
  readonly cleaned: string;
  readonly csv: FilesSource['csv'];
  /** The sheet's name, or its place from 1. Default: the first visible one that has rows. */
  readonly sheet?: string | number | undefined;
  /** Whether the header may be guessed, and names that occur twice be numbered. */
  readonly guess: boolean;
  readonly recordBytes: number;
  /** Most columns. */
  readonly columns: number;
}

/** What became of a workbook. */
export interface XlsxResult {
  readonly table: WrittenTable;
  readonly guess: SheetGuess;
  /** Rows above the table. */
  readonly passedLines: number;
}

/**
 * Parses a sheet of a workbook, the one named or the first visible one that has rows, into Parquet: every column as text, `_file`, and `_line`, the
 * row's number in the sheet. Rows with cells beyond the table, and too long ones, go to the log. Rows without a value are none.
 *
 * @throws SourceError STK-COLLECT-DAMAGED, STK-COLLECT-HEADER, STK-COLLECT-COLUMNS, STK-COLLECT-BOMB: the file as a whole is
 *   refused
 */
export async function parseXlsx(sandbox: Sandbox, task: XlsxTask, rejects: RejectLog): Promise<XlsxResult> {
  const workbook = readWorkbook(task.members);
  const { sheet, range } = chosenSheet(workbook, task);
  const columns = columnNames(task, range);
  const { records, passedLines } = writeRows(task, workbook, sheet, range, rejects);
  const { name, recordBytes } = task;
  const sql = cleanedCsvSql({ path: task.cleaned, name, columns, delimiter: ',', recordBytes });
  const table = await sandbox.write(sql, task.out, csvColumns(columns));
  if (table.rows !== records)
    throw new Error(`DuckDB read ${table.rows} rows of the ${records} that were written`);
  const others = workbook.sheets.filter((other) => other !== sheet).map((other) => other.name);
  const { header, headerBecause } = range;
  return { table, guess: { sheet: sheet.name, otherSheets: others, header, headerBecause }, passedLines };
}

function chosenSheet(workbook: Workbook, task: XlsxTask): { sheet: Sheet; range: SheetRange } {
  const visible = workbook.sheets.filter(({ hidden }) => !hidden);
  const wanted = workbook.sheets.filter(({ name }, at) => name === task.sheet || at + 1 === task.sheet);
  const sheets = task.sheet !== undefined ? wanted : visible.length > 0 ? visible : workbook.sheets;
  if (sheets.length === 0) {
    const names = workbook.sheets.slice(0, 10).map(({ name }) => name);
    throw fileRefusal(
      'STK-COLLECT-SHEET',
      `the workbook has no sheet ${JSON.stringify(task.sheet)}; it has ${names.join(', ')}`,
    );
  }
  const stated = task.guess ? undefined : task.csv.header;
  let first: { sheet: Sheet; range: SheetRange } | undefined;
  for (const sheet of sheets) {
    const found = { sheet, range: sheetRange(sheet.path, workbook, stated) };
    if (found.range.right >= found.range.left) return found;
    first ??= found;
  }
  return first as { sheet: Sheet; range: SheetRange };
}

function columnNames(
  { csv, columns: most, guess }: XlsxTask,
  { left, right, names, header }: SheetRange,
): string[] {
  const width = Math.max(0, right - left + 1);
  if (width > most) {
    throw fileRefusal('STK-COLLECT-COLUMNS', `has ${width} columns; limits.columns allows ${most}`);
  }
  if (csv.columns) {
    if (csv.columns.length !== width) {
      throw fileRefusal(
        'STK-COLLECT-HEADER',
        `the sheet has ${width} columns; csv.columns names ${csv.columns.length}`,
      );
    }
    return refuseRepeated([...csv.columns]);
  }
  const given = Array.from({ length: width }, (_, index) => (header ? (names[index]?.trim() ?? '') : ''));
  if (guess) return distinctNames(given, reservedNames);
  return refuseRepeated(given.map((name, index) => name || `column_${index + 1}`));
}

function writeRows(
  task: XlsxTask,
  workbook: Workbook,
  sheet: Sheet,
  range: SheetRange,
  rejects: RejectLog,
): { records: number; passedLines: number } {
  const writer = createLineWriter(task.cleaned);
  const counts = { records: 0, passedLines: 0 };
  const { left, right, firstRow } = range;
  const width = right - left + 1;
  const take = ({ number, cells }: SheetRow): void => {
    if (number < firstRow) {
      counts.passedLines++;
      return;
    }
    const values = Array.from({ length: width }, (_, index) => cells[left + index] ?? '');
    const beyond = cells.findIndex((cell, column) => cell !== '' && (column < left || column > right));
    const record = quoteRecord(values, ',');
    const bytes = Buffer.byteLength(record);
    const raw = (): string => cells.join('\t');
    if (beyond >= 0) {
      const message = `has a value in column ${beyond + 1}; the table has columns ${left + 1} to ${right + 1}`;
      rejects.add({ line: number, reason: 'STK-COLLECT-COLUMNS', message, raw: raw(), rows: 1 });
    } else if (bytes > task.recordBytes) {
      const message = longMessage(bytes, task.recordBytes);
      rejects.add({ line: number, reason: 'STK-COLLECT-LONG', message, raw: raw(), rows: 1 });
    } else if (record.includes('\0')) {
      const message = 'holds a NUL character; expected text';
      rejects.add({ line: number, reason: 'STK-COLLECT-NUL', message, raw: raw(), rows: 1 });
    } else {
      writer.text(`${number},${record}\n`);
      counts.records++;
    }
  };
  try {
    walkSheet(sheet.path, workbook, take);
    return counts;
  } finally {
    writer.close();
  }
}
