import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quotedString } from '../warehouse/quoting.ts';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { plainColumn } from './profile-sql.ts';
import { type ScanProfile, scanProfile } from './scan-profile.ts';

let dir: string;
let warehouse: Warehouse;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-scan-'));
  warehouse = await openWarehouse({ threads: 2, memoryMb: 1024, tempDir: dir });
});

afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true, force: true });
});

/** Profiles the columns of a query, written as a Parquet file first. */
async function scanned(
  query: string,
  threads: Warehouse = warehouse,
  sampleRows = 40_000,
): Promise<ScanProfile> {
  const file = join(dir, 'scan.parquet');
  await warehouse.run('make', `copy (${query}) to ${quotedString(file)} (format parquet)`);
  const relation = `read_parquet(${quotedString(file)})`;
  const described = await warehouse.rows('describe', `describe select * from ${relation}`);
  const columns = described.map((row) => plainColumn(String(row.column_name), String(row.column_type)));
  return scanProfile(threads, { step: 'scan', relation, columns, rowKey: 'file_row_number', sampleRows });
}

describe('scanProfile', () => {
  it('agrees with a naive profile on any whole numbers', async () => {
    const numbers = fc.array(fc.option(fc.integer({ min: -1_000_000, max: 1_000_000 })), {
      minLength: 2,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        const list = values.map((value) => (value === null ? 'null' : String(value))).join(', ');
        const [column] = (await scanned(`select unnest(cast([${list}] as bigint[])) as x`)).columns;
        const there = values.filter((value) => value !== null).sort((a, b) => a - b);
        const mean = there.reduce((sum, value) => sum + value, 0) / there.length;
        const spread = there.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        expect(column).toMatchObject({ count: there.length, nulls: values.length - there.length });
        if (there.length === 0) return;
        expect([column?.min, column?.max]).toEqual([String(there[0]), String(there.at(-1))]);
        expect(column?.mean).toBeCloseTo(mean, 2);
        const quantile = (share: number): string =>
          String(there[Math.max(0, Math.ceil(share * there.length) - 1)]);
        expect(column?.quantiles).toEqual([0.05, 0.25, 0.5, 0.75, 0.95].map(quantile));
        if (there.length < 2) expect(column?.deviation).toBeNull();
        else expect(column?.deviation).toBeCloseTo(Math.sqrt(spread / (there.length - 1)), 1);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it('tells decimals, texts, times and empty columns each in their way', async () => {
    const { columns } = await scanned(`select * from (values
      (1.50::decimal(18,4), 'a', timestamp '2026-01-01', null::varchar, 1.5::double),
      (2.50, 'bbb', timestamp '2026-01-03', null, 2.5),
      (3.50, 'a', timestamp '2026-01-05', null, 3.5)) as t(price, word, time, nothing, ratio)`);
    const [price, word, time, nothing, ratio] = columns;
    expect(price).toMatchObject({
      mean: 2.5,
      deviation: 1,
      min: '1.5000',
      distinct: 3,
      quantiles: ['1.5000', '1.5000', '2.5000', '3.5000', '3.5000'],
    });
    expect(word).toMatchObject({
      mean: null,
      quantiles: null,
      averageLength: 1.67,
      entropy: 0.918296,
      top: [
        { value: 'a', share: 0.666667 },
        { value: 'bbb', share: 0.333333 },
      ],
    });
    expect(time).toMatchObject({ mean: '2026-01-03T00:00:00.000Z', deviation: null });
    expect(nothing).toMatchObject({ count: 0, nulls: 3, min: null, mean: null, top: [] });
    expect(ratio).toMatchObject({ mean: 2.5, deviation: 1 });
  });

  it('scans in floating point where exact sums leave 128 bits', async () => {
    const { columns } = await scanned('select 9000000000000000000::bigint as x from range(4)');
    expect(columns[0]).toMatchObject({ mean: 9e18, deviation: 0 });
  });

  it('keeps quantiles of a sample within 1 % of rank, equal at 1, 2 and 3 threads', async () => {
    const query = 'select (i * 7919) % 1000003 as x from range(1000003) as r(i)';
    const two = await scanned(query);
    expect(two.keepOneIn).toBe(25);
    for (const [index, share] of [0.05, 0.25, 0.5, 0.75, 0.95].entries()) {
      expect(Math.abs(Number(two.columns[0]?.quantiles?.[index]) / 1_000_003 - share)).toBeLessThan(0.01);
    }
    for (const threads of [1, 3]) {
      const other = await openWarehouse({ threads, memoryMb: 512, tempDir: dir });
      expect(await scanned(query, other)).toEqual(two);
      other.close();
    }
  });

  it('takes a thousand columns in bounded scans', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `i + ${index} as c${index}`);
    const { columns } = await scanned(`select ${many.join(', ')} from range(50) as r(i)`);
    expect(columns).toHaveLength(1000);
    expect(columns[999]).toMatchObject({
      column: 'c999',
      count: 50,
      min: '999',
      max: '1048',
      distinct: expect.any(Number),
    });
  });
});
