import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { type ProfileLimits, profileLimits, profileRelation, type RelationProfile } from './profile.ts';
import { type ColumnProfile, decimalMean } from './profile-columns.ts';
import { memberColumn, plainColumn } from './profile-sql.ts';

let dir: string;
let warehouse: Warehouse;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-profile-'));
  warehouse = await openWarehouse({ threads: 2, memoryMb: 512, tempDir: dir });
});

afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true, force: true });
});

type Cell = string | null;

async function fill(engine: Warehouse, columns: Readonly<Record<string, readonly Cell[]>>): Promise<void> {
  const names = Object.keys(columns);
  const rows = (columns[names[0] ?? ''] ?? []).map((_, index) =>
    Object.fromEntries(names.map((name) => [name, columns[name]?.[index] ?? null])),
  );
  const shape = `[{${names.map((name) => `"${name}":"VARCHAR"`).join(',')}}]`;
  await engine.run(
    'fill',
    `create or replace table t as select ${names.map((name) => `r."${name}"`).join(', ')}
from (select unnest(from_json(cast($rows as json), '${shape}')) as r)`,
    { rows: JSON.stringify(rows) },
  );
}

async function profile(
  columns: Readonly<Record<string, readonly Cell[]>>,
  limits: ProfileLimits = profileLimits,
  nullValues: readonly string[] = [],
): Promise<RelationProfile> {
  await fill(warehouse, columns);
  const profiled = Object.keys(columns).map((name) => plainColumn(name, 'VARCHAR'));
  return profileRelation(warehouse, { step: 't', relation: 't', columns: profiled, nullValues }, limits);
}

/** The same figures by sorting and counting in TypeScript. */
function naive(cells: readonly Cell[]) {
  const values = cells.flatMap((cell) => (cell === null || cell.trim() === '' ? [] : [cell.trim()]));
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const distinct = [...counts.keys()];
  const shareOf = (test: (value: string) => boolean): number =>
    distinct.length === 0 ? 0 : Number((distinct.filter(test).length / distinct.length).toFixed(6));
  const signatures = new Map<string, number>();
  for (const value of values) {
    const signature = value.replaceAll(/\p{L}+/gu, 'A').replaceAll(/[0-9]+/g, '9');
    signatures.set(signature, (signatures.get(signature) ?? 0) + 1);
  }
  const integers = distinct.every((value) => /^[+-]?[0-9]{1,15}$/.test(value));
  const isFlag = distinct.length === 2 && distinct.every((value) => value === '0' || value === '1');
  return {
    nulls: cells.length - values.length,
    distinct: distinct.length,
    top: [...counts]
      .sort(([a, n], [b, m]) => m - n || Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .slice(0, 5)
      .map(([value, rows]) => ({ value, rows })),
    integerShare: shareOf((value) => /^[+-]?[0-9]{1,15}$/.test(value)),
    signatureShare:
      values.length === 0 ? 0 : Number((Math.max(...signatures.values()) / values.length).toFixed(6)),
    averageLength: Number(
      (values.reduce((sum, value) => sum + [...value].length, 0) / Math.max(1, values.length)).toFixed(1),
    ),
    ...(integers && distinct.length > 0 && !isFlag ? { numbers: naiveNumbers(values.map(Number)) } : {}),
  };
}

function naiveNumbers(numbers: readonly number[]) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const quantile = (share: number): string =>
    String(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);
  return {
    mean: decimalMean(`${numbers.reduce((sum, value) => sum + BigInt(value), 0n)}.000000`, numbers.length),
    p05: quantile(0.05),
    p25: quantile(0.25),
    median: quantile(0.5),
    p75: quantile(0.75),
    p95: quantile(0.95),
    zeros: numbers.filter((value) => value === 0).length,
    negatives: numbers.filter((value) => value < 0).length,
  };
}

const figures = (column: ColumnProfile | undefined) => ({
  nulls: column?.nulls,
  distinct: column?.distinct,
  top: column?.top,
  integerShare: column?.patterns.integer,
  signatureShare: column?.signatureShare,
  averageLength: column?.averageLength,
  ...(column?.numbers ? { numbers: column.numbers } : {}),
});

const cell = fc.option(
  fc.oneof(fc.constantFrom('a', 'B7', ' x ', '', 'Zürich', '你好'), fc.string({ maxLength: 4 })),
  {
    freq: 4,
  },
);
const numberCell = fc.option(fc.integer({ min: -20, max: 20 }).map(String), { freq: 5 });

describe('profileRelation', () => {
  it('agrees with a naive profile on any table', async () => {
    const table = fc.integer({ min: 1, max: 40 }).chain((rows) =>
      fc.record({
        words: fc.array(cell, { minLength: rows, maxLength: rows }),
        numbers: fc.array(numberCell, { minLength: rows, maxLength: rows }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(table, async (columns) => {
        const { rows, columns: found } = await profile(columns);
        expect(rows).toBe(columns.words.length);
        expect(figures(found[0])).toEqual(naive(columns.words));
        expect(figures(found[1])).toEqual(naive(columns.numbers));
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('tells extremes by number for numbers and by text for texts', async () => {
    const { columns } = await profile({ n: ['9', '10', '-2.50'], t: ['b', 'a', 'c'], e: [null, '', ' '] });
    const [n, t, e] = columns;
    expect([n?.looksLike, n?.min, n?.max]).toEqual(['decimal', '-2.5', '10']);
    expect([t?.looksLike, t?.min, t?.max]).toEqual(['text', 'a', 'c']);
    expect([e?.looksLike, e?.min, e?.nulls, e?.top]).toEqual(['empty', undefined, 3, []]);
  });

  it('reads numbers however long and however the point is set', async () => {
    const { columns } = await profile({
      n: ['+5', '.5', '5.', '-0.1234567', '123456789012345', '999999999999.99'],
    });
    expect(columns[0]).toMatchObject({ looksLike: 'decimal', min: '-0.123457', max: '123456789012345' });
    expect(columns[0]?.numbers).toMatchObject({ mean: '20742798168725.894424', median: '5' });
  });

  it("counts the source's own words for no value as missing", async () => {
    const { columns } = await profile({ a: ['N/A', '1', ' N/A '] }, profileLimits, ['N/A']);
    expect([columns[0]?.nulls, columns[0]?.distinct]).toEqual([2, 1]);
  });

  it('recognises dates, times and flags', async () => {
    const { columns } = await profile({
      d: ['2026-01-31', '31.01.2026'],
      t: ['2026-01-31 08:00', '2026-01-31T08:00:00Z'],
      f: ['yes', 'no'],
    });
    expect(columns.map(({ looksLike }) => looksLike)).toEqual(['date', 'time', 'flag']);
  });

  it('counts columns beyond the dictionary limit exactly and samples only their patterns and numbers', async () => {
    const ids = Array.from({ length: 400 }, (_, index) => (index % 9 === 0 ? null : `u${index}`));
    const limits = { ...profileLimits, dictionary: 50, lookedAt: 40 };
    const { columns } = await profile({ ids, few: ids.map((_, index) => String(index % 7)) }, limits);
    const valued = ids.filter((id) => id !== null);
    expect(columns[0]).toMatchObject({
      whole: false,
      nulls: ids.length - valued.length,
      distinct: valued.length,
      min: 'u1',
      max: [...valued].sort().at(-1),
      top: [],
      signature: 'A9',
      signatureShare: 1,
    });
    expect(columns[1]).toMatchObject({ whole: true, distinct: 7 });
  });

  it('profiles only the fullest columns of a wide relation and names the others', async () => {
    const { columns, skipped } = await profile(
      { thin: ['a', null, null], full: ['a', 'b', 'c'], half: ['a', 'b', null], late: ['x', 'y', null] },
      { ...profileLimits, columns: 2 },
    );
    expect(columns.map(({ column }) => column)).toEqual(['full', 'half']);
    expect(skipped).toEqual(['thin', 'late']);
  });

  it('works out members of JSON objects from the distinct objects', async () => {
    await fill(warehouse, { attributes: ['{"colour":"red"}', '{"colour":"red"}', '{"size":"2"}', null] });
    const columns = [plainColumn('attributes', 'VARCHAR'), memberColumn('attributes', 'colour')];
    const found = await profileRelation(warehouse, { step: 't', relation: 't', columns, nullValues: [] });
    expect(found.columns[1]).toMatchObject({
      column: 'attributes.colour',
      nulls: 2,
      top: [{ value: 'red', rows: 2 }],
    });
  });

  it('profiles more columns than one scan takes', async () => {
    const names = Array.from({ length: 65 }, (_, index) => `c${index}`);
    const { columns } = await profile(
      Object.fromEntries(names.map((name, index) => [name, [String(index), 'x']])),
    );
    expect(columns.map(({ column, top }) => [column, top.length])).toEqual(names.map((name) => [name, 2]));
  });

  it('gives equal figures at 1, 2 and 3 threads', async () => {
    const work = {
      step: 't',
      relation: `(select (i * 7919 % 1009)::varchar as a, (i % 13)::decimal(18,4) / 3 as b, 'v' || i as c from range(30000) r(i))`,
      columns: [plainColumn('a', 'VARCHAR'), plainColumn('b', 'DOUBLE'), plainColumn('c', 'VARCHAR')],
      nullValues: [],
    };
    const results = [];
    for (const threads of [1, 2, 3]) {
      const engine = await openWarehouse({ threads, memoryMb: 512, tempDir: dir });
      results.push(await profileRelation(engine, work, { ...profileLimits, dictionary: 5000 }));
      engine.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

describe('decimalMean', () => {
  it('rounds half away from zero to six places', () => {
    expect(decimalMean('1.000000', 3)).toBe('0.333333');
    expect(decimalMean('-2.000000', 3)).toBe('-0.666667');
    expect(decimalMean('0.000001', 2)).toBe('0.000001');
    expect(decimalMean('-0.000001', 4)).toBe('0');
    expect(decimalMean('12345678901234567890.500000', 1)).toBe('12345678901234567890.5');
    expect(decimalMean('0.000000', 0)).toBe('0');
  });
});
