import type { EntityColumnType } from '../../schemas/entities.ts';
import { quotedString } from '../warehouse/quoting.ts';
import { cleanTextSql } from './text-sql.ts';

/** Types the warehouse writes, by entity column type. */
export const warehouseTypes: Readonly<Record<EntityColumnType, string>> = {
  text: 'VARCHAR',
  money: 'DECIMAL(18,4)',
  number: 'DECIMAL(18,6)',
  integer: 'BIGINT',
  time: 'TIMESTAMP',
  date: 'DATE',
  json: 'VARCHAR',
};

/** A way a value can fail to become its column's type, most telling first. */
export interface TypeFailure {
  /** SQL condition over the value; only asked where the value is there and its cast gave null. */
  readonly when: string;
  /** What was received, in words: `text with a decimal comma`. Never the value itself. */
  readonly received: string;
}

const expectations: Readonly<Record<Exclude<EntityColumnType, 'text' | 'json'>, string>> = {
  money: 'a decimal number such as 12.50, at most 14 digits before the point (4 after it are kept)',
  number: 'a decimal number such as 12.5, at most 12 digits before the point (6 after it are kept)',
  integer: 'a whole number such as 12',
  time: 'an ISO date or time such as 2026-10-01T08:30:00+02:00 (other forms through strptime in the mapping)',
  date: 'an ISO date such as 2026-10-01 (other forms through strptime in the mapping)',
};

const localTime = String.raw`\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?)?`;
const instant = String.raw`\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.]\d+)?)? ?([Zz]|[+-](0\d|1[0-8])(:?[0-5]\d)?)`;
const isoDate = String.raw`\d{4}-\d{2}-\d{2}`;

/** What a column of this type expects, in words. */
export function expectedOf(type: EntityColumnType): string {
  return type === 'text' || type === 'json' ? 'text' : expectations[type];
}

/**
 * Casts a mapped value to its column's type; a value that is none becomes null and is told apart by `typeFailures`.
 *
 * Times become TIMESTAMP in UTC. A TIMESTAMP WITH TIME ZONE, or a text with an offset or Z, is an instant. Anything else
 * is local time in the business zone, a date the start of its day there. A local time that the clocks skip (spring) is
 * read with the offset before the change: 02:30 in Berlin on 2026-03-29 is 01:30 UTC, that is 03:30 summer time. One that
 * occurs twice (autumn) means the later, standard-time occurrence: 02:30 on 2026-10-25 is 01:30 UTC. Years 1 to 9999.
 * Fractions finer than a microsecond are cut off; decimals beyond the scale are rounded half away from zero.
 *
 * @param value a column reference; it is repeated in the result
 * @param valueType its DuckDB type as `describe` names it
 * @param zone business time zone (IANA)
 */
export function castSql(type: EntityColumnType, value: string, valueType: string, zone: string): string {
  const family = familyOf(valueType);
  switch (type) {
    case 'text':
    case 'json':
      return family === 'text' ? cleanTextSql(value) : `cast(${value} as varchar)`;
    case 'money':
    case 'number':
      return decimalSql(value, family, warehouseTypes[type]);
    case 'integer':
      return integerSql(value, family);
    case 'time':
      return timeSql(value, family, zone);
    case 'date':
      return dateSql(value, family, zone);
  }
}

/** The ways a value can fail its cast; the last one always holds. */
export function typeFailures(type: EntityColumnType, value: string, valueType: string): TypeFailure[] {
  const family = familyOf(valueType);
  if (type === 'text' || type === 'json') return [];
  if (family !== 'text') return [{ when: 'true', received: `${valueType} that is none` }];
  return [...textFailures(type, value), { when: 'true', received: 'text that is no such value' }];
}

/** The date of a UTC timestamp in the business zone. */
export function businessDateSql(time: string, zone: string): string {
  if (isUtc(zone)) return `cast(${time} as date)`;
  return `cast(timezone(${quotedString(zone)}, timezone('UTC', ${time})) as date)`;
}

type Family = 'text' | 'number' | 'date' | 'timestamp' | 'instant' | 'other';

function familyOf(valueType: string): Family {
  if (valueType === 'VARCHAR' || valueType.startsWith('ENUM(')) return 'text';
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/.test(valueType))
    return 'number';
  if (valueType === 'DATE') return 'date';
  if (valueType === 'TIMESTAMP WITH TIME ZONE') return 'instant';
  return /^TIMESTAMP(_S|_MS|_NS)?$/.test(valueType) ? 'timestamp' : 'other';
}

function textFailures(type: EntityColumnType, value: string): TypeFailure[] {
  if (type === 'time' || type === 'date') {
    return [
      {
        when: `regexp_full_match(${value}, '${localTime}') or regexp_full_match(${value}, '${instant}')`,
        received: 'a date or time that does not exist',
      },
    ];
  }
  return [
    { when: `regexp_full_match(${value}, '[+-]?[0-9.]*,[0-9]+')`, received: 'a number with a decimal comma' },
    {
      when: `isfinite(try_cast(${value} as double)) and not contains(${value}, '_')`,
      received: type === 'integer' ? 'a number with a fraction or out of range' : 'a number out of range',
    },
  ];
}

function decimalSql(value: string, family: Family, type: string): string {
  if (family === 'number') return `try_cast(${value} as ${type})`;
  // DuckDB reads 1_000 as a thousand; in data an underscore is a mistake.
  if (family === 'text')
    return `case when not contains(${value}, '_') then try_cast(${value} as ${type}) end`;
  return `cast(null as ${type})`;
}

function integerSql(value: string, family: Family): string {
  const exact = decimalSql(value, family, 'decimal(38,9)');
  return `case when ${exact} = trunc(${exact}) then try_cast(${exact} as bigint) end`;
}

function timeSql(value: string, family: Family, zone: string): string {
  switch (family) {
    case 'text':
      return `case
    when regexp_full_match(${value}, '${localTime}') then ${localTextSql(value, zone)}
    when regexp_full_match(${value}, '${instant}') then ${instantSql(value)}
  end`;
    case 'instant':
      return boundedSql(`timezone('UTC', ${value})`);
    case 'date':
    case 'timestamp':
      return utcSql(`try_cast(${value} as timestamp)`, zone);
    default:
      return 'cast(null as timestamp)';
  }
}

function dateSql(value: string, family: Family, zone: string): string {
  const date = (): string => {
    switch (family) {
      case 'text':
        return `case when regexp_full_match(${value}, '${isoDate}') then try_cast(${value} as date) end`;
      case 'date':
        return value;
      case 'timestamp':
        return `try_cast(${value} as date)`;
      case 'instant':
        return `cast(timezone(${quotedString(zone)}, ${value}) as date)`;
      default:
        return 'cast(null as date)';
    }
  };
  return `case when ${date()} between date '0001-01-01' and date '9999-12-31' then ${date()} end`;
}

/** A text of the local form as UTC; small letters are rare. */
function localTextSql(value: string, zone: string): string {
  const local = `coalesce(try_cast(${value} as timestamp), try_cast(upper(${value}) as timestamp))`;
  const bounded = boundedTextSql(value, local);
  return isUtc(zone) ? bounded : fromZoneSql(bounded, zone);
}

/** A text of the instant form as UTC. */
function instantSql(value: string): string {
  return boundedTextSql(value, `timezone('UTC', try_cast(${instantTextSql(value)} as timestamptz))`);
}

/** A text's time within bounds. Only in their first and last days does that have to be asked of the time itself. */
function boundedTextSql(value: string, time: string): string {
  return `case when ${value} between '0001-01-03' and '9999-12-30' then ${time} else ${boundedSql(time)} end`;
}

/** A local timestamp as UTC. Out of bounds is cut first: the zone calendar fails on infinities. */
function utcSql(local: string, zone: string): string {
  const bounded = boundedSql(local);
  return isUtc(zone) ? bounded : fromZoneSql(bounded, zone);
}

function fromZoneSql(local: string, zone: string): string {
  return `timezone('UTC', timezone(${quotedString(zone)}, ${local}))`;
}

function boundedSql(time: string): string {
  return `case when ${time} between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999' then ${time} end`;
}

/** The forms of ISO 8601 that DuckDB does not read: no seconds before an offset, a blank before it, small t and z. */
function instantTextSql(value: string): string {
  const joined = `upper(left(${value}, 11) || replace(substr(${value}, 12), ' ', ''))`;
  return `case when substr(${value}, 17, 1) = ':' then ${joined} else left(${joined}, 16) || ':00' || substr(${joined}, 17) end`;
}

function isUtc(zone: string): boolean {
  return zone === 'UTC' || zone === 'Etc/UTC';
}
