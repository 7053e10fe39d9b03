import type { Source } from '../../schemas/config.ts';
import { quotedIdentifier, quotedList, quotedString } from '../warehouse/quoting.ts';
import { openWindow } from './byte-window.ts';
import { type Dialect, isPlain } from './csv-dialect.ts';
import { quoteRecord } from './csv-fields.ts';
import { type CsvHeader, readHeader } from './csv-header.ts';
import { type RecordCounts, type RecordVisitor, walkRecords } from './csv-records.ts';
import type { RecordShape } from './csv-scanner.ts';
import { createLineWriter } from './line-writer.ts';
import { createRecordReader, type RecordReader } from './record-reader.ts';
import type { RejectLog } from './reject-log.ts';
import type { Column, Sandbox, WrittenTable } from './sandbox.ts';

/** A CSV text in UTF-8 and what it becomes. */
export interface CsvTask {
  readonly path: string;
  /** Value of `_file`. */
  readonly name: string;
  /** Parquet file to write. */
  readonly out: string;
  /** Scratch file for a cleaned copy. */
  readonly cleaned: string;
  readonly csv: Source['csv'];
  readonly dialect: Dialect;
  readonly recordBytes: number;
  /** Most columns. */
  readonly columns: number;
}

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
 * copy of the accepted records with their line numbers. Either way the number of rows must be the scanner's.
 *
 * @throws SourceError (see `readHeader`) when the file as a whole is refused
 */
export async function parseCsv(sandbox: Sandbox, task: CsvTask, rejects: RejectLog): Promise<CsvResult> {
  const survey = isPlain(task.dialect) ? surveyCsv(task) : undefined;
  const plain = survey?.regular ? await readPlain(sandbox, task, survey) : undefined;
  if (plain) return { table: plain, rejected: 0, blankLines: 0, passedLines: 0 };
  const { header, counts } = writeCleaned(task, rejects);
  const table = await sandbox.write(readCleanedSql(task, header), task.out, columnsOf(header));
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

/** The table of a regular file, or undefined where DuckDB sees something else in it than the scanner did. */
async function readPlain(sandbox: Sandbox, task: CsvTask, survey: Survey): Promise<WrittenTable | undefined> {
  try {
    const sql = readPlainSql(task, survey.header, survey.ending === 'crlf' ? '\\r\\n' : '\\n');
    const table = await sandbox.write(sql, task.out, columnsOf(survey.header));
    return table.rows === survey.counts.records ? table : undefined;
  } catch {
    // The cleaned copy is tried instead; a fault of memory or disk shows again there.
    return undefined;
  }
}

function writeCleaned(task: CsvTask, rejects: RejectLog): { header: CsvHeader; counts: RecordCounts } {
  rejects.reset();
  const writer = createLineWriter(task.cleaned);
  const delimiter = cleanDelimiter(task);
  const plain = isPlain(task.dialect);
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

/** What separates the fields of a cleaned copy. */
function cleanDelimiter({ dialect }: CsvTask): string {
  return isPlain(dialect) ? dialect.delimiter : ',';
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

function columnsOf({ columns }: CsvHeader): Column[] {
  return [...columns.map((name): Column => [name, 'VARCHAR']), ['_file', 'VARCHAR'], ['_line', 'BIGINT']];
}

function readPlainSql(task: CsvTask, header: CsvHeader, newline: string): string {
  const skipped = header.firstLine - 1;
  return `select
  ${[...header.columns.map(quotedIdentifier), `${quotedString(task.name)} as _file`].join(',\n  ')},
  row_number() over () + ${skipped} as _line
from ${readCsvSql(task, { path: task.path, columns: header.columns, texts: header.columns, header: skipped > 0, newline })}`;
}

function readCleanedSql(task: CsvTask, header: CsvHeader): string {
  return `select
  ${[...header.columns.map(quotedIdentifier), `${quotedString(task.name)} as _file`].join(',\n  ')},
  cast(_line as bigint) as _line
from ${readCsvSql(task, { path: task.cleaned, columns: ['_line', ...header.columns], texts: header.columns, header: false, newline: '\\n' })}`;
}

interface ReadCsv {
  readonly path: string;
  readonly columns: readonly string[];
  /** The columns whose empty texts stay empty texts. */
  readonly texts: readonly string[];
  readonly header: boolean;
  /** As DuckDB spells it; it would take the first line end for it, also one inside quotes. */
  readonly newline: string;
}

function readCsvSql(task: CsvTask, { path, columns, texts, header, newline }: ReadCsv): string {
  // A cleaned record may have every quote doubled, and its line number before it.
  const longest = 2 * task.recordBytes + 3 * columns.length + 100;
  return `read_csv(
  ${quotedString(path)},
  auto_detect = false,
  header = ${header},
  new_line = '${newline}',
  delim = ${quotedString(cleanDelimiter(task))},
  quote = '"',
  escape = '"',
  comment = '',
  columns = {${columns.map((name) => `${quotedString(name)}: 'VARCHAR'`).join(', ')}},
  force_not_null = ${quotedList(texts)},
  strict_mode = true,
  parallel = false,
  max_line_size = ${longest},
  buffer_size = ${Math.max(2 * longest, 1 << 23)}
)`;
}
