import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { sourceSchema } from '../../schemas/source.ts';
import type { FailpointPlace } from '../runtime/failpoint.ts';
import { normalizeVersion } from './normalize.ts';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';
import { sliceKey } from './slices.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

const source: SourceInput = {
  entities: { events: { columns: { item_id: 'sku', kind: "'view'", time: '_slice' } } },
};

async function slices(count: number, tag: string): Promise<DatasetSlice[]> {
  const made: DatasetSlice[] = [];
  for (let day = 1; day <= count; day++) {
    const slice = `2026-10-${String(day).padStart(2, '0')}`;
    made.push(await fixture.raw({ slice, columns: ['sku'], rows: [[tag], [`${tag}${day}`]] }));
  }
  return made;
}

describe('normalizing again', () => {
  it('takes finished slices as they are and makes only what is new', async () => {
    const raw = await slices(3, 'again');
    const first = await fixture.normalize(source, raw.slice(0, 2));
    const second = await fixture.normalize(source, raw);
    expect([first.parts, first.reused, second.parts, second.reused]).toEqual([2, 0, 3, 2]);
    const third = await fixture.normalize(source, raw);
    expect(third).toEqual({ ...second, reused: 3 });
  });

  it('with force makes the same bytes anew', async () => {
    const raw = await slices(2, 'force');
    const first = await fixture.normalize(source, raw);
    const forced = await fixture.normalize(source, raw, { context: { force: true } });
    expect(forced).toEqual({ ...first, reused: 0 });
  });

  it('tells the problems of finished slices again', async () => {
    const raw = await fixture.raw({ columns: ['sku'], rows: [['problem'], [null]] });
    const first = await fixture.normalize(source, [raw]);
    expect(first.problems).toHaveLength(1);
    expect((await fixture.normalize(source, [raw])).problems).toEqual(first.problems);
  });
});

describe('the key of a slice', () => {
  const parsed = sourceSchema.parse({ path: 'x', ...source });
  const rules = { name: 'orders', source: parsed, timezone: 'UTC', currency: 'EUR' };
  const key = (change: object, inside: object = {}): string =>
    sliceKey({ ...rules, ...change, source: { ...parsed, ...inside } }, 1, '2026-10-01', 'abc');

  it('changes with everything that changes the result', () => {
    const contract = { ...parsed.contract, maxRejectedShare: 0.1 };
    const keys = [
      key({}),
      key({ timezone: 'Europe/Berlin' }),
      key({ currency: 'GBP' }),
      key({ name: 'other' }),
      key({}, { duplicates: 'keep' }),
      key({}, { nullValues: ['-'] }),
      key({}, { columns: { price: {} } }),
      key({}, { contract }),
      sliceKey(rules, 2, '2026-10-01', 'abc'),
      sliceKey(rules, 1, '2026-10-02', 'abc'),
      sliceKey(rules, 1, '2026-10-01', 'abd'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('stays with what is judged later or only read by people', () => {
    const freshness = { warnAfter: { count: 1, period: 'day' as const } };
    const checks = [
      { type: 'relationships' as const, column: 'item_id', to: 'items' as const, severity: 'warn' as const },
    ];
    expect(key({}, { owner: 'sales', description: 'x', required: true, path: 'y' })).toBe(key({}));
    expect(key({}, { contract: { ...parsed.contract, freshness, checks } })).toBe(key({}));
  });
});

describe('a stage step', () => {
  it('passes its failpoints in order: before, with half of the slices committed, and after', async () => {
    const raw = await slices(3, 'places');
    const places: [FailpointPlace, number][] = [];
    const done = async (): Promise<number> => {
      const keys = raw.map(({ slice, manifest }) =>
        sliceKey(
          {
            name: 'orders',
            source: sourceSchema.parse({ path: '{date}.csv', ...source }),
            timezone: 'UTC',
            currency: 'EUR',
          },
          normalizeVersion,
          slice,
          manifest.sha256,
        ),
      );
      const found = await Promise.all(keys.map((key) => fixture.store.manifests.find('normalize', key)));
      return found.filter((one) => one !== undefined).length;
    };
    await fixture.normalize(source, raw, {
      context: {
        failpoint: async (place) => {
          places.push([place, await done()]);
        },
      },
    });
    expect(places.map(([place]) => place)).toEqual(['before', 'mid', 'after-effect']);
    expect(places[0]?.[1]).toBe(0);
    expect(places[1]?.[1]).toBeGreaterThanOrEqual(2);
    expect(places[2]?.[1]).toBe(3);
  });

  it('that fails in its middle keeps what is committed and leaves no scratch', async () => {
    const raw = await slices(2, 'broken');
    const failpoint = async (place: FailpointPlace): Promise<void> => {
      if (place === 'mid') throw new TypeError('injected');
    };
    await expect(fixture.normalize(source, raw, { context: { failpoint } })).rejects.toThrow('injected');
    expect(await fixture.staged()).toEqual([]);
    expect((await fixture.normalize(source, raw)).reused).toBeGreaterThan(0);
  });

  it('stops when it is cancelled and leaves no scratch', async () => {
    const raw = await slices(2, 'cancelled');
    const controller = new AbortController();
    const heartbeat = (): void => controller.abort();
    await expect(
      fixture.normalize(source, raw, { context: { heartbeat, signal: controller.signal } }),
    ).rejects.toMatchObject({ code: 'STK-SQL-CANCELLED' });
    expect(await fixture.staged()).toEqual([]);
  });

  it('tells its progress', async () => {
    const raw = await slices(2, 'progress');
    const beats: unknown[] = [];
    await fixture.normalize(source, raw, { context: { heartbeat: (progress) => beats.push(progress) } });
    expect(beats.at(-1)).toEqual({ source: 'orders', slices: 2, of: 2 });
  });

  it('refuses a time zone the engine does not know', async () => {
    const raw = await slices(1, 'zone');
    await expect(fixture.normalize(source, raw, { timezone: '+02:00' })).rejects.toMatchObject({
      code: 'STK-NORMALIZE-TIMEZONE',
    });
  });
});

describe('the same slices', () => {
  const full: SourceInput = {
    nullValues: ['-'],
    entities: {
      events: {
        columns: { item_id: 'sku', user_id: 'who', kind: "'buy'", time: 'ts', value: 'price' },
        attributes: { who: 'upper(who)' },
      },
      items: { columns: { item_id: 'sku', price: 'price', title: 'who' } },
      users: { columns: { user_id: 'who' }, where: 'who is not null' },
    },
    contract: { checks: [{ type: 'unique', column: 'user_id', severity: 'warn' }], maxRejectedShare: 1 },
  };
  /** 20 000 rows with repeats, gaps and mistakes, from arithmetic. */
  const query = (salt: number): string => `select
    'sku' || (i * 7919 + ${salt}) % 50 as sku,
    case when i % 11 = 0 then '-' else 'Ü' || (i * 104729) % 997 end as who,
    case when i % 13 = 0 then '2026-13-01' else strftime(timestamp '2026-10-01' + to_seconds(i % 3000), '%Y-%m-%d %H:%M:%S') end as ts,
    case when i % 17 = 0 then '1,5' else cast((i % 300) / 100 as varchar) end as price,
    'part' || line % 2 as _file,
    cast(line as bigint) as _line
  from (select line, line // 2 as i from range(20000) as t(line))`;
  const columns = ['sku', 'who', 'ts', 'price'];

  it('give the same bytes with 1, 2 and 3 threads, alone and together', async () => {
    const raw = [
      await fixture.rawQueries('2026-10-01', columns, [query(1)]),
      await fixture.rawQueries('2026-10-02', columns, [query(2)]),
    ];
    const run = (of: readonly DatasetSlice[], threads: number) =>
      fixture.normalize(full, of, { timezone: 'Europe/Berlin', context: { threads, force: true } });
    const one = await run(raw, 1);
    expect(
      one.ledger.map(({ entity, rejected, duplicates }) => [entity, rejected > 0, duplicates > 0]),
    ).toEqual(
      ['2026-10-01', '2026-10-02'].flatMap(() => [
        ['users', false, false],
        ['items', true, false],
        ['events', true, true],
      ]),
    );
    for (const threads of [2, 3]) expect(await run(raw, threads)).toEqual(one);
    const alone = await run(raw.slice(1), 2);
    for (const [dataset, made] of Object.entries(alone.datasets)) {
      expect(made).toEqual(one.datasets[dataset]?.slice(1));
    }
  });

  it.each([
    ['without repeats', 'line'],
    ['with repeats', 'line // 3'],
  ])('give the same bytes read where they lie or through a table, %s', async (_, id) => {
    const large = `select
      cast(${id} as varchar) as id,
      'sku' || line % 997 as sku,
      case when line % 501 = 0 then 'soon' else '2026-10-01 10:00:00' end as ts,
      'part0' as _file,
      line as _line
    from range(150000) as t(line)`;
    const source: SourceInput = {
      entities: {
        events: { key: ['event_id'], columns: { event_id: 'id', item_id: 'sku', kind: "'buy'", time: 'ts' } },
      },
      contract: { maxRejectedShare: 1 },
    };
    const shape = ['id', 'sku', 'ts'];
    const raw = await fixture.rawQueries('2026-10-01', shape, [large], ['part0']);
    const small = await fixture.rawQueries('2026-10-02', shape, [`select * from (${large}) where _line < 9`]);
    const run = (of: readonly DatasetSlice[], threads: number) =>
      fixture.normalize(source, of, { context: { threads, force: true } });
    const tabled = await run([raw, small], 2);
    expect(tabled.ledger[0]?.rejected).toBe(300);
    for (const threads of [1, 2, 3]) {
      for (const [dataset, made] of Object.entries((await run([raw], threads)).datasets)) {
        expect(made).toEqual(tabled.datasets[dataset]?.slice(0, 1));
      }
    }
  });

  it('give the same files whatever the order of their raw files', async () => {
    const parts = [0, 1].map((part) => `select * from (${query(3)}) where _file = 'part${part}'`);
    const files = async (queries: string[], slice: string): Promise<unknown> => {
      const raw = await fixture.rawQueries(slice, columns, queries);
      const output = await fixture.normalize(full, [raw]);
      return Object.values(output.datasets).map((made) => made.map((one) => one.files));
    };
    expect(await files(parts.toReversed(), '2026-10-03')).toEqual(await files(parts, '2026-10-03'));
  });
});
