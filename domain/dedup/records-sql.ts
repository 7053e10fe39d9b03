import { quotedIdentifier, quotedList, quotedString } from '../warehouse/quoting.ts';
import { columnsOf, keyOf, leadingColumn, typedColumnsSql, typedProvenanceSql } from './entity-sql.ts';
import { stampFileSql, stampLineSql, stampSliceSql, stampSql } from './stamp-sql.ts';

/** The entities that are records: merged by key over all slices. */
export type RecordEntity = 'users' | 'items';

/** Columns of `match.records.<entity>` beside the entity's own, in order. */
export const recordColumns = [
  'namespace',
  'source_rows',
  'first_seen',
  'last_seen',
  'gone_since',
  '_source',
  '_slice',
  '_file',
  '_line',
  '_seen',
] as const;

/**
 * What the clean rows say: per column the value and the stamp it was seen at.
 *
 * Grain: one clean row. Reads: the clean files.
 */
export function newObservationsSql(entity: RecordEntity, files: string): string {
  return `
with clean as (
  select
  ${typedColumnsSql(entity)},
  namespace::varchar as namespace,
  source_rows::bigint as source_rows,
  ${typedProvenanceSql}
  from ${files}
), stamped as (
  select *, ${stampSql} as stamp from clean
)
select
  ${observedSql(entity, () => 'stamp')},
  namespace,
  _source,
  stamp,
  source_rows,
  _slice as first_seen,
  _slice as last_seen
from stamped`;
}

/**
 * What merged records say, in the same shape: a column's stamp is its own, or the record's where `_seen` holds none.
 *
 * Grain: one record of one source. Reads: a file of `match.records.<entity>`.
 */
export function oldObservationsSql(entity: RecordEntity, file: string): string {
  return `
with stamped as (
  select *, ${stampSql} as stamp from ${file}
)
select
  ${observedSql(entity, (column) => `coalesce(_seen.${column}, stamp)`)},
  namespace,
  _source,
  stamp,
  source_rows,
  first_seen,
  last_seen
from stamped`;
}

/**
 * Observations merged by (namespace, key, source): per column the non-null value with the largest stamp, a currency
 * with its price.
 *
 * Maximum, minimum and sum are associative and commutative, and the result has the shape of its input: merging the old
 * result with new rows gives what merging all rows gives.
 * Grain: one record of one source. Reads: `relation`, observations. Key: (namespace, key, _source).
 */
export function mergedSql(entity: RecordEntity, relation: string): string {
  const key = keyOf(entity);
  const merged = valueColumns(entity).flatMap((name) => {
    const [column, stamp] = [quotedIdentifier(name), stampOf(name)];
    const isThere = `${quotedIdentifier(leadingColumn(entity, name))} is not null`;
    return [
      `arg_max_null(${column}, ${stamp}) filter (${isThere}) as ${column}`,
      `max(${stamp}) filter (${isThere}) as ${stamp}`,
    ];
  });
  return `
select
  ${[key, 'namespace', '_source', ...merged].join(',\n  ')},
  max(stamp) as stamp,
  sum(source_rows)::bigint as source_rows,
  min(first_seen) as first_seen,
  max(last_seen) as last_seen
from ${relation}
group by ${key}, namespace, _source`;
}

/**
 * `match.records.<entity>`: the merged records as they are stored.
 *
 * `gone_since` is the first slice after `last_seen` of a source that delivers its whole list each time.
 * `_seen` holds the stamp of a value that is not from the record's newest row.
 */
export function storedRecordsSql(
  entity: RecordEntity,
  fullSlices: Readonly<Record<string, readonly string[]>>,
): string {
  const own = columnsOf(entity).map(quotedIdentifier);
  const seen = valueColumns(entity).map(
    (name) => `${quotedIdentifier(name)} := nullif(${stampOf(name)}, stamp)`,
  );
  return `
select
  ${own.join(',\n  ')},
  namespace,
  source_rows,
  first_seen,
  last_seen,
  ${goneSinceSql(fullSlices)} as gone_since,
  _source,
  ${stampSliceSql('stamp')} as _slice,
  ${stampFileSql('stamp')} as _file,
  ${stampLineSql('stamp')} as _line,
  struct_pack(${seen.join(', ')}) as _seen
from merged_records
order by namespace, ${keyOf(entity)}, _source`;
}

/** The stamp column of an entity column in observations. */
function stampOf(name: string): string {
  return quotedIdentifier(`seen:${name}`);
}

function valueColumns(entity: RecordEntity): string[] {
  return columnsOf(entity).filter((name) => name !== keyOf(entity));
}

function observedSql(entity: RecordEntity, stamp: (column: string) => string): string {
  const values = valueColumns(entity).flatMap((name) => {
    const column = quotedIdentifier(name);
    const leading = quotedIdentifier(leadingColumn(entity, name));
    return [column, `case when ${leading} is not null then ${stamp(column)} end as ${stampOf(name)}`];
  });
  return [keyOf(entity), ...values].join(',\n  ');
}

function goneSinceSql(fullSlices: Readonly<Record<string, readonly string[]>>): string {
  const branches = Object.entries(fullSlices)
    .filter(([, slices]) => slices.length > 0)
    .map(
      ([source, slices]) =>
        `when _source = ${quotedString(source)} then list_min(list_filter(${quotedList(slices)}, lambda s: s > last_seen))`,
    );
  return branches.length > 0 ? `case ${branches.join(' ')} end` : 'null::varchar';
}
