import { mkdir } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, type Json } from '@duckdb/node-api';
import { messageOf, PlatformError, SqlError, type StocktakeError } from '../runtime/errors.ts';

/** Values that may be bound to a statement's `$name` parameters. */
export type Parameters = Readonly<Record<string, DuckDBValue>>;

/** One row of a small result: JSON values; 64-bit integers and decimals arrive as text. */
export type Row = Readonly<Record<string, Json>>;

/** Resources of one in-memory DuckDB. */
export interface WarehouseOptions {
  readonly threads: number;
  readonly memoryMb: number;
  /** Folder for spilling; made when absent. */
  readonly tempDir: string;
  /** Interrupts the running statement. */
  readonly signal?: AbortSignal;
  /** Called every second while a statement runs: the engine computes on its own threads, heartbeats must go on. */
  readonly onRunning?: () => void;
}

/**
 * One in-memory DuckDB of one activity: no shared database file, no extension ever fetched, results through Parquet.
 *
 * `step` names the statement in errors.
 */
export interface Warehouse {
  run(step: string, sql: string, parameters?: Parameters): Promise<void>;
  /** Small results only. */
  rows(step: string, sql: string, parameters?: Parameters): Promise<Row[]>;
  /** Columns of whole numbers of a large result, as typed arrays; for what is computed in JavaScript. No nulls. */
  integers(step: string, sql: string, parameters?: Parameters): Promise<Int32Array[]>;
  /** One number (a count); 0 where the result is empty or null. */
  count(step: string, sql: string, parameters?: Parameters): Promise<number>;
  close(): void;
}

/**
 * Opens an in-memory DuckDB with bounded threads and memory.
 *
 * @throws SqlError STK-SQL-FAILED with the step's name, SQL and cause; STK-SQL-CANCELLED after an abort
 * @throws PlatformError STK-SQL-MEMORY, STK-SQL-DISK: drop this warehouse and try again in a new one
 */
export async function openWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  await mkdir(options.tempDir, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: `${options.memoryMb}MB`,
    temp_directory: options.tempDir,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("set timezone = 'UTC'");
  const interrupt = (): void => connection.interrupt();
  options.signal?.addEventListener('abort', interrupt);

  const guarded = async <Result>(step: string, sql: string, work: () => Promise<Result>): Promise<Result> => {
    if (options.signal?.aborted) throw cancelled(step);
    const beat = options.onRunning ? setInterval(options.onRunning, 1000) : undefined;
    try {
      return await work();
    } catch (error) {
      throw options.signal?.aborted ? cancelled(step) : wrapped(step, sql, error);
    } finally {
      clearInterval(beat);
    }
  };
  return {
    run: (step, sql, parameters) =>
      guarded(step, sql, async () => {
        await execute(connection, sql, parameters);
      }),
    rows: (step, sql, parameters) =>
      guarded(step, sql, async () => {
        const reader = parameters
          ? await connection.runAndReadAll(sql, parameters as Record<string, DuckDBValue>)
          : await connection.runAndReadAll(sql);
        return reader.getRowObjectsJson() as Row[];
      }),
    integers: (step, sql, parameters) =>
      guarded(step, sql, async () => {
        const reader = parameters
          ? await connection.run(sql, parameters as Record<string, DuckDBValue>)
          : await connection.run(sql);
        const chunks = await reader.fetchAllChunks();
        const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
        return Array.from({ length: reader.columnCount }, (_, column) => {
          const values = new Int32Array(rows);
          let at = 0;
          for (const chunk of chunks) {
            values.set(chunk.getColumnValues(column) as number[], at);
            at += chunk.rowCount;
          }
          return values;
        });
      }),
    count: (step, sql, parameters) =>
      guarded(step, sql, async () => {
        const reader = parameters
          ? await connection.runAndReadAll(sql, parameters as Record<string, DuckDBValue>)
          : await connection.runAndReadAll(sql);
        return Number(reader.getRowsJson()[0]?.[0] ?? 0);
      }),
    close() {
      options.signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The version of the engine, for the run record. */
export async function engineVersion(): Promise<string> {
  const { version } = await import('@duckdb/node-api');
  return version();
}

async function execute(
  connection: DuckDBConnection,
  sql: string,
  parameters: Parameters | undefined,
): Promise<void> {
  if (parameters) await connection.run(sql, parameters as Record<string, DuckDBValue>);
  else await connection.run(sql);
}

function cancelled(step: string): SqlError {
  return new SqlError(`SQL step ${step} was cancelled`, { code: 'STK-SQL-CANCELLED', retryable: true });
}

function wrapped(step: string, sql: string, cause: unknown): StocktakeError {
  const text = messageOf(cause);
  const details = { step, sql: sql.slice(0, 500) };
  if (/out of memory/i.test(text)) {
    return new PlatformError(
      `SQL step ${step} ran out of its memory limit; raise engine.memoryMb in the configuration, or lower what runs beside it`,
      { code: 'STK-SQL-MEMORY', details, cause },
    );
  }
  if (/no space left|could not write|disk.*full|max_temp_directory_size/i.test(text)) {
    return new PlatformError(
      `SQL step ${step} could not write: ${text}; free disk space, the retry goes on`,
      {
        code: 'STK-SQL-DISK',
        details,
        cause,
      },
    );
  }
  return new SqlError(`SQL step ${step} failed: ${text}`, { code: 'STK-SQL-FAILED', details, cause });
}
