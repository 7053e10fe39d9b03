import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { factsOf } from './facts.ts';
import { openRawFixture, type RawFixture } from './raw-fixture.ts';
import { streamedFrom } from './slices.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

const columns = ['id', 'sku', 'what', 'at', 'price'];
const slice = '2026-10-01';
const source = {
  entities: {
    events: {
      key: ['event_id'],
      columns: { event_id: 'id', item_id: 'sku', kind: 'what', time: 'at', value: 'price' },
      where: "what <> 'ping'",
    },
  },
  contract: {
    maxRejectedShare: 0.5,
    checks: [
      { type: 'range' as const, column: 'value', min: 0 },
      { type: 'range' as const, column: 'value', max: 900, severity: 'warn' as const },
    ],
  },
};

const made = new Map<string, Promise<DatasetSlice>>();

/** A slice of just enough rows; `change` replaces columns, told by the row's number `n`. */
function rawSlice(change: string, ...sourceFiles: string[]): Promise<DatasetSlice> {
  const key = [change, ...sourceFiles].join();
  const query = `select * exclude (n) replace (${change}) from (
    select n, n::varchar as id, 'i' || n % 977 as sku, 'view' as what, (timestamp '2026-10-01' + interval (n % 172800) second)::varchar as at,
      ((n * 31 % 99999) / 100)::varchar as price, 'events.csv' as _file, n + 2 as _line
    from range(${streamedFrom + 3}) t(n)
  )`;
  const raw = made.get(key) ?? fixture.rawQueries(slice, columns, [query], sourceFiles);
  made.set(key, raw);
  return raw;
}

/** The same rows, streamed as one file's and laid out as those of two. */
async function bothWays(
  change: string,
  own = source,
): Promise<{ streamed: StageOutput; laidOut: StageOutput }> {
  const streamed = await fixture.normalize(own, [await rawSlice(change, 'events.csv')]);
  const laidOut = await fixture.normalize(own, [await rawSlice(change, 'events.csv', 'none.csv')]);
  return { streamed, laidOut };
}

/** Everything a slice became, rows as a digest that tells their order. */
async function contentOf(output: StageOutput): Promise<unknown> {
  const digest = async (dataset: string): Promise<unknown> => {
    const files = (output.datasets[dataset] ?? []).flatMap((one) => one.files);
    if (files.length === 0) return [];
    const paths = await fixture.store.objects.openAll(files);
    return fixture.warehouse.rows(
      'digest',
      `select count(*) as n, bit_xor(hash(t, rn)) as digest from (select t, row_number() over () as rn from ${readParquetSql(paths)} as t)`,
    );
  };
  const [one] = output.datasets['clean.orders.events'] ?? [];
  if (!one) throw new TypeError('there is no clean slice');
  const [manifest] = await fixture.store.manifests.readAll([one.manifest]);
  return {
    clean: await digest('clean.orders.events'),
    quarantine: await digest('quarantine.orders'),
    ledger: output.ledger,
    facts: manifest && factsOf(manifest),
  };
}

function filesOf(output: StageOutput): unknown {
  return output.datasets['clean.orders.events']?.map(({ files }) => files);
}

async function bytesAt(threads: number, change: string): Promise<unknown> {
  const raw = await rawSlice(change, 'events.csv');
  const output = await fixture.normalize(source, [raw], { context: { threads, force: true } });
  return Object.values(output.datasets).flatMap((slices) => slices.flatMap(({ files }) => files));
}

describe('a large slice of one file', () => {
  it('gives what it gives laid out, rejected, skipped and warned rows told apart', async () => {
    const change = `case when n % 1000 = 7 then '-1' when n % 1000 = 8 then 'twelve' else price end as price,
      case when n % 1001 = 9 then ' ping ' when n = 4 then '' else what end as what`;
    const { streamed, laidOut } = await bothWays(change);
    expect(await contentOf(streamed)).toEqual(await contentOf(laidOut));
    // Other row groups: the one pass was taken.
    expect(filesOf(streamed)).not.toEqual(filesOf(laidOut));
    const [entry] = streamed.ledger;
    expect(entry?.rejected).toBeGreaterThan(400);
    expect(entry?.skipped).toBeGreaterThan(200);
    expect(await bytesAt(1, change)).toEqual(await bytesAt(4, change));
  });

  it('is written in order where events repeat, and where a row group loses many', async () => {
    const change = `case when n % 5000 = 11 then '3' when n = 77 then null else id end as id,
      case when n between 100000 and 140000 and n % 3 = 0 then '-1' else price end as price`;
    const keyed = { ...source, duplicates: 'keep' as const };
    const { streamed, laidOut } = await bothWays(change, keyed);
    expect(await contentOf(streamed)).toEqual(await contentOf(laidOut));
    expect(streamed.ledger[0]?.duplicates).toBeGreaterThan(40);
    expect(await bytesAt(1, change)).toEqual(await bytesAt(4, change));
  });

  it('is worked beside slices of other shapes and sizes, with and without repeats', async () => {
    const small = (day: string, more: string, id: string): Promise<DatasetSlice> =>
      fixture.rawQueries(
        day,
        [...columns, ...(more === '' ? [] : ['more'])],
        [
          `select ${id} as id, 'i' as sku, 'view' as what, '${day}' as at, '1' as price${more}, 'b.csv' as _file, n + 2 as _line from range(4) t(n)`,
        ],
        ['b.csv'],
      );
    const output = await fixture.normalize(source, [
      await rawSlice('price as price', 'events.csv'),
      await small('2026-10-02', '', 'n::varchar'),
      await small('2026-10-03', ", 'x' as more", "'same'"),
      await rawSlice("'2' as price", 'events.csv'),
    ]);
    expect(output.ledger.map(({ rowsOut, duplicates }) => [rowsOut, duplicates])).toEqual([
      [streamedFrom + 3, 0],
      [4, 0],
      [1, 3],
      [streamedFrom + 3, 0],
    ]);
  });

  it('is laid out where events without a key are compared as whole rows', async () => {
    const change =
      "case when n % 1000 = 5 then null else id end as id, case when n < 10000 then 'same' else sku end as sku";
    const { streamed, laidOut } = await bothWays(change);
    expect(await contentOf(streamed)).toEqual(await contentOf(laidOut));
  });
});
