import type { FilesSource } from '../../schemas/source.ts';
import type { ByteWindow } from './byte-window.ts';
import { refuseRepeated } from './column-names.ts';
import type { Dialect } from './csv-dialect.ts';
import { cr, lf, quoteByte, type RecordShape } from './csv-scanner.ts';
import { createRecordReader, type RecordReader } from './record-reader.ts';
import { fileRefusal } from './reject-log.ts';
import { createTextCheck, takeLine } from './text-lines.ts';

/** How a CSV file begins. The window stands before its first data record. */
export interface CsvHeader {
  /** Column names, at least one; empty where the file has no line at all. */
  readonly columns: readonly string[];
  readonly newline: number;
  /** Physical line the data begins on, from 1. */
  readonly firstLine: number;
  /** Blank lines before the header. */
  readonly blankLines: number;
  /** Lines before the header that the dialect passes over, comments among them. */
  readonly passedLines: number;
  /** Whether another reader, told to skip one header line, sees the same data. */
  readonly plain: boolean;
  /** How the header line ends; `file` where nothing follows or nothing was read. */
  readonly ending: RecordShape['ending'];
}

/** What reading a header needs to know of the source. */
export interface HeaderRules {
  readonly csv: FilesSource['csv'];
  readonly dialect: Dialect;
  readonly recordBytes: number;
  /** Most columns a file may have. */
  readonly columns: number;
}

const commonDelimiters: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};

/**
 * Reads the header of a CSV file: byte order mark and blank lines skipped, names trimmed, empty ones called `column_<n>`.
 *
 * Without a header line (`csv.header: false`) the names are `csv.columns`, or `column_<n>` for the fields of the first
 * record; with one, `csv.columns` renames. Names that differ only in ASCII case are one name, as in SQL.
 *
 * @throws SourceError STK-COLLECT-HEADER for repeated or reserved names, STK-COLLECT-DELIMITER where another common
 *   delimiter is used, STK-COLLECT-COLUMNS for too many columns, STK-COLLECT-NUL and STK-COLLECT-ENCODING for bytes that are
 *   no text: the file as a whole is refused
 */
export function readHeader(window: ByteWindow, rules: HeaderRules): CsvHeader {
  window.more();
  const { bytes, end } = window;
  const marked = end >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf;
  if (marked) window.start = 3;
  const newline = bytes.subarray(0, end).includes(lf) || !bytes.subarray(0, end).includes(cr) ? lf : cr;
  const reader = createRecordReader(
    rules.dialect,
    { newline, recordBytes: rules.recordBytes },
    Number.MAX_SAFE_INTEGER,
  );
  const { shape, blankLines, passedLines } = firstRecord(window, rules, newline, reader);
  const start = window.start;
  const common = { newline, blankLines, passedLines };
  const before = 1 + blankLines + passedLines;
  if (!shape) {
    return { ...common, columns: rules.csv.columns ?? [], firstLine: before, plain: false, ending: 'file' };
  }
  const fields = reader.split(window.bytes, start, shape.end);
  refuseOtherDelimiter(rules, window.bytes.toString('utf8', start, shape.end), shape.fields);
  if (rules.csv.header) window.start = shape.next;
  return {
    ...common,
    columns: columnNames(rules, fields),
    firstLine: before + (rules.csv.header ? 1 + shape.innerLines : 0),
    plain: !marked && newline === lf && before === 1 && shape.innerLines === 0 && !shape.literal,
    ending: shape.ending,
  };
}

interface FirstRecord {
  readonly shape: RecordShape | undefined;
  readonly blankLines: number;
  readonly passedLines: number;
}

function firstRecord(
  window: ByteWindow,
  rules: HeaderRules,
  newline: number,
  { scan }: RecordReader,
): FirstRecord {
  const skipsBlank = rules.csv.header || (rules.csv.columns?.length ?? 2) > 1;
  const comment = rules.dialect.comment.charCodeAt(0);
  for (let blankLines = 0, passedLines = 0; ; ) {
    if (window.start >= window.end && !window.more()) return { shape: undefined, blankLines, passedLines };
    if (passedLines < rules.dialect.skipLines || window.bytes[window.start] === comment) {
      takeLine(window, newline);
      passedLines++;
      continue;
    }
    const shape = scan(window.bytes, window.start, window.end, window.atEnd);
    if (shape.status === 'more') window.more();
    else if (shape.status === 'record' && shape.end === window.start && skipsBlank) {
      blankLines++;
      window.start = shape.next;
    } else if (shape.status === 'record') {
      refuseBadText(window, newline, shape);
      return { shape: { ...shape }, blankLines, passedLines };
    } else if (!rules.csv.header && rules.csv.columns) {
      return { shape: undefined, blankLines, passedLines };
    } else throw brokenHeader(shape, rules);
  }
}

function brokenHeader(shape: RecordShape, { recordBytes }: HeaderRules): Error {
  return fileRefusal(
    'STK-COLLECT-HEADER',
    shape.status === 'long'
      ? `the first line is longer than limits.recordBytes, ${recordBytes} bytes`
      : 'the first line has a quoted field that is not closed as it must be',
  );
}

function refuseBadText(window: ByteWindow, newline: number, shape: RecordShape): void {
  const trouble = createTextCheck(window, newline)(window.start, shape.end);
  if (trouble) throw fileRefusal(trouble.reason, `the first line ${trouble.message}`);
}

function refuseOtherDelimiter({ csv, dialect }: HeaderRules, text: string, fields: number): void {
  const { delimiter } = dialect;
  if (delimiter === '') return;
  if (fields > 1 || csv.columns?.length === 1 || text.charCodeAt(0) === quoteByte) return;
  for (const [other, name] of Object.entries(commonDelimiters)) {
    const count = text.split(other).length - 1;
    if (count < 2 || other === delimiter) continue;
    throw fileRefusal(
      'STK-COLLECT-DELIMITER',
      `the first line has ${count} ${name} and no ${JSON.stringify(delimiter)}; if they separate the columns, set csv.delimiter to ${JSON.stringify(other)}`,
    );
  }
}

function columnNames({ csv, columns: most }: HeaderRules, fields: readonly string[]): string[] {
  if (fields.length > most) {
    throw fileRefusal('STK-COLLECT-COLUMNS', `has ${fields.length} columns; limits.columns allows ${most}`);
  }
  if (csv.columns) {
    if (csv.header && csv.columns.length !== fields.length) {
      throw fileRefusal(
        'STK-COLLECT-HEADER',
        `the header has ${fields.length} columns; csv.columns names ${csv.columns.length}`,
      );
    }
    return refuseRepeated([...csv.columns]);
  }
  const given = csv.header ? fields.map((field) => field.trim()) : fields.map(() => '');
  return refuseRepeated(given.map((name, index) => name || `column_${index + 1}`));
}
