import type { Connection, ConnectionOptions, FieldPacket } from 'mysql2';
import type { MariadbSource } from '../../schemas/source.ts';
import { messageOf, SourceError, type StocktakeError, systemErrorCode } from '../runtime/errors.ts';
import {
  batchRows,
  checkColumns,
  connectMs,
  overlapOf,
  passingNetwork,
  relation,
  type SqlDialect,
  selectText,
} from './database-select.ts';
import type { Extract, ExtractScope } from './landing.ts';
import { type MariadbColumn, mariadbWatermarks, mariadbWriter } from './mariadb-json.ts';
import { sourceFailure, tookTooLong } from './source-failure.ts';
import { type ReadSecret, secretsOfUrl } from './source-secrets.ts';

const dialect: SqlDialect = {
  quoted: (identifier) => `\`${identifier.replaceAll('`', '``')}\``,
  nullsFirst: '',
};
/** Number of the character set of bytes that are no text. */
const binaryCharacterSet = 63;
/** Seconds past `timeoutSeconds` that an answer is waited for. */
const graceSeconds = 10;
/** Errors that pass by themselves: connections, shortage, locks, a server that starts or stops. */
const passing = new RegExp(
  `^(${passingNetwork}|PROTOCOL_CONNECTION_LOST|ER_CON_COUNT_ERROR|ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_SERVER_SHUTDOWN)$`,
);

/**
 * Reads a table or query of a MariaDB or MySQL database as a stream, in one read-only transaction on one snapshot.
 *
 * Rows come by watermark, then primary key; no more than a batch of them is in memory. Values are JSON without loss: times as ISO 8601
 * (TIMESTAMP in UTC, DATETIME as it stands), decimals and bigints as texts, blobs as base64, JSON as JSON.
 *
 * @throws SourceError STK-SOURCE-CREDENTIAL, STK-SOURCE-READ, STK-SOURCE-COLUMNS
 */
export function mariadbExtract(name: string, source: MariadbSource, readSecret: ReadSecret): Extract {
  return async (scope) => {
    const url = await readSecret(source.connection);
    const { createConnection } = await import('mysql2');
    // The server keeps the time; this is for one that is gone without a word.
    const late = AbortSignal.timeout((source.timeoutSeconds + graceSeconds) * 1000);
    const signal = AbortSignal.any([scope.signal, late]);
    try {
      const connection = createConnection(optionsOf(url));
      return await connected(connection, signal, () => readAll(connection, source, { ...scope, signal }));
    } catch (error) {
      const told = late.aborted && !scope.signal.aborted ? tookTooLong(source.timeoutSeconds) : error;
      throw readError(name, told, secretsOfUrl(url));
    }
  };
}

/** A connection URL taken apart by hand: the driver would take any option from it. */
function optionsOf(text: string): ConnectionOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(mariadb|mysql):$/.test(url.protocol)) {
    throw new SourceError(
      "the connection is no URL of MariaDB; expected 'mariadb://user:password@host:3306/database', with ?ssl=true for an encrypted one or ?socket=/path for a local one",
      { code: 'STK-SOURCE-CREDENTIAL' },
    );
  }
  const socket = url.searchParams.get('socket');
  return {
    ...(socket ? { socketPath: socket } : { host: url.hostname.replace(/^\[|\]$/g, '') || 'localhost' }),
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(url.searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
    charset: 'utf8mb4',
    connectTimeout: connectMs,
    // Rows are taken apart by plain code, never by code made of the names of their columns.
    disableEval: true,
  };
}

async function connected<Result>(
  connection: Connection,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  let stop = (): void => undefined;
  const broken = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    // A broken connection tells a stream of rows nothing: what waits for them has to be told here.
    connection.on('error', reject);
  });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([broken, work()]);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.destroy();
  }
}

async function readAll(
  connection: Connection,
  source: MariadbSource,
  scope: ExtractScope,
): Promise<{ watermark?: string }> {
  await opened(connection, source);
  const columns = await describe(connection, source);
  const at = columns.findIndex(({ name }) => name === source.watermark);
  const above = aboveSql(source, columns[at], scope.since);
  const keys = source.table === undefined ? [] : await primaryKey(connection, source.table);
  const rows = connection
    .query({ sql: selectText(source, dialect, keys, above), rowsAsArray: true, typeCast: false })
    .stream({ highWaterMark: 1000 }) as AsyncIterable<(Buffer | null)[]>;
  const write = mariadbWriter(columns);
  let batch: string[] = [];
  let watermark: string | undefined;
  for await (const row of rows) {
    scope.signal.throwIfAborted();
    batch.push(write(row));
    watermark = row[at]?.toString('utf8') ?? watermark;
    if (batch.length < batchRows) continue;
    await scope.onRows(batch);
    batch = [];
  }
  await scope.onRows(batch);
  return watermark === undefined ? {} : { watermark };
}

/** Sets the session up, MariaDB and MySQL each in its own words, and begins the transaction. */
async function opened(connection: Connection, { timeoutSeconds }: MariadbSource): Promise<void> {
  const [server] = await rowsOf(connection, 'select version() as version');
  const limit = /mariadb/i.test(String(server?.version))
    ? `max_statement_time = ${timeoutSeconds}`
    : `max_execution_time = ${Math.ceil(timeoutSeconds * 1000)}`;
  await rowsOf(connection, `set session time_zone = '+00:00', ${limit}`);
  await rowsOf(connection, 'set session transaction isolation level repeatable read');
  await rowsOf(connection, 'start transaction with consistent snapshot, read only');
}

async function describe(connection: Connection, source: MariadbSource): Promise<MariadbColumn[]> {
  const { fields } = await answerOf(
    connection,
    `select * from ${relation(source, dialect)} as source limit 0`,
  );
  const columns = fields.map(({ name, columnType, characterSet, extendedFormat }) => ({
    name,
    type: columnType ?? -1,
    binary: characterSet === binaryCharacterSet,
    json: extendedFormat === 'json',
  }));
  checkColumns(
    columns.map(({ name }) => name),
    source.watermark,
  );
  return columns;
}

/** The value reading begins above, as SQL; undefined to read everything. */
function aboveSql(
  source: MariadbSource,
  watermark: MariadbColumn | undefined,
  since: string | undefined,
): string | undefined {
  if (!watermark) return undefined;
  const kind = mariadbWatermarks[watermark.type];
  const off = overlapOf(source, kind);
  if (since === undefined) return undefined;
  // What is landed is the server's own text; nothing else gets into a statement.
  if (!/^-?[\d.: -]+$/.test(since)) {
    throw new SourceError(`the newest ${watermark.name} had is no time and no number: ${since}`, {
      code: 'STK-SOURCE-COLUMNS',
    });
  }
  if (kind === 'time') return `cast('${since}' as datetime(6)) - interval ${off} second`;
  return `cast('${since}' as decimal(65, 30)) - ${off}`;
}

async function primaryKey(connection: Connection, table: string): Promise<string[]> {
  const [name = '', schema] = table.split('.').reverse();
  const rows = await rowsOf(
    connection,
    `select column_name as name from information_schema.statistics
     where table_schema = ${schema === undefined ? 'database()' : '?'} and table_name = ? and index_name = 'PRIMARY'
     order by seq_in_index`,
    schema === undefined ? [name] : [schema, name],
  );
  return rows.map((row) => String(row.name));
}

async function rowsOf(
  connection: Connection,
  sql: string,
  values: readonly string[] = [],
): Promise<Record<string, unknown>[]> {
  const { rows } = await answerOf(connection, sql, values);
  return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
}

function answerOf(
  connection: Connection,
  sql: string,
  values: readonly string[] = [],
): Promise<{ rows: unknown; fields: FieldPacket[] }> {
  return new Promise((resolve, reject) => {
    connection.query(sql, [...values], (error, rows, fields) =>
      error ? reject(error) : resolve({ rows, fields: fields ?? [] }),
    );
  });
}

function readError(source: string, error: unknown, secrets: readonly string[]): StocktakeError {
  const code = systemErrorCode(error) ?? '';
  return sourceFailure(error, {
    source,
    from: 'from MariaDB',
    correct: 'connection, table or query in temporal.config.ts, or the database',
    secrets,
    state: /^ER_/.test(code) ? ` (${code})` : '',
    retryable: passing.test(code) || /closed state|Connection lost/i.test(messageOf(error)),
  });
}
