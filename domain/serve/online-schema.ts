/**
 * Tables of the online database.
 *
 * `feedback` holds one row per (type, user, item); `feedback_log` one row per feedback ever received, in order of arrival,
 * with `op` = accumulate, overwrite or remove. `deleted` = 1 marks a tombstone.
 */
export const onlineTablesSql = `
create table if not exists feedback (
  seq integer primary key,
  type text not null,
  user text not null,
  item text not null,
  value real not null,
  time text not null,
  deleted integer not null default 0,
  unique (user, type, item)
) strict;
create table if not exists feedback_log (
  seq integer primary key autoincrement,
  op text not null,
  type text not null,
  user text not null,
  item text not null,
  value real not null,
  time text not null,
  received text not null
) strict;
create table if not exists users (
  id text primary key,
  labels text not null default 'null',
  comment text not null default '',
  deleted integer not null default 0
) strict, without rowid;
create table if not exists items (
  id text primary key,
  labels text not null default 'null',
  comment text not null default '',
  hidden integer not null default 0,
  categories text not null default '[]',
  time text not null default '',
  deleted integer not null default 0
) strict, without rowid;
create index if not exists items_withheld on items (id) where hidden = 1 or deleted = 1;
`;

/** The statements of the online store, prepared once. */
export const onlineSql = {
  accumulate: `
    insert into feedback (type, user, item, value, time) values (?, ?, ?, ?, ?)
    on conflict (user, type, item) do update set
      value = case when deleted = 1 then excluded.value else value + excluded.value end,
      time = case when deleted = 1 then excluded.time else max(time, excluded.time) end,
      deleted = 0`,
  overwrite: `
    insert into feedback (type, user, item, value, time) values (?, ?, ?, ?, ?)
    on conflict (user, type, item) do update set value = excluded.value, time = excluded.time, deleted = 0`,
  log: 'insert into feedback_log (op, type, user, item, value, time, received) values (?, ?, ?, ?, ?, ?, ?)',
  feedbackOf: `
    select type, user, item, value, time from feedback where user = ? and deleted = 0 order by time, seq`,
  feedbackOfType: `
    select type, user, item, value, time from feedback where user = ? and type = ? and deleted = 0 order by time, seq`,
  removeFeedback:
    'update feedback set deleted = 1 where type = ? and user = ? and item = ? and deleted = 0 returning value, time',
  removeFeedbackOf:
    'update feedback set deleted = 1 where user = ? and deleted = 0 returning type, item, value, time',
  knowUser: 'insert into users (id) values (?) on conflict (id) do update set deleted = 0 where deleted = 1',
  knowItem: 'insert into items (id) values (?) on conflict (id) do nothing',
  putUser: `
    insert into users (id, labels, comment) values (?, ?, ?)
    on conflict (id) do update set labels = excluded.labels, comment = excluded.comment, deleted = 0`,
  putItem: `
    insert into items (id, labels, comment, hidden, categories, time) values (?, ?, ?, ?, ?, ?)
    on conflict (id) do update set labels = excluded.labels, comment = excluded.comment, hidden = excluded.hidden,
      categories = excluded.categories, time = excluded.time, deleted = 0`,
  user: 'select id, labels, comment from users where id = ? and deleted = 0',
  item: 'select id, labels, comment, hidden, categories, time from items where id = ? and deleted = 0',
  removeUser: 'update users set deleted = 1 where id = ? and deleted = 0',
  removeItem:
    'insert into items (id, deleted) values (?, 1) on conflict (id) do update set deleted = 1 where deleted = 0',
  withheld: 'select id from items where hidden = 1 or deleted = 1',
  dataVersion: 'pragma data_version',
} as const;
