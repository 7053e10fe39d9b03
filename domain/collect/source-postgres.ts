import type { Client } from 'pg';
import type { PostgresSource } from '../../schemas/source.ts';
import { messageOf, type StocktakeError, systemErrorCode } from '../runtime/errors.ts';
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
import { oids, type PostgresColumn, rowWriter } from './postgres-json.ts';
import { sourceFailure } from './source-failure.ts';
import { type ReadSecret, secretsOfUrl } from './source-secrets.ts';

const dialect: SqlDialect = {
  quoted: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  nullsFirst: ' nulls first',
};

/** SQLSTATE classes and system errors that pass by themselves: connections, shortage, a server that starts or stops. */
const passing = new RegExp(`^(08|53|57P0[123]|40001|${passingNetwork})`);

/**
 * Reads a table or query of a PostgreSQL database by a cursor, in one repeatable-read, read-only transaction.
 *
 * Rows come by watermark, then primary key. Values are JSON without loss: times as ISO 8601 in UTC (those without a zone
 * without one), numeric and bigint as decimal texts, bytea as base64, json as json.
 *
 * @throws SourceError STK-SOURCE-CREDENTIAL, STK-SOURCE-READ
 */
export function postgresExtract(name: string, source: PostgresSource, readSecret: ReadSecret): Extract {
  return async (scope) => {
    const connectionString = await readSecret(source.connection);
    const { default: pg } = await import('pg');
    try {
      const client = new pg.Client({
        connectionString,
        connectionTimeoutMillis: connectMs,
        statement_timeout: source.timeoutSeconds * 1000,
        application_name: 'stocktake',
        types: { getTypeParser: () => (text: string) => text },
      });
      return await connected(client, scope.signal, () => readAll(client, source, scope));
    } catch (error) {
      throw readError(name, error, secretsOfUrl(connectionString));
    }
  };
}

async function connected<Result>(
  client: Client,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  // A connection that breaks fails the query under way; as an event of its own it would end the process.
  client.on('error', () => undefined);
  const stop = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', stop);
  try {
    await client.connect();
    return await work();
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => undefined);
  }
}

async function readAll(
  client: Client,
  source: PostgresSource,
  { since, signal, onRows }: ExtractScope,
): Promise<{ watermark?: string }> {
  await client.query(
    "set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'; set bytea_output = 'hex'",
  );
  await client.query('begin isolation level repeatable read read only');
  const columns = await describe(client, source);
  const write = rowWriter(columns);
  const at = columns.findIndex(({ name }) => name === source.watermark);
  const select = await selectSql(client, source, columns[at], since);
  const { default: Cursor } = await import('pg-cursor');
  const cursor = client.query(
    new Cursor<(string | null)[]>(select.text, select.values, { rowMode: 'array' }),
  );
  let watermark: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const rows = await cursor.read(batchRows);
    if (rows.length === 0) break;
    await onRows(rows.map(write));
    watermark = rows.at(-1)?.[at] ?? watermark;
  }
  await client.query('commit');
  return watermark === undefined ? {} : { watermark };
}

async function describe(client: Client, source: PostgresSource): Promise<PostgresColumn[]> {
  const { fields } = await client.query(`select * from ${relation(source, dialect)} as source limit 0`);
  checkColumns(
    fields.map(({ name }) => name),
    source.watermark,
  );
  return fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }));
}

async function selectSql(
  client: Client,
  source: PostgresSource,
  watermark: PostgresColumn | undefined,
  since: string | undefined,
): Promise<{ text: string; values: string[] }> {
  const keys = source.table === undefined ? [] : await primaryKey(client, source);
  const bound = watermark && boundOf(source, watermark);
  if (!bound || since === undefined) return { text: selectText(source, dialect, keys), values: [] };
  return { text: selectText(source, dialect, keys, bound.sql), values: [since, bound.off] };
}

/** The value reading begins above: the newest one had, less the overlap. */
function boundOf(source: PostgresSource, { type }: PostgresColumn): { sql: string; off: string } {
  const time = oids.times[type];
  const off = String(overlapOf(source, time ? 'time' : oids.counters[type] ? 'counter' : undefined));
  return time
    ? { sql: `$1::${time} - make_interval(secs => $2::text::float8)`, off }
    : { sql: '$1::numeric - $2::numeric', off };
}

async function primaryKey(client: Client, source: PostgresSource): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select a.attname as name from pg_index i
     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
     where i.indrelid = $1::regclass and i.indisprimary
     order by array_position(i.indkey::int2[], a.attnum)`,
    [relation(source, dialect)],
  );
  return rows.map(({ name }) => name);
}

function readError(source: string, error: unknown, secrets: readonly string[]): StocktakeError {
  const code = systemErrorCode(error) ?? '';
  return sourceFailure(error, {
    source,
    from: 'from PostgreSQL',
    correct: 'connection, table or query in temporal.config.ts, or the database',
    secrets,
    state: /^[0-9A-Z]{5}$/.test(code) ? ` (SQLSTATE ${code})` : '',
    retryable: passing.test(code) || (/timeout|terminated/i.test(messageOf(error)) && !code),
  });
}
