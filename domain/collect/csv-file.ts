import { rmSync, statSync } from 'node:fs';
import type { FilesSource } from '../../schemas/source.ts';
import { openWindow } from './byte-window.ts';
import { type Dialect, isPlain } from './csv-dialect.ts';
import { quoteRecord } from './csv-fields.ts';
import { type CsvHeader, readHeader } from './csv-header.ts';
import { type RecordCounts, type RecordVisitor, walkRecords } from './csv-records.ts';
import type { RecordShape } from './csv-scanner.ts';
import { type CsvSql, cleanedCsvSql, csvColumns, plainCsvSql } from './csv-sql.ts';
import { createLineWriter } from './line-writer.ts';
import { createRecordReader, type RecordReader } from './record-reader.ts';
import type { RejectLog } from './reject-log.ts';
import type { Sandbox, WrittenTable } from './sandbox.ts';

/** A CSV text in UTF-8 and what it becomes. */
export interface CsvTask {
  readonly path: string;
  /** Value of `_file`. */
  readonly name: string;
  /** Parquet file to write. */
  readonly out: string;
  /** Scratch file for a cleaned copy. */
  readonly cleaned: string;
  readonly csv: FilesSource['csv'];
  readonly dialect: Dialect;
  readonly recordBytes: number;
  /** Most columns. */
  readonly columns: number;
}

/** What separates the fields of a cleaned copy where the text itself is no RFC 4180. */
const cleanDelimiter = ',';

/** What became of a text: its table and where its lines went. */
export interface CsvResult {
  readonly table: WrittenTable;
  readonly rejected: number;
  readonly blankLines: number;
  /** Lines that the dialect passes over: comments, and what stands above the header. */
  readonly passedLines: number;
}

/**
 * Parses a CSV text into Parquet: every column as text exactly as received, `_file`, and `_line`, the physical line (from
 * 1) a record starts on. What is kept out goes to the log.
 *
 * The scanner decides what a record is. A file without any irregularity is read by DuckDB as it lies; else DuckDB reads a
 * copy of the accepted records with their line numbers. Either way the number of rows must be the scanner's. A large file
 * is read while it is scanned; the first irregularity ends that.
 *
 * @throws SourceError (see `readHeader`) when the file as a whole is refused
 */
export async function parseCsv(sandbox: Sandbox, task: CsvTask, rejects: RejectLog): Promise<CsvResult> {
  const plain = isPlain(task.dialect) ? await parsePlain(sandbox, task) : undefined;
  if (plain) return { table: plain, rejected: 0, blankLines: 0, passedLines: 0 };
  const { header, counts } = writeCleaned(task, rejects);
  const table = await sandbox.write(
    cleanedCsvSql(csvSqlOf(task, task.cleaned, header)),
    task.out,
    csvColumns(header.columns),
  );
  if (table.rows !== counts.records) {
    throw new Error(`DuckDB read ${table.rows} rows of the ${counts.records} the scanner found`);
  }
  return {
    table,
    rejected: counts.rejected,
    blankLines: header.blankLines + counts.blankLines,
    passedLines: header.passedLines + counts.commentLines,
  };
}

/** Bytes from which a file is read while it is scanned. */
const largeBytes = 1 << 23;

/** The table of a file without irregularity; undefined where it has one. */
async function parsePlain(sandbox: Sandbox, task: CsvTask): Promise<WrittenTable | undefined> {
  const early = startPlain(sandbox, task);
  let table: WrittenTable | undefined;
  try {
    const survey = surveyCsv(task);
    if (survey.regular) table = early ? await early.table : await readPlain(sandbox, task, survey);
    if (table?.rows !== survey.counts.records) table = undefined;
    return table;
  } finally {
    if (!table) await early?.drop();
  }
}

/** A reading that goes on beside the scan: the engine has threads of its own. */
interface EarlyReading {
  readonly table: Promise<WrittenTable | undefined>;
  drop(): Promise<void>;
}

/** Starts reading a large file whose header tells how its lines end; the scan will say whether that was right. */
function startPlain(sandbox: Sandbox, task: CsvTask): EarlyReading | undefined {
  if (statSync(task.path).size < largeBytes) return undefined;
  const header = headerOf(task);
  if (!header.plain || header.ending === 'file') return undefined;
  const table = readPlain(sandbox, task, { header, ending: header.ending });
  return {
    table,
    async drop() {
      // Once is not enough: a statement that has not begun does not notice.
      const timer = setInterval(() => sandbox.interrupt(), 20);
      await table.finally(() => clearInterval(timer));
      rmSync(task.out, { force: true });
    },
  };
}

interface Survey {
  readonly header: CsvHeader;
  readonly counts: RecordCounts;
  /** Whether another reader of CSV is sure to see the same. */
  readonly regular: boolean;
  /** How its lines end. */
  readonly ending: RecordShape['ending'];
}

/** Reads until the first irregularity: a reject, a record over several lines, a blank line, another line end. */
function surveyCsv(task: CsvTask): Survey {
  let line = 0;
  let regular = true;
  let ending: RecordShape['ending'] = 'file';
  const { header, counts } = walkFile(task, (header) => {
    line = header.firstLine;
    ending = header.ending;
    regular = header.plain;
    return {
      reject: () => false,
      record(_bytes, _start, at, shape) {
        if (ending === 'file') ending = shape.ending;
        const alike = shape.ending === ending || shape.ending === 'file';
        regular &&= alike && at === line++ && shape.innerLines === 0 && !shape.literal;
        return regular;
      },
    };
  });
  const others = counts.rejected + counts.blankLines + counts.commentLines;
  return { header, counts, regular: regular && others === 0, ending };
}

/** The table of a regular file, or undefined where DuckDB cannot read it as one. */
async function readPlain(
  sandbox: Sandbox,
  task: CsvTask,
  { header, ending }: Pick<Survey, 'header' | 'ending'>,
): Promise<WrittenTable | undefined> {
  try {
    const newline = ending === 'crlf' ? '\\r\\n' : '\\n';
    const sql = plainCsvSql(csvSqlOf(task, task.path, header), header.firstLine - 1, newline);
    return await sandbox.write(sql, task.out, csvColumns(header.columns));
  } catch {
    // The cleaned copy is tried instead; a fault of memory or disk shows again there.
    return undefined;
  }
}

function writeCleaned(task: CsvTask, rejects: RejectLog): { header: CsvHeader; counts: RecordCounts } {
  rejects.reset();
  const writer = createLineWriter(task.cleaned);
  const plain = isPlain(task.dialect);
  const delimiter = plain ? task.dialect.delimiter : cleanDelimiter;
  try {
    return walkFile(task, ({ newline }, reader) => ({
      reject(reason, line, raw, message) {
        rejects.add({ line, reason, message, raw, rows: 1 });
        return true;
      },
      record(bytes, start, line, shape) {
        writer.text(`${line}${delimiter}`);
        if (shape.literal || newline !== 0x0a || !plain) {
          writer.text(quoteRecord(reader.split(bytes, start, shape.end), delimiter));
        } else writer.bytes(bytes, start, shape.end);
        writer.text('\n');
        return true;
      },
    }));
  } finally {
    writer.close();
  }
}

function headerOf(task: CsvTask): CsvHeader {
  const window = openWindow(task.path);
  try {
    return readHeader(window, task);
  } finally {
    window.close();
  }
}

function walkFile(
  task: CsvTask,
  visitorFor: (header: CsvHeader, reader: RecordReader) => RecordVisitor,
): { header: CsvHeader; counts: RecordCounts } {
  const window = openWindow(task.path);
  try {
    const header = readHeader(window, task);
    const { newline, columns } = header;
    const { recordBytes, dialect } = task;
    const reader = createRecordReader(dialect, { newline, recordBytes }, columns.length);
    const comment = dialect.comment === '' ? -1 : dialect.comment.charCodeAt(0);
    const rules = { scan: reader.scan, newline, recordBytes, fields: columns.length, comment };
    return { header, counts: walkRecords(window, rules, header.firstLine, visitorFor(header, reader)) };
  } finally {
    window.close();
  }
}

function csvSqlOf({ name, recordBytes, dialect }: CsvTask, path: string, { columns }: CsvHeader): CsvSql {
  const delimiter = isPlain(dialect) ? dialect.delimiter : cleanDelimiter;
  return { path, name, columns, delimiter, recordBytes };
}
