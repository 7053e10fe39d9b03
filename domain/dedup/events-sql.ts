import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { columnsOf, provenanceColumns, typedColumnsSql, typedProvenanceSql } from './entity-sql.ts';
import type { EventEntity } from './event-dates.ts';

/** Source → the columns that identify one of its events. */
export type EventKeys = Readonly<Record<string, readonly string[]>>;

/**
 * Rows of some dates of all sources, each with `is_repeat`: whether an earlier row of its source and date has its key.
 *
 * Earlier = smaller (_slice, _file, _line). A row with a null in its key repeats nothing: it is not identified.
 * Grain: one clean row. Reads: the clean files. Key: (_source, _slice, _file, _line).
 */
export function eventRowsSql(
  entity: EventEntity,
  files: string,
  dates: readonly string[],
  keys: EventKeys,
): string {
  const key = keySql(keys);
  return `
with dated as (
  select
  ${typedColumnsSql(entity)},
  event_date::date as event_date,
  ${typedProvenanceSql}
  from ${files}
  where event_date in (${dates.map((date) => `${quotedString(date)}::date`).join(', ')})
), keyed as (
  select *, ${key} as event_key from dated
)
select
  * exclude (event_key),
  ${key === 'null' ? 'false' : `event_key is not null and ${rankSql} > 1`} as is_repeat
from keyed
order by event_date, ${provenanceColumns.join(', ')}`;
}

const rankSql =
  'row_number() over (partition by _source, event_date, event_key order by _slice, _file, _line)';

/** Counts by source and date: rows and repeats. */
export const eventCountsSql = `
select
  _source,
  event_date::varchar as event_date,
  count(*) as row_count,
  count(*) filter (is_repeat) as repeat_count
from event_rows
group by _source, event_date
order by _source, event_date`;

/** The rows that stay of one date, in their total order. */
export function eventPartitionSql(entity: EventEntity, date: string): string {
  return `
select
  ${columnsOf(entity).map(quotedIdentifier).join(',\n  ')},
  event_date,
  ${provenanceColumns.join(',\n  ')}
from event_rows
where event_date = ${quotedString(date)}::date and not is_repeat
order by ${provenanceColumns.join(', ')}`;
}

/** The key of a row as one JSON text; null where its source has none or a part of it is null. */
function keySql(keys: EventKeys): string {
  const keyed = Object.entries(keys).filter(([, columns]) => columns.length > 0);
  if (keyed.length === 0) return 'null';
  const branches = keyed.map(([source, columns]) => {
    const names = columns.map(quotedIdentifier);
    const present = names.map((name) => `${name} is not null`).join(' and ');
    const text = `to_json([${names.map((name) => `${name}::varchar`).join(', ')}])::varchar`;
    return `when _source = ${quotedString(source)} and ${present} then ${text}`;
  });
  return `case\n    ${branches.join('\n    ')}\n  end`;
}
