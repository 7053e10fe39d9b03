import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { builtInNormalizers, normalizerStatements } from './normalizers.ts';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

let dir: string;
let warehouse: Warehouse;
let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
  dir = await mkdtemp(join(tmpdir(), 'stocktake-dates-'));
  warehouse = await openWarehouse({ threads: 1, memoryMb: 256, tempDir: dir });
  for (const statement of await normalizerStatements(builtInNormalizers.filter(({ lay }) => !lay)))
    await warehouse.run('normalizer', statement);
});
afterAll(async () => {
  warehouse.close();
  await fixture.close();
  await rm(dir, { recursive: true });
});

/** The fifth of March 2026, half past eight where a time is written. */
const spellings = [
  ...['2026-03-05', '2026/03/05', '2026/3/5', '2026.03.05', '20260305', '2026年3月5日', '２０２６年３月５日'],
  ...['05.03.2026', '5.3.2026', '05/03/2026', '5/3/26', '05-03-2026', '05.03.26'],
  ...['5 March 2026', '5 Mar 2026', '5. March 2026', '05-Mar-2026', '05-Mar-26', '5th March 2026'],
  ...['March 5, 2026', 'Mar 5, 2026', 'March 5 2026', 'Thursday, 5 March 2026', 'Thu, 05 Mar 2026'],
  ...['Thursday, March 5, 2026', 'Thu Mar 05 2026'],
  ...['2026-03-05 08:30', '2026-03-05T08:30:00', '05.03.2026 08:30:00', '03/05/2026 8:30 AM'],
];

const date = async (text: string, parts: string): Promise<unknown> => {
  const [row] = await warehouse.rows('date', `select clean_date($text, parts := '${parts}') as value`, {
    text,
  });
  return row?.value;
};

describe('clean_date', () => {
  it.each(spellings)('reads %s', async (text) => {
    const time = /8:30/.test(text) ? '08:30:00' : '00:00:00';
    expect(await date(text, text.includes('AM') ? 'mdy' : 'dmy')).toBe(`2026-03-05 ${time}`);
  });

  it.each([
    ['25/03/2026', '2026-03-25 00:00:00'],
    ['03/25/2026', '2026-03-25 00:00:00'],
    ['05/05/2026', '2026-05-05 00:00:00'],
    ['03/05/2026', null],
    ['2026-03-05', '2026-03-05 00:00:00'],
  ])("with parts := 'sure' makes of %s %s", async (text, value) => {
    expect(await date(text, 'sure')).toBe(value);
  });
});

describe("clean_date with parts := 'column'", () => {
  const source: SourceInput = {
    entities: {
      market: { columns: { series: 'name', value: '1', time: `clean_date("the day", parts := 'column')` } },
    },
    contract: { maxRejectedShare: 1 },
  };
  const days = async (slice: string, ...texts: string[]) => {
    const raw = await fixture.raw({
      slice,
      columns: ['name', 'the day'],
      rows: texts.map((text) => ['a', text]),
    });
    return { raw, texts };
  };
  const read = async (...slices: Awaited<ReturnType<typeof days>>[]) => {
    const output = await fixture.normalize(
      source,
      slices.map(({ raw }) => raw),
    );
    const rows = await fixture.read(output, 'clean.orders.market', "_slice, strftime(time, '%m-%d') as day");
    return rows.map((row) => `${row._slice} ${row.day}`);
  };

  it('lets the other dates of the slice say which number is the day, slice by slice', async () => {
    const found = await read(
      await days('2026-04-01', '03/04/2026', '25/04/2026'),
      await days('2026-04-02', '03/04/2026', '04/25/2026'),
    );
    expect(found).toEqual(['2026-04-01 04-03', '2026-04-01 04-25', '2026-04-02 03-04', '2026-04-02 04-25']);
  });

  it('reads only what has one reading where nothing or both is shown', async () => {
    const found = await read(
      await days('2026-04-03', '03/04/2026', '04/04/2026', '2026-04-05'),
      await days('2026-04-04', '03/04/2026', '25/04/2026', '04/26/2026'),
    );
    expect(found).toEqual(['2026-04-03 04-04', '2026-04-03 04-05', '2026-04-04 04-25', '2026-04-04 04-26']);
  });
});
