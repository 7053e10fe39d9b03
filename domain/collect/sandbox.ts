import { mkdirSync } from 'node:fs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { rowGroupRows, vectorRows } from '../warehouse/parquet.ts';
import { quotedList, quotedString } from '../warehouse/quoting.ts';

/** A column of a result: name and type, as DuckDB writes them. */
export type Column = readonly [name: string, type: string];

/** Most columns of a table whose row groups have their full size. */
export const fullGroupColumns = 64;

/** A Parquet file that was written. */
export interface WrittenTable {
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** DuckDB over untrusted files: locked to some folders, one thread, bounded memory, no extension. */
export interface Sandbox {
  /** The first value of a result, as a number. */
  number(sql: string): Promise<number>;
  /** All rows of a small result; values as texts. */
  texts(sql: string): Promise<(string | null)[][]>;
  columns(query: string): Promise<Column[]>;
  /** Writes a query as one Parquet file in its own order. `columns` saves describing it. */
  write(query: string, path: string, columns?: readonly Column[]): Promise<WrittenTable>;
  /** Makes a statement that runs fail; one that has not begun does not notice. */
  interrupt(): void;
  /**
   * An engine of two threads beside this one, opened when it is first asked for. Whoever asks sees to it that the rows and
   * the row groups written do not depend on how the threads run, and that what is read comes in parts: DuckDB holds a whole
   * file in memory that it can only read from one end to the other.
   */
  wide(): Promise<Pick<Sandbox, 'write'>>;
}

/** Where a sandbox may read and write, and how much it may use. */
export interface SandboxOptions {
  /** The only folders it sees. */
  readonly folders: readonly string[];
  /** For spilling; one of the folders or below. */
  readonly tempDir: string;
  readonly memoryMb: number;
}

/**
 * Opens a DuckDB and locks it: after this, no statement reaches another folder, loads an extension or raises a limit.
 *
 * One thread: rows keep the order of the file they are read from, so equal files give equal bytes.
 * The order matters: `temp_directory` cannot be set once external access is off.
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  mkdirSync(options.tempDir, { recursive: true });
  const narrow = sandboxOf(await lockedConnection(options, 1));
  let wide: Promise<Pick<Sandbox, 'write'>> | undefined;
  return {
    ...narrow,
    wide() {
      wide ??= lockedConnection(options, 2).then(sandboxOf);
      return wide;
    },
  };
}

async function lockedConnection(options: SandboxOptions, threads: number): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const setting of [
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    `temp_directory = ${quotedString(options.tempDir)}`,
    `memory_limit = '${options.memoryMb}MB'`,
    `threads = ${threads}`,
    'preserve_insertion_order = true',
    "timezone = 'UTC'",
    `allowed_directories = ${quotedList(options.folders)}`,
    'enable_external_access = false',
    'lock_configuration = true',
  ]) {
    await connection.run(`set ${setting}`);
  }
  return connection;
}

function sandboxOf(connection: DuckDBConnection): Omit<Sandbox, 'wide'> {
  const sandbox: Omit<Sandbox, 'wide'> = {
    interrupt: () => connection.interrupt(),
    async number(sql) {
      return Number((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0] ?? 0);
    },
    async texts(sql) {
      const read = await connection.runAndReadAll(sql);
      return read.getRowsJson().map((row) => row.map((value) => (value === null ? null : String(value))));
    },
    async columns(query) {
      const described = await connection.runAndReadAll(`describe ${query}`);
      return described.getRowsJson().map(([name, type]) => [String(name), String(type)]);
    },
    async write(query, path, columns) {
      const written = columns ?? (await sandbox.columns(query));
      const rows = await sandbox.number(
        `copy (${query}) to ${quotedString(path)} (${parquetOptions(written.length)})`,
      );
      return { path, rows, columns: written };
    },
  };
  return sandbox;
}

/**
 * Wide tables get smaller row groups and dictionaries: DuckDB reserves a dictionary of 1 MB for each column of text, so that
 * 2000 columns would not fit into the child. A column of many values gets none: with ZSTD it is no larger for that, and
 * written faster.
 */
function parquetOptions(columns: number): string {
  const share = Math.min(1, fullGroupColumns / columns);
  const groupRows = Math.max(vectorRows, Math.floor((rowGroupRows * share) / vectorRows) * vectorRows);
  const dictionaryBytes = Math.max(16_384, Math.floor(1_048_576 * share));
  return `format parquet, compression zstd, row_group_size ${groupRows}, dictionary_size_limit 1000, string_dictionary_page_size_limit ${dictionaryBytes}`;
}
