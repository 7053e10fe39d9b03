import type { MariadbSource, PostgresSource } from '../../schemas/source.ts';
import { secondsOf } from '../../schemas/source-remote.ts';
import { SourceError } from '../runtime/errors.ts';
import { noWatermark, overlapMisfit, type WatermarkValue } from './watermark-value.ts';

/** A source that is a table or a query of a database, whichever. */
export type DatabaseSource = PostgresSource | MariadbSource;

/** Rows read and handed on at a time. */
export const batchRows = 10_000;
/** Milliseconds until a database that does not answer is given up. */
export const connectMs = 10_000;

/** Where two databases' SQL differs. */
export interface SqlDialect {
  /** Quotes an identifier. */
  readonly quoted: (identifier: string) => string;
  /** Said behind the first column of an order to have nulls first; empty where they are. */
  readonly nullsFirst: string;
}

/** System errors of a connection that pass by themselves, as the beginning of a pattern's choices. */
export const passingNetwork =
  'ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH';

/** The table or the query, as it stands behind `from`. */
export function relation({ table, query }: DatabaseSource, { quoted }: SqlDialect): string {
  return table === undefined ? `(${query ?? ''}\n)` : table.split('.').map(quoted).join('.');
}

/**
 * The select of a reading: everything, or what is above a bound; by watermark, then key.
 *
 * @param above an SQL expression, or undefined to read everything
 */
export function selectText(
  source: DatabaseSource,
  dialect: SqlDialect,
  keys: readonly string[],
  above?: string,
): string {
  const { quoted, nullsFirst } = dialect;
  const { watermark } = source;
  const first = watermark === undefined ? [] : [`${quoted(watermark)}${nullsFirst}`];
  const order = [...first, ...keys.map(quoted)];
  const where =
    watermark === undefined || above === undefined ? '' : ` where ${quoted(watermark)} > ${above}`;
  const by = order.length > 0 ? ` order by ${order.join(', ')}` : '';
  return `select * from ${relation(source, dialect)} as source${where}${by}`;
}

/** Refuses columns that are no JSON object's, and a watermark that is none of them. @throws SourceError STK-SOURCE-COLUMNS */
export function checkColumns(names: readonly string[], watermark: string | undefined): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new SourceError(`the query gives two columns named ${twice}; name each once with "as"`, {
      code: 'STK-SOURCE-COLUMNS',
    });
  }
  if (watermark !== undefined && !names.includes(watermark)) {
    throw new SourceError(`there is no watermark column ${watermark}; there are ${names.join(', ')}`, {
      code: 'STK-SOURCE-COLUMNS',
    });
  }
}

/**
 * How far below the newest value had reading begins, in seconds or in the counter's own unit.
 *
 * @throws SourceError STK-SOURCE-COLUMNS where the column does not grow, or the overlap does not fit it
 */
export function overlapOf(
  { watermark = '', overlap }: DatabaseSource,
  kind: WatermarkValue['kind'] | undefined,
): number {
  if (kind === undefined) throw noWatermark(watermark);
  if (overlap === undefined) return 0;
  const off = kind === 'time' ? (typeof overlap === 'string' ? secondsOf(overlap) : undefined) : overlap;
  if (typeof off !== 'number') throw overlapMisfit(watermark, overlap, kind);
  return off;
}
