import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntityColumnType } from '../../schemas/entities.ts';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { businessDateSql, castSql, expectedOf, typeFailures } from './type-sql.ts';

let dir = '';
let warehouse: Warehouse;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-types-'));
  warehouse = await openWarehouse({ threads: 1, memoryMb: 512, tempDir: join(dir, 'spill') });
});
afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true });
});

/** The cast of a SQL literal, as text; null where it is none. */
async function cast(type: EntityColumnType, literal: string, zone = 'UTC'): Promise<unknown> {
  const [described] = await warehouse.rows('type', `describe select ${literal} as v`);
  const sql = castSql(type, 'v', String(described?.column_type), zone);
  const [row] = await warehouse.rows(
    'cast',
    `select cast(${sql} as varchar) as typed from (select ${literal} as v)`,
  );
  return row?.typed;
}

/** What a value that does not fit is said to be. */
async function received(type: EntityColumnType, literal: string): Promise<string | undefined> {
  const [described] = await warehouse.rows('type', `describe select ${literal} as v`);
  for (const failure of typeFailures(type, 'v', String(described?.column_type))) {
    const holds = await warehouse.count(
      'when',
      `select (${failure.when})::int from (select ${literal} as v)`,
    );
    if (holds === 1) return failure.received;
  }
  return undefined;
}

describe('money and numbers', () => {
  it.each([
    ["'12.5'", '12.5000'],
    ["'-80995'", '-80995.0000'],
    ["'1e3'", '1000.0000'],
    ["'0.00005'", '0.0001'],
    ["'-0.00005'", '-0.0001'],
    ['12::integer', '12.0000'],
    ['2.5::double', '2.5000'],
    ['1.23456::decimal(10,5)', '1.2346'],
    ['null::varchar', null],
  ])('reads %s as %s', async (literal, expected) => {
    expect(await cast('money', literal)).toBe(expected);
  });

  it.each([
    ["'12,50'", 'a number with a decimal comma'],
    ["'1.234,50'", 'a number with a decimal comma'],
    ["'123456789012345678'", 'a number out of range'],
    ["'1_000'", 'text that is no such value'],
    ["'£2.50'", 'text that is no such value'],
    ["'nan'::double", 'DOUBLE that is none'],
    ['true', 'BOOLEAN that is none'],
    ["date '2026-10-01'", 'DATE that is none'],
    ['[1]', 'INTEGER[] that is none'],
  ])('refuses %s as %s', async (literal, what) => {
    expect(await cast('money', literal)).toBeNull();
    expect(await received('money', literal)).toBe(what);
  });

  it('keeps six digits of other numbers', async () => {
    expect(await cast('number', "'0.1234567'")).toBe('0.123457');
  });

  it('takes whole numbers only, never rounded ones', async () => {
    expect(await cast('integer', "'17850.0'")).toBe('17850');
    expect(await cast('integer', "'3.7'")).toBeNull();
    expect(await cast('integer', '9007199254740993::bigint')).toBe('9007199254740993');
  });
});

describe('times', () => {
  it.each([
    ["'2026-10-01'", '2026-10-01 00:00:00'],
    ["'2026-10-01 08:26'", '2026-10-01 08:26:00'],
    ["'2026-10-01T08:26:05.1234567'", '2026-10-01 08:26:05.123456'],
    ["'2026-10-01T08:26:00Z'", '2026-10-01 08:26:00'],
    ["'2026-10-01t08:26z'", '2026-10-01 08:26:00'],
    ["'2026-10-01t08:26'", '2026-10-01 08:26:00'],
    ["'0001-01-01'", '0001-01-01 00:00:00'],
    ["'9999-12-31T23:59:59'", '9999-12-31 23:59:59'],
    ["'2026-10-01T08:26:00+02:00'", '2026-10-01 06:26:00'],
    ["'2026-10-01 08:26 +0530'", '2026-10-01 02:56:00'],
    ["'2026-10-01T08:26:00.5-03'", '2026-10-01 11:26:00.5'],
    ["timestamptz '2026-10-01 08:26:00+02'", '2026-10-01 06:26:00'],
    ["timestamp_ns '2026-10-01 08:26:00.000000001'", '2026-10-01 08:26:00'],
  ])('reads %s in UTC as %s', async (literal, expected) => {
    expect(await cast('time', literal)).toBe(expected);
  });

  it.each([
    ["'2026-13-45'", 'a date or time that does not exist'],
    ["'2026-02-30T10:00:00Z'", 'a date or time that does not exist'],
    ["'0000-01-01'", 'a date or time that does not exist'],
    ["'9999-12-31 24:00:00'", 'a date or time that does not exist'],
    ["'0001-01-01T00:00:00+05:00'", 'a date or time that does not exist'],
    ["'9999-12-31T23:59:59-05:00'", 'a date or time that does not exist'],
    ["'01.10.2026'", 'text that is no such value'],
    ["'2026-10-01 10:00:00 Europe/Berlin'", 'text that is no such value'],
    ["'1759305600'", 'text that is no such value'],
    ["'infinity'", 'text that is no such value'],
    ["timestamp 'infinity'", 'TIMESTAMP that is none'],
    ['1759305600', 'INTEGER that is none'],
  ])('refuses %s as %s', async (literal, what) => {
    expect(await cast('time', literal, 'Europe/Berlin')).toBeNull();
    expect(await received('time', literal)).toBe(what);
  });

  it('takes a time without an offset for local time, and a date for the start of its day', async () => {
    expect(await cast('time', "'2026-07-01 12:00:00'", 'Europe/Berlin')).toBe('2026-07-01 10:00:00');
    expect(await cast('time', "timestamp '2026-01-01 12:00:00'", 'Europe/Berlin')).toBe(
      '2026-01-01 11:00:00',
    );
    expect(await cast('time', "date '2026-10-01'", 'Asia/Shanghai')).toBe('2026-09-30 16:00:00');
    expect(await cast('time', "'2026-10-01'", 'Asia/Shanghai')).toBe('2026-09-30 16:00:00');
  });

  it('reads a skipped local time with the offset before, a doubled one as the later', async () => {
    expect(await cast('time', "'2026-03-29 02:30:00'", 'Europe/Berlin')).toBe('2026-03-29 01:30:00');
    expect(await cast('time', "'2026-10-25 02:30:00'", 'Europe/Berlin')).toBe('2026-10-25 01:30:00');
    expect(await cast('time', "'2018-11-04'", 'America/Sao_Paulo')).toBe('2018-11-04 03:00:00');
  });

  it('an offset is stronger than the business zone', async () => {
    expect(await cast('time', "'2026-10-25T02:30:00+02:00'", 'Europe/Berlin')).toBe('2026-10-25 00:30:00');
  });

  it('finds the business date of an instant on either side of midnight', async () => {
    const dateOf = async (time: string, zone: string): Promise<unknown> => {
      const [row] = await warehouse.rows(
        'date',
        `select cast(${businessDateSql('t', zone)} as varchar) as d from (select timestamp '${time}' as t)`,
      );
      return row?.d;
    };
    expect(await dateOf('2026-10-01 22:30:00', 'Europe/Berlin')).toBe('2026-10-02');
    expect(await dateOf('2026-10-01 22:30:00', 'UTC')).toBe('2026-10-01');
    expect(await dateOf('2026-10-02 03:30:00', 'America/New_York')).toBe('2026-10-01');
  });
});

describe('dates', () => {
  it('come from ISO texts, dates and times in the business zone', async () => {
    expect(await cast('date', "'2026-10-01'")).toBe('2026-10-01');
    expect(await cast('date', "timestamp '2026-10-01 23:59:00'", 'Europe/Berlin')).toBe('2026-10-01');
    expect(await cast('date', "timestamptz '2026-10-01 23:59:00+00'", 'Europe/Berlin')).toBe('2026-10-02');
    expect(await cast('date', "'2026-13-45'")).toBeNull();
    expect(await cast('date', "'1.10.2026'")).toBeNull();
    expect(await cast('date', '20261001')).toBeNull();
  });
});

describe('text', () => {
  it('is clean, and other types are written out', async () => {
    expect(await cast('text', "'  e\u0301 '")).toBe('\u00e9');
    expect(await cast('text', '17850::bigint')).toBe('17850');
    expect(await cast('text', 'true')).toBe('true');
    expect(expectedOf('text')).toBe('text');
    expect(typeFailures('text', 'v', 'VARCHAR')).toEqual([]);
  });
});
