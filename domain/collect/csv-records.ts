import type { ByteWindow } from './byte-window.ts';
import type { RecordScanner, RecordShape } from './csv-scanner.ts';
import type { RejectReason } from './reject-log.ts';
import { createTextCheck, longMessage, type TextTrouble, takeLine } from './text-lines.ts';

/** What is told about a file's records, in the order they stand. Both answer whether to go on. */
export interface RecordVisitor {
  /** A good record: `bytes[start..shape.end)`, starting on this physical line (from 1). */
  record(bytes: Buffer, start: number, line: number, shape: RecordShape): boolean;
  /** A record, or the first line of what cannot be one, that is kept out. */
  reject(reason: RejectReason, line: number, raw: Buffer, message: string): boolean;
}

/** How the records of a file are read. */
export interface RecordRules {
  readonly scan: RecordScanner;
  readonly newline: number;
  readonly recordBytes: number;
  /** Fields every record must have. */
  readonly fields: number;
  /** First byte of lines that are comments, -1 where there are none. */
  readonly comment: number;
}

/** Where every line of a file went; `lines` counts physical lines from the first one walked. */
export interface RecordCounts {
  readonly records: number;
  readonly rejected: number;
  readonly blankLines: number;
  readonly commentLines: number;
  /** Physical line that would come next. */
  readonly nextLine: number;
}

/**
 * Walks the records of a CSV file from the window's start to its end.
 *
 * Nothing is lost: every line belongs to a record, to a reject, is a comment, or is blank (with one column, a blank line is a record with
 * an empty value). After a quote that makes no sense only the first line of the record is rejected, and reading goes on with
 * the next line, so an unterminated quote swallows nothing. Memory stays flat however long a line is.
 */
export function walkRecords(
  window: ByteWindow,
  rules: RecordRules,
  firstLine: number,
  visitor: RecordVisitor,
): RecordCounts {
  const { scan, fields, comment } = rules;
  const checkText = createTextCheck(window, rules.newline);
  let line = firstLine;
  let records = 0;
  let rejected = 0;
  let blankLines = 0;
  let commentLines = 0;
  let going = true;

  const rejectFirstLine = (reason: RejectReason, message: string): void => {
    const { raw, bytes } = takeLine(window, rules.newline);
    going =
      bytes > rules.recordBytes
        ? visitor.reject('STK-COLLECT-LONG', line, raw, longMessage(bytes, rules.recordBytes))
        : visitor.reject(reason, line, raw, message);
    rejected++;
    line++;
  };
  const takeRecord = (shape: RecordShape): void => {
    const { bytes, start } = window;
    const trouble = checkText(start, shape.end) ?? columnTrouble(shape.fields, fields);
    if (shape.end === start && shape.fields === 1 && fields > 1) blankLines++;
    else if (trouble) {
      going = visitor.reject(trouble.reason, line, bytes.subarray(start, shape.end), trouble.message);
      rejected++;
    } else {
      going = visitor.record(bytes, start, line, shape);
      records++;
    }
    line += 1 + shape.innerLines;
    window.start = shape.next;
  };

  while (going && (window.start < window.end || window.more())) {
    if (window.bytes[window.start] === comment) {
      takeLine(window, rules.newline);
      commentLines++;
      line++;
      continue;
    }
    const shape = scan(window.bytes, window.start, window.end, window.atEnd);
    if (shape.status === 'more') window.more();
    else if (shape.status === 'long' && shape.innerLines === 0) rejectFirstLine('STK-COLLECT-LONG', '');
    else if (shape.status !== 'record') rejectFirstLine('STK-COLLECT-QUOTE', quoteMessage(shape, fields));
    else if (shape.innerLines > 0 && shape.fields !== fields) {
      rejectFirstLine('STK-COLLECT-QUOTE', quoteMessage(shape, fields));
    } else takeRecord(shape);
  }
  return { records, rejected, blankLines, commentLines, nextLine: line };
}

function columnTrouble(received: number, expected: number): TextTrouble | undefined {
  if (received === expected) return undefined;
  return { reason: 'STK-COLLECT-COLUMNS', message: `has ${received} fields; expected ${expected}` };
}

function quoteMessage({ status, innerLines, fields }: RecordShape, expected: number): string {
  if (status === 'record') {
    return `a quoted field runs over ${innerLines + 1} lines, which then give ${fields} fields; expected ${expected}`;
  }
  return innerLines > 0
    ? 'a quoted field runs over several lines and is not closed as it must be'
    : 'a quoted field is not closed, or goes on after its closing quote';
}
