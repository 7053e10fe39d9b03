import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { Survivorship } from '../../schemas/match.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { type CleanFixture, type CleanRow, openCleanFixture, stageContext } from './clean-fixture.ts';
import { mergeRecords } from './dedup-records.ts';
import { goldenRecords } from './golden.ts';

let fixture: CleanFixture;
beforeEach(async () => {
  fixture = await openCleanFixture();
});
afterEach(() => fixture.close());

/** Records of sources given as [source, namespace, slice → rows], as `mergeRecords` makes them. */
async function records(
  entity: 'users' | 'items',
  ...sources: [source: string, namespace: string, slices: Record<string, CleanRow[]>][]
): Promise<DatasetSlice[]> {
  const inputs = await Promise.all(
    sources.map(async ([source, namespace, slices]) => ({
      source,
      namespace,
      mode: 'full' as const,
      slices: await Promise.all(
        Object.entries(slices).map(([slice, rows]) =>
          fixture.clean(
            source,
            entity,
            slice,
            rows.map((row, index) => ({ namespace, _line: index + 1, ...row })),
          ),
        ),
      ),
    })),
  );
  const output = await mergeRecords(fixture.store, fixture.context, { entity, inputs, previous: [] });
  return output.datasets[`match.records.${entity}`] ?? [];
}

/** Clusters given as [namespace, item id, golden id]. */
async function clusters(...rows: [string, string, string][]): Promise<DatasetSlice[]> {
  const values = rows.map(([namespace, item, golden]) => `('${namespace}', '${item}', '${golden}')`);
  const slice = await fixture.cleanQuery(
    'match',
    'items',
    'all',
    `select *, 1 as _source, 1 as _slice, 1 as _file, 1 as _line from (values ${values.join(', ')}) t(namespace, item_id, golden_id)`,
  );
  return [slice];
}

const unified = (output: StageOutput): DatasetSlice[] => output.datasets['unified.items'] ?? [];

describe('golden records', () => {
  it('lets each column survive by value, namespace, recency and source, and tells from where', async () => {
    const made = await records(
      'items',
      ['shop', 'main', { '2026-10-01': [{ item_id: 'a', title: 'Boot', brand: null }] }],
      ['app', 'main', { '2026-10-02': [{ item_id: 'a', title: 'Boots', brand: null, source_rows: 2 }] }],
      ['feed', 'supplier', { '2026-10-03': [{ item_id: 'x9', title: 'BOOT', brand: 'Nordvik', price: 5 }] }],
    );
    const output = await goldenRecords(fixture.store, fixture.context, {
      entity: 'items',
      records: made,
      clusters: await clusters(['main', 'a', 'a'], ['supplier', 'x9', 'a']),
      namespaces: ['main', 'supplier'],
    });
    const [golden, ...others] = await fixture.read(unified(output));
    expect(others).toEqual([]);
    expect(golden).toMatchObject({
      item_id: 'a',
      title: 'Boots',
      brand: 'Nordvik',
      price: '5.0000',
      category: null,
      namespaces: '["main","supplier"]',
      sources: '["app","feed","shop"]',
      source_rows: '4',
      first_seen: '2026-10-01',
      last_seen: '2026-10-03',
      gone_since: null,
    });
    const at = (source: string, slice: string, record: { namespace: string; id: string }) => {
      return { source, slice, file: `${slice}.csv`, line: 1, ...record };
    };
    const [own, feed] = [
      { namespace: 'main', id: 'a' },
      { namespace: 'supplier', id: 'x9' },
    ];
    expect(JSON.parse(String(golden?._provenance))).toEqual({
      brand: at('feed', '2026-10-03', feed),
      item_id: at('app', '2026-10-02', own),
      price: at('feed', '2026-10-03', feed),
      title: at('app', '2026-10-02', own),
    });
    expect(
      output.ledger.map(({ source, rowsIn, rowsOut, merged }) => [source, rowsIn, rowsOut, merged]),
    ).toEqual([
      ['app', 2, 1, 1],
      ['feed', 1, 0, 1],
      ['shop', 1, 0, 1],
    ]);
  });

  it('lets columns survive by their rules, a currency with its price', async () => {
    const row = (slice: string, item: string, title: string, price: number, currency: string | null) => {
      return { [slice]: [{ item_id: item, title, price, currency }] };
    };
    const made = await records(
      'items',
      ['shop', 'main', row('2026-10-02', 'a', 'Boot', 5, 'EUR')],
      ['feed', 'supplier', row('2026-10-03', 'x', 'Boot, brown', 6, null)],
      ['list', 'trade', row('2026-10-01', 'y', 'Brown', 6, null)],
    );
    const golden = async (survivorship: Survivorship) => {
      const output = await goldenRecords(fixture.store, fixture.context, {
        entity: 'items',
        records: made,
        clusters: await clusters(['main', 'a', 'a'], ['supplier', 'x', 'a'], ['trade', 'y', 'a']),
        namespaces: ['main', 'trade', 'supplier'],
        survivorship,
      });
      const [row] = await fixture.read(unified(output));
      const { title, price } = JSON.parse(String(row?._provenance));
      return [row?.title, title.id, row?.price, row?.currency, price.id].join(' | ');
    };
    expect(await golden({})).toBe('Boot | a | 5.0000 | EUR | a');
    expect(await golden({ title: 'newest', price: 'vote' })).toBe('Boot, brown | x | 6.0000 |  | y');
    expect(await golden({ title: 'most_complete', price: 'newest' })).toBe('Boot, brown | x | 6.0000 |  | x');
    expect(await golden({ title: 'vote', price: 'source_priority' })).toBe('Boot | a | 5.0000 | EUR | a');
  });

  it('takes equally new values of one namespace from the first source by name', async () => {
    const slice = (title: string) => ({ '2026-10-01': [{ item_id: 'a', title, _file: 'same.csv' }] });
    const made = await records('items', ['web', 'main', slice('Web')], ['app', 'main', slice('App')]);
    const output = await goldenRecords(fixture.store, fixture.context, {
      entity: 'items',
      records: made,
      namespaces: ['main'],
    });
    expect(await fixture.read(unified(output), 'title')).toEqual([{ title: 'App' }]);
  });

  it('tells where a value older than the newest row came from', async () => {
    const made = await records('items', [
      'shop',
      'main',
      { '2026-10-01': [{ item_id: 'a', title: 'Boot' }], '2026-10-02': [{ item_id: 'a', brand: 'Nordvik' }] },
    ]);
    const output = await goldenRecords(fixture.store, fixture.context, {
      entity: 'items',
      records: made,
      namespaces: ['main'],
    });
    const [golden] = await fixture.read(unified(output), '_provenance');
    const provenance = JSON.parse(String(golden?._provenance));
    expect([provenance.title.slice, provenance.brand.slice]).toEqual(['2026-10-01', '2026-10-02']);
  });

  it('is gone only when no source has it any more', async () => {
    const lists = {
      '2026-10-01': [{ item_id: 'a' }, { item_id: 'b' }],
      '2026-10-02': [{ item_id: 'c' }],
    };
    const made = await records(
      'items',
      ['shop', 'main', lists],
      ['app', 'main', { '2026-10-01': [{ item_id: 'b' }] }],
    );
    const output = await goldenRecords(fixture.store, fixture.context, {
      entity: 'items',
      records: made,
      namespaces: ['main'],
    });
    expect(await fixture.read(unified(output), 'item_id, gone_since')).toEqual([
      { item_id: 'a', gone_since: '2026-10-02' },
      { item_id: 'b', gone_since: null },
      { item_id: 'c', gone_since: null },
    ]);
  });

  it('names records of further namespaces after them, also where the first has such an id', async () => {
    const made = await records(
      'users',
      ['shop', 'main', { all: [{ user_id: '1' }, { user_id: 'crm:2' }] }],
      ['crm', 'crm', { all: [{ user_id: '1' }, { user_id: '2' }] }],
    );
    const run = async (namespaces: string[]) => {
      const output = await goldenRecords(fixture.store, fixture.context, {
        entity: 'users',
        records: made,
        namespaces,
      });
      return (await fixture.read(output.datasets['unified.users'], 'user_id')).map((row) => row.user_id);
    };
    expect(await run(['main'])).toEqual(['1', 'crm:1', 'crm:2', 'crm::2'].sort());
    expect(await run(['crm', 'main'])).toEqual(['1', '2', 'main:1', 'main:crm:2']);
  });

  it('keeps the ids of a single namespace whatever it is called', async () => {
    const made = await records('users', ['crm', 'crm', { all: [{ user_id: '1' }] }]);
    const output = await goldenRecords(fixture.store, fixture.context, {
      entity: 'users',
      records: made,
      namespaces: ['main'],
    });
    expect(await fixture.read(output.datasets['unified.users'], 'user_id')).toEqual([{ user_id: '1' }]);
  });

  it('refuses clusters that do not hold every record once', async () => {
    const made = await records('items', ['shop', 'main', { all: [{ item_id: 'a' }, { item_id: 'b' }] }]);
    const work = { entity: 'items' as const, records: made, namespaces: ['main'] };
    for (const wrong of [
      await clusters(['main', 'a', 'a']),
      await clusters(['main', 'a', 'a'], ['main', 'b', 'b'], ['main', 'b', 'c']),
    ]) {
      await expect(
        goldenRecords(fixture.store, fixture.context, { ...work, clusters: wrong }),
      ).rejects.toMatchObject({ code: 'STK-DEDUP-CLUSTERS' });
    }
  });

  it('gives the same bytes on 1, 2 or 3 threads and is found again', async () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({
      item_id: `i${(index * 37) % 210}`,
      title: index % 3 === 0 ? null : `Title ${index}`,
      price: index % 5 === 0 ? null : index,
    }));
    const made = await records(
      'items',
      ['shop', 'main', { '2026-10-01': rows.slice(0, 250), '2026-10-02': rows.slice(250) }],
      ['feed', 'supplier', { all: rows.slice(100, 300) }],
    );
    const work = { entity: 'items' as const, records: made, namespaces: ['supplier', 'main'] };
    const run = (threads: number, force = true) =>
      goldenRecords(fixture.store, stageContext({ threads, force }), work);
    const one = await run(1);
    expect(await run(2)).toEqual(one);
    expect(await run(3)).toEqual(one);
    expect(await run(2, false)).toEqual({ ...one, reused: 1 });
  });
});
