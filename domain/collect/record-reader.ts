import type { Dialect } from './csv-dialect.ts';
import { isPlain } from './csv-dialect.ts';
import { splitRecord } from './csv-fields.ts';
import { createRecordScanner, type RecordScanner } from './csv-scanner.ts';
import { createLooseReader } from './loose-csv.ts';

/** Finds records and cuts them into values. */
export interface RecordReader {
  readonly scan: RecordScanner;
  /** The values of a record that `scan` found whole. */
  split(bytes: Buffer, start: number, end: number): string[];
}

/** The reader of a dialect: the fast one where RFC 4180 holds. `mostFields` as `createRecordScanner` has it. */
export function createRecordReader(
  dialect: Dialect,
  limits: { readonly newline: number; readonly recordBytes: number },
  mostFields: number,
): RecordReader {
  if (!isPlain(dialect)) return createLooseReader(dialect, limits);
  const { delimiter } = dialect;
  return {
    scan: createRecordScanner({ delimiter: delimiter.charCodeAt(0), ...limits }, mostFields),
    split: (bytes, start, end) => splitRecord(bytes.toString('utf8', start, end), delimiter),
  };
}
