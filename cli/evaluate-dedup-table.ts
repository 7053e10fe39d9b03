import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError, messageOf } from '../domain/runtime/errors.ts';
import { quotedIdentifier, quotedString } from '../domain/warehouse/quoting.ts';
import { openWarehouse, type Warehouse } from '../domain/warehouse/warehouse.ts';

/** Whether the first line names the columns; `auto` looks. */
export type HeaderChoice = 'auto' | 'yes' | 'no';

/** Records with their true clusters, in file order. */
export interface ClusteredTable {
  /** Per record the texts of the compared columns. */
  readonly texts: readonly (readonly string[])[];
  /** Per record the number of its cluster, in order of appearance. */
  readonly clusters: Int32Array;
  /** Names (or numbers) of the compared columns. */
  readonly columns: readonly string[];
  readonly header: boolean;
  /** Rows without a cluster; they are left out. */
  readonly unlabelled: number;
}

/** What to read. */
export interface TableRequest {
  readonly file: string;
  readonly cluster: string;
  readonly text?: string;
  readonly header: HeaderChoice;
}

/**
 * Reads a CSV file of records with a cluster column. Columns are named by the header or by their number from 1.
 *
 * @throws CliError STK-CLI-FILE for a file that is absent, empty or damaged; STK-CLI-COLUMN for an unknown column
 */
export async function readClusteredTable(request: TableRequest): Promise<ClusteredTable> {
  const { size } = await stat(request.file).catch((cause: unknown) => {
    throw usage(`There is no file ${request.file}; give the path of a CSV file`, 'STK-CLI-FILE', cause);
  });
  if (size === 0) throw usage(`${request.file} is empty; give a CSV file of records`, 'STK-CLI-FILE');
  const warehouse = await openWarehouse({
    threads: 1,
    memoryMb: 2048,
    tempDir: join(tmpdir(), 'stocktake-dedup'),
  });
  try {
    const lines = await readLines(warehouse, request.file);
    return tableOf(lines, request);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw usage(
      `${request.file} cannot be read as CSV (UTF-8, quotes doubled): ${messageOf(cause).split('\n')[0]}`,
      'STK-CLI-FILE',
      cause,
    );
  } finally {
    warehouse.close();
  }
}

/** All lines, the first one too, every value as text; missing values are empty. */
async function readLines(warehouse: Warehouse, file: string): Promise<string[][]> {
  const source = `read_csv(${quotedString(file)}, header = false, all_varchar = true, quote = '"', escape = '"', encoding = 'utf-8', max_line_size = 10000000)`;
  const described = await warehouse.rows('dedup.describe', `describe select * from ${source}`);
  const names = described.map((row) => String(row.column_name));
  const list = names.map((name) => `coalesce(${quotedIdentifier(name)}, '')`).join(', ');
  const rows = await warehouse.rows('dedup.read', `select [${list}] as cells from ${source}`);
  return rows.map((row) => row.cells as string[]);
}

function tableOf(lines: string[][], request: TableRequest): ClusteredTable {
  const header = hasHeader(lines, request);
  const names = header ? (lines[0] ?? []).map((name) => name.trim()) : [];
  const width = lines[0]?.length ?? 0;
  const cluster = columnOf(request.cluster, names, width, request.file);
  const rows = lines.slice(header ? 1 : 0);
  const labelled = rows.filter((row) => row[cluster]?.trim() !== '');
  if (labelled.length === 0) {
    throw usage(`${request.file} has no row with a value in column '${request.cluster}'`, 'STK-CLI-COLUMN');
  }
  const clusters = numbered(labelled.map((row) => row[cluster]?.trim() ?? ''));
  const picked =
    request.text === undefined
      ? comparable(labelled, cluster, clusters)
      : request.text.split(',').map((column) => columnOf(column.trim(), names, width, request.file));
  if (picked.length === 0) {
    throw usage(
      `${request.file} has no column of words beside '${request.cluster}'; name one with --text`,
      'STK-CLI-COLUMN',
    );
  }
  return {
    texts: labelled.map((row) => picked.map((column) => row[column] ?? '')),
    clusters,
    columns: picked.map((column) => names[column] ?? String(column + 1)),
    header,
    unlabelled: rows.length - labelled.length,
  };
}

/** Lines looked at to tell a header from a record. */
const linesLookedAt = 1000;

/**
 * Whether the first line names the columns. Asked for columns that stand in it, it does. Otherwise it does when its cells are distinct
 * names, none of them a number, and none occurs again in its column, while some column holds numbers or all do without.
 */
function hasHeader(lines: readonly string[][], { header, cluster, text }: TableRequest): boolean {
  if (header !== 'auto') return header === 'yes';
  const first = (lines[0] ?? []).map((cell) => cell.trim());
  const asked = [cluster, ...(text?.split(',') ?? [])].map((name) => name.trim());
  if (asked.every((name) => first.includes(name))) return true;
  if (new Set(first).size < first.length || first.some((cell) => cell === '' || isNumber(cell))) return false;
  const sample = lines.slice(1, linesLookedAt);
  const holdsNumbers = first.some((_, column) => {
    const numbers = sample.filter((line) => isNumber(line[column]?.trim() ?? '')).length;
    return sample.length > 0 && numbers >= 0.9 * sample.length;
  });
  if (holdsNumbers) return true;
  return first.every(
    (cell, column) =>
      /^[\p{L}_][\p{L}\p{N}_ .-]{0,40}$/u.test(cell) && sample.every((line) => line[column]?.trim() !== cell),
  );
}

function isNumber(text: string): boolean {
  return text !== '' && Number.isFinite(Number(text));
}

/** Index of a column that is named, or numbered from 1. */
function columnOf(wanted: string, names: readonly string[], width: number, file: string): number {
  const named = names.indexOf(wanted);
  if (named >= 0) return named;
  const place = Number(wanted);
  if (/^\d+$/.test(wanted) && place >= 1 && place <= width) return place - 1;
  const known =
    names.length > 0
      ? `its columns are ${names.slice(0, 12).join(', ')}`
      : `it has ${width} columns and no header (--header yes where it has one)`;
  throw usage(`${file} has no column '${wanted}'; ${known}`, 'STK-CLI-COLUMN');
}

/** A column that has as many values as there are clusters, one each, is their name. */
const leastNaming = 0.9;

/**
 * Columns that are compared where none are named: those with letters in them, but neither running ids (all values distinct, no
 * blank) nor a column that names the cluster, for that would give the answer away.
 */
function comparable(rows: readonly string[][], cluster: number, clusters: Int32Array): number[] {
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, column) => column);
  return columns.filter((column) => {
    if (column === cluster) return false;
    const values = rows.map((row) => row[column]?.trim() ?? '');
    const words = values.filter((value) => /\p{L}/u.test(value)).length;
    if (words < 0.1 * values.length) return false;
    const distinct = new Set(values).size;
    if (distinct === values.length && !values.some((value) => /\s/.test(value))) return false;
    return !namesClusters(values, clusters, distinct);
  });
}

function namesClusters(values: readonly string[], clusters: Int32Array, distinct: number): boolean {
  const nameOf = new Map<number, string>();
  let [repeated, agreed] = [0, 0];
  values.forEach((value, row) => {
    const known = nameOf.get(clusters[row] as number);
    if (known === undefined) nameOf.set(clusters[row] as number, value);
    else {
      repeated++;
      if (known === value) agreed++;
    }
  });
  return agreed >= leastNaming * repeated && repeated > 0 && distinct >= leastNaming * nameOf.size;
}

/** Values to numbers, in the order they appear. */
export function numbered(values: readonly string[]): Int32Array {
  const ids = new Map<string, number>();
  return Int32Array.from(values, (value) => {
    const id = ids.get(value) ?? ids.size;
    ids.set(value, id);
    return id;
  });
}

function usage(message: string, code: string, cause?: unknown): CliError {
  return new CliError(message, { code, exitCode: 2, cause });
}
