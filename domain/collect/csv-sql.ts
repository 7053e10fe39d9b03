import { quotedIdentifier, quotedList, quotedString } from '../warehouse/quoting.ts';
import type { Column } from './sandbox.ts';

/** A CSV file that DuckDB reads as it is told, without looking for itself. */
export interface CsvSql {
  readonly path: string;
  /** Value of `_file`. */
  readonly name: string;
  /** The source's columns. */
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly recordBytes: number;
}

/** The columns of a table of a CSV file: all text, and ours. */
export function csvColumns(columns: readonly string[]): Column[] {
  return [...columns.map((name): Column => [name, 'VARCHAR']), ['_file', 'VARCHAR'], ['_line', 'BIGINT']];
}

/** Reads a regular file. `skipped`: its header lines, 0 or 1; `newline` as DuckDB spells it. */
export function plainCsvSql(file: CsvSql, skipped: number, newline: string): string {
  return `select
  ${selected(file)},
  row_number() over () + ${skipped} as _line
from ${readCsvSql(file, { columns: file.columns, header: skipped > 0, newline })}`;
}

/** Reads a copy of accepted records, each with its line number in front. */
export function cleanedCsvSql(file: CsvSql): string {
  return `select
  ${selected(file)},
  cast(_line as bigint) as _line
from ${readCsvSql(file, { columns: ['_line', ...file.columns], header: false, newline: '\\n' })}`;
}

function selected({ columns, name }: CsvSql): string {
  return [...columns.map(quotedIdentifier), `${quotedString(name)} as _file`].join(',\n  ');
}

interface ReadCsv {
  readonly columns: readonly string[];
  readonly header: boolean;
  /** DuckDB would take the first line end for it, also one inside quotes. */
  readonly newline: string;
}

function readCsvSql(file: CsvSql, { columns, header, newline }: ReadCsv): string {
  // A cleaned record may have every quote doubled, and its line number before it.
  const longest = 2 * file.recordBytes + 3 * columns.length + 100;
  return `read_csv(
  ${quotedString(file.path)},
  auto_detect = false,
  header = ${header},
  new_line = '${newline}',
  delim = ${quotedString(file.delimiter)},
  quote = '"',
  escape = '"',
  comment = '',
  columns = {${columns.map((name) => `${quotedString(name)}: 'VARCHAR'`).join(', ')}},
  force_not_null = ${quotedList(file.columns)},
  strict_mode = true,
  parallel = false,
  max_line_size = ${longest},
  buffer_size = ${Math.max(2 * longest, 1 << 23)}
)`;
}
