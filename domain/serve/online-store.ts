import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { ConfigError, messageOf, PlatformError } from '../runtime/errors.ts';
import { onlineFormat } from '../store/online-file.ts';
import type { Feedback, FeedbackStore, OnlineItem, OnlineUser } from './feedback-store.ts';
import { onlineSql, onlineTablesSql } from './online-schema.ts';

/** How to open the online database. */
export interface OnlineStoreOptions {
  /** File of the database; its folder is made when absent. */
  readonly path: string;
  /** Stamps the log of received feedback. */
  readonly now: () => Date;
}

type Statements = Record<keyof typeof onlineSql, StatementSync>;
type Row = Record<string, SQLOutputValue>;

/**
 * The online store on SQLite: write-ahead log, `synchronous=full`, so that an acknowledged write is on disk.
 *
 * Writes that arrive together are committed together (one fsync for all that wait), each inside its own savepoint, so that
 * one refused write takes no other with it. Several processes may share the file.
 *
 * @throws PlatformError STK-ONLINE-UNAVAILABLE
 * @throws ConfigError STK-ONLINE-FORMAT when a newer Stocktake wrote the file
 */
export function openOnlineStore(options: OnlineStoreOptions): FeedbackStore {
  const db = openDatabase(options.path);
  const run = Object.fromEntries(
    Object.entries(onlineSql).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as Statements;
  const write = groupedWriter(db, options.path);
  const withheld = withheldReader(run);

  return {
    putFeedback: (feedback, mode) =>
      write(() => {
        const received = options.now().toISOString();
        for (const { type, user, item, value, timestamp } of feedback) {
          run[mode].run(type, user, item, value, timestamp);
          run.log.run(mode, type, user, item, value, timestamp, received);
          run.knowUser.run(user);
          run.knowItem.run(item);
        }
        return feedback.length;
      }),
    async feedbackOf(user, type) {
      const rows = type === undefined ? run.feedbackOf.all(user) : run.feedbackOfType.all(user, type);
      return rows.map(feedbackFrom);
    },
    removeFeedback: (type, user, item) =>
      write(() => {
        const gone = run.removeFeedback.all(type, user, item);
        for (const row of gone) logRemoval(run, { ...row, type, user, item }, options.now());
        return gone.length;
      }),
    putUsers: (users) =>
      write(() => {
        for (const { id, labels, comment } of users) run.putUser.run(id, jsonText(labels), comment);
        return users.length;
      }),
    async user(id) {
      const row = run.user.get(id);
      return row && userFrom(row);
    },
    removeUser: (id) =>
      write(() => {
        for (const row of run.removeFeedbackOf.all(id)) logRemoval(run, { ...row, user: id }, options.now());
        return Number(run.removeUser.run(id).changes);
      }),
    putItems: (items) =>
      write(() => {
        for (const { id, labels, comment, hidden, categories, timestamp } of items) {
          run.putItem.run(
            id,
            jsonText(labels),
            comment,
            hidden ? 1 : 0,
            JSON.stringify(categories),
            timestamp,
          );
        }
        withheld.forget();
        return items.length;
      }),
    async item(id) {
      const row = run.item.get(id);
      return row && itemFrom(row);
    },
    removeItem: (id) =>
      write(() => {
        withheld.forget();
        return Number(run.removeItem.run(id).changes);
      }),
    withheld: async () => withheld.read(),
    async ping() {
      await write(() => run.user.get('') !== undefined);
    },
    async close() {
      await write(() => undefined).catch(() => undefined);
      db.close();
    },
  };
}

function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    db = new DatabaseSync(path, { timeout: 2000 });
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    const found = Number(db.prepare('pragma user_version').get()?.user_version ?? 0);
    if (found > onlineFormat) throw newerFormat(path, found);
    db.exec(`begin immediate; ${onlineTablesSql} pragma user_version = ${onlineFormat}; commit`);
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof ConfigError ? error : unavailable(path, error);
  }
}

/** One write that waits for the next commit. */
interface WaitingWrite {
  /** Does the work and returns what tells the caller about it once it is committed. */
  readonly run: () => () => void;
  readonly refuse: (error: unknown) => void;
}

/** Queues writes and commits all that wait in one transaction as soon as the event loop turns. */
function groupedWriter(db: DatabaseSync, path: string): <Result>(work: () => Result) => Promise<Result> {
  let waiting: WaitingWrite[] = [];
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    try {
      db.exec('begin immediate');
      const tell = batch.map(({ run }) => run());
      db.exec('commit');
      for (const done of tell) done();
    } catch (error) {
      if (db.isOpen && db.isTransaction) db.exec('rollback');
      for (const { refuse } of batch) refuse(unavailable(path, error));
    }
  };
  return (work) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ run: () => inSavepoint(db, work, resolve, reject), refuse: reject });
    });
}

function inSavepoint<Result>(
  db: DatabaseSync,
  work: () => Result,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): () => void {
  db.exec('savepoint write');
  try {
    const result = work();
    db.exec('release write');
    return () => resolve(result);
  } catch (error) {
    if (!db.isTransaction) throw error;
    db.exec('rollback to write; release write');
    return () => reject(error);
  }
}

/** Keeps the withheld ids in memory until this or another process may have changed them. */
function withheldReader(run: Statements): { read: () => ReadonlySet<string>; forget: () => void } {
  let known: { version: number; ids: ReadonlySet<string> } | undefined;
  return {
    read() {
      const version = Number(run.dataVersion.get()?.data_version);
      if (known?.version !== version) {
        known = { version, ids: new Set(run.withheld.all().map((row) => String(row.id))) };
      }
      return known.ids;
    },
    forget() {
      known = undefined;
    },
  };
}

function logRemoval(run: Statements, row: Row, now: Date): void {
  const { type, user, item, value, time } = feedbackColumns(row);
  run.log.run('remove', type, user, item, value, time, now.toISOString());
}

function feedbackFrom(row: Row): Feedback {
  const { time, ...columns } = feedbackColumns(row);
  return { ...columns, timestamp: time };
}

function feedbackColumns(row: Row) {
  return {
    type: String(row.type),
    user: String(row.user),
    item: String(row.item),
    value: Number(row.value),
    time: String(row.time),
  };
}

function userFrom(row: Row): OnlineUser {
  return { id: String(row.id), labels: JSON.parse(String(row.labels)), comment: String(row.comment) };
}

function itemFrom(row: Row): OnlineItem {
  return {
    ...userFrom(row),
    hidden: row.hidden === 1,
    categories: JSON.parse(String(row.categories)),
    timestamp: String(row.time),
  };
}

function jsonText(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function newerFormat(path: string, found: number): ConfigError {
  return new ConfigError(
    `The online database ${path} has format ${found}, this Stocktake reads ${onlineFormat}; use the Stocktake that wrote it`,
    { code: 'STK-ONLINE-FORMAT', details: { path, found } },
  );
}

function unavailable(path: string, cause: unknown): PlatformError {
  return new PlatformError(
    `The online database ${path} cannot be used (${messageOf(cause)}); free the disk or the file, then try again`,
    { code: 'STK-ONLINE-UNAVAILABLE', details: { path }, cause },
  );
}
