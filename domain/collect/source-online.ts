import { resolve } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { OnlineSource } from '../../schemas/source.ts';
import { messageOf, SourceError, systemErrorCode } from '../runtime/errors.ts';
import { onlineFormat, onlinePath } from '../store/online-file.ts';
import type { Extract, ExtractScope } from './landing.ts';

const batchRows = 10_000;
const waitMs = 10_000;

/**
 * Reads a table of the online store in one read transaction, beside an API that goes on writing.
 *
 * Received feedback is read in the order of its arrival, from the last one had on; what was taken back since is left out, as
 * far as no night has read it yet. `labels` and `categories` are the JSON the shop sent.
 *
 * @throws SourceError STK-SOURCE-READ
 */
export function onlineExtract(name: string, source: OnlineSource, storeDir: string): Extract {
  const path = source.database === undefined ? onlinePath(storeDir) : resolve(storeDir, source.database);
  return async (scope) => {
    const { DatabaseSync } = await import('node:sqlite');
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(path, { readOnly: true, timeout: waitMs });
      refuseOtherFormat(db);
      db.exec('begin');
      return await readAll(db, source, scope);
    } catch (error) {
      if (scope.signal.aborted || !isOfDatabase(error)) throw error;
      throw readError(name, path, error);
    } finally {
      db?.close();
    }
  };
}

type Row = Record<string, SQLOutputValue>;

async function readAll(
  db: DatabaseSync,
  { table, mode }: OnlineSource,
  { since = '0', signal, onRows }: ExtractScope,
): Promise<{ watermark?: string }> {
  const isLog = table === 'feedback' && mode === 'incremental';
  if (isLog) refuseShorterLog(db, Number(since));
  const statement = db.prepare(isLog ? receivedSql : wholeSql[table]);
  let batch: string[] = [];
  let watermark: string | undefined;
  for (const row of statement.iterate(...(isLog ? [Number(since)] : []))) {
    batch.push(jsonOf(row));
    if (isLog) watermark = String(row.id);
    if (batch.length < batchRows) continue;
    signal.throwIfAborted();
    await onRows(batch);
    batch = [];
  }
  await onRows(batch);
  return watermark === undefined ? {} : { watermark };
}

const receivedSql = `
with taken_back as materialized (
  select type, user, item, max(seq) as seq
  from feedback_log
  where op = 'remove' and seq > ?1
  group by type, user, item
)
select log.seq as id, log.op, log.type, log.user, log.item, log.value, log.time, log.received
from feedback_log log
left join taken_back using (type, user, item)
where log.seq > ?1 and log.op <> 'remove' and (taken_back.seq is null or taken_back.seq < log.seq)
order by log.seq`;

const wholeSql: Readonly<Record<OnlineSource['table'], string>> = {
  feedback: `
    select seq as id, type, user, item, value, time from feedback where deleted = 0 order by seq`,
  users: 'select id, labels, comment from users where deleted = 0 order by id',
  items: 'select id, labels, comment, hidden, categories, time from items where deleted = 0 order by id',
};

/** Columns that hold JSON, which stands in the row as what it is. */
const jsonColumns = ['labels', 'categories'];

function jsonOf(row: Row): string {
  const cells = Object.entries(row).map(([column, value]) => {
    const shown = column === 'hidden' ? value === 1 : value;
    return `${JSON.stringify(column)}:${jsonColumns.includes(column) ? String(value) : JSON.stringify(shown)}`;
  });
  return `{${cells.join(',')}}`;
}

function refuseOtherFormat(db: DatabaseSync): void {
  const found = Number(db.prepare('pragma user_version').get()?.user_version ?? 0);
  if (found === onlineFormat) return;
  throw new SourceError(`it has format ${found}, this Stocktake reads ${onlineFormat}`, {
    code: 'STK-SOURCE-READ',
  });
}

/** A log that ends before what was had is another database's: its first feedback would count as had. */
function refuseShorterLog(db: DatabaseSync, had: number): void {
  const row = db.prepare("select seq from sqlite_sequence where name = 'feedback_log'").get();
  const last = Number(row?.seq ?? 0);
  if (last >= had) return;
  throw new SourceError(
    `its log of feedback ends with number ${last}, and number ${had} was had before: it is another one; put the former one back, or give the source another name`,
    { code: 'STK-SOURCE-READ' },
  );
}

/** What the database said, and nothing of the landing zone's troubles. */
function isOfDatabase(error: unknown): boolean {
  return error instanceof SourceError || systemErrorCode(error) === 'ERR_SQLITE_ERROR';
}

function readError(source: string, path: string, cause: unknown): SourceError {
  return new SourceError(
    `Source ${source} cannot be read from the online store ${path}: ${messageOf(cause)}; it is made by: stocktake serve. Correct database in temporal.config.ts where another is meant, then: stocktake run`,
    { code: 'STK-SOURCE-READ', retryable: /locked|busy/i.test(messageOf(cause)), details: { source }, cause },
  );
}
