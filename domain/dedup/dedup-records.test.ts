import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { type CleanFixture, type CleanRow, openCleanFixture, stageContext } from './clean-fixture.ts';
import { mergeRecords, type RecordInput } from './dedup-records.ts';

let fixture: CleanFixture;
beforeEach(async () => {
  fixture = await openCleanFixture();
});
afterEach(() => fixture.close());

const shown =
  'item_id, title, price, source_rows, first_seen, last_seen, gone_since, _slice, _line, _seen.title as title_seen';

function feed(slices: readonly DatasetSlice[], mode: RecordInput['mode'] = 'incremental'): RecordInput[] {
  return [{ source: 'feed', namespace: 'main', mode, slices }];
}

function merge(inputs: readonly RecordInput[], previous: readonly DatasetSlice[] = [], force = false) {
  const context = { ...fixture.context, force };
  return mergeRecords(fixture.store, context, { entity: 'items', inputs, previous });
}

const recordsOf = (output: StageOutput): DatasetSlice[] => output.datasets['match.records.items'] ?? [];

describe('records by key', () => {
  it('takes the newest non-null value of each column and remembers where an older one came from', async () => {
    const first = await fixture.clean('feed', 'items', '2026-10-01', [
      { item_id: 'a', title: 'Boot', price: 10, _line: 7, source_rows: 2 },
    ]);
    const second = await fixture.clean('feed', 'items', '2026-10-02', [
      { item_id: 'a', title: null, price: '9.5', _line: 3 },
      { item_id: 'b', title: 'Lamp', _line: 4 },
    ]);
    const output = await merge(feed([second, first]));
    expect(await fixture.read(recordsOf(output), shown)).toEqual([
      {
        item_id: 'a',
        title: 'Boot',
        price: '9.5000',
        source_rows: '3',
        first_seen: '2026-10-01',
        last_seen: '2026-10-02',
        gone_since: null,
        _slice: '2026-10-02',
        _line: '3',
        title_seen: '2026-10-01\u001f2026-10-01.csv\u001f000000000007',
      },
      {
        item_id: 'b',
        title: 'Lamp',
        price: null,
        source_rows: '1',
        first_seen: '2026-10-02',
        last_seen: '2026-10-02',
        gone_since: null,
        _slice: '2026-10-02',
        _line: '4',
        title_seen: null,
      },
    ]);
    const [slice] = recordsOf(output);
    const manifest = slice && (await fixture.store.manifests.read(slice.manifest));
    expect(manifest?.ledger).toMatchObject([
      { source: 'feed', slice: 'all', rowsIn: 3, rowsOut: 2, merged: 1 },
    ]);
    expect(output.ledger).toEqual([]);
  });

  it('never puts a currency beside a price it does not belong to', async () => {
    const slices = [
      await fixture.clean('feed', 'items', '2026-10-01', [{ item_id: 'a', price: 10, currency: 'USD' }]),
      await fixture.clean('feed', 'items', '2026-10-02', [{ item_id: 'a', price: 9, currency: null }]),
      await fixture.clean('feed', 'items', '2026-10-03', [{ item_id: 'a', price: null, currency: 'EUR' }]),
    ];
    const priced = async (list: DatasetSlice[]) =>
      fixture.read(recordsOf(await merge(feed(list))), 'price, currency');
    expect(await priced(slices.slice(0, 1))).toEqual([{ price: '10.0000', currency: 'USD' }]);
    expect(await priced(slices)).toEqual([{ price: '9.0000', currency: null }]);
  });

  it('keeps sources and namespaces apart', async () => {
    const row = { item_id: 'a', title: 'Boot' };
    const output = await merge([
      ...feed([await fixture.clean('feed', 'items', '2026-10-01', [row])]),
      {
        source: 'supplier',
        namespace: 'supplier',
        mode: 'full',
        slices: [await fixture.clean('supplier', 'items', 'all', [{ ...row, namespace: 'supplier' }])],
      },
    ]);
    expect(await fixture.read(recordsOf(output), 'namespace, item_id, _source, _slice, _file')).toEqual([
      { namespace: 'main', item_id: 'a', _source: 'feed', _slice: '2026-10-01', _file: '2026-10-01.csv' },
      { namespace: 'supplier', item_id: 'a', _source: 'supplier', _slice: 'all', _file: 'all.csv' },
    ]);
  });

  it('marks what is gone from a full list with the first slice without it, and forgets it when it is back', async () => {
    const list = (slice: string, ids: string[]) =>
      fixture.clean(
        'feed',
        'items',
        slice,
        ids.map((item_id, index) => ({ item_id, _line: index + 1 })),
      );
    const slices = [
      await list('2026-10-01', ['a', 'b', 'c']),
      await list('2026-10-02', ['a', 'c']),
      await list('2026-10-03', ['a', 'b']),
    ];
    const gone = async (inputs: RecordInput[]) =>
      (await fixture.read(recordsOf(await merge(inputs)), 'gone_since')).map((row) => row.gone_since);
    expect(await gone(feed(slices, 'full'))).toEqual([null, null, '2026-10-03']);
    expect(await gone(feed(slices, 'incremental'))).toEqual([null, null, null]);
    const empty = await list('2026-10-04', []);
    expect(await gone(feed([...slices, empty], 'full'))).toEqual([null, null, '2026-10-03']);
    expect(await gone(feed([empty, ...slices.slice(0, 1)], 'full'))).toEqual([null, null, null]);
  });

  it('reads only new slices, and all of them again when one was replaced', async () => {
    const one = await fixture.clean('feed', 'items', '2026-10-01', [{ item_id: 'a', title: 'Boot' }]);
    const two = await fixture.clean('feed', 'items', '2026-10-02', [{ item_id: 'b', title: 'Lamp' }]);
    const first = await merge(feed([one]));
    expect(first.why).toBe('all slices read');
    const second = await merge(feed([one, two]), recordsOf(first));
    expect(second.why).toBe('1 new slices merged');
    expect((await merge(feed([one, two]), recordsOf(second))).reused).toBe(1);
    const replaced = await fixture.clean('feed', 'items', '2026-10-01', [{ item_id: 'a', title: 'Shoe' }]);
    expect((await merge(feed([replaced, two]), recordsOf(second))).why).toBe('all slices read');
  });

  it('merges anew when the published records are damaged', async () => {
    const one = await fixture.clean('feed', 'items', '2026-10-01', [{ item_id: 'a', title: 'Boot' }]);
    const two = await fixture.clean('feed', 'items', '2026-10-02', [{ item_id: 'b', title: 'Lamp' }]);
    const first = recordsOf(await merge(feed([one])));
    await writeFile(join(fixture.store.dir, first[0]?.files[0]?.uri ?? ''), 'rotten');
    const warned: string[] = [];
    const log = { ...fixture.context.log, warn: (message: string) => warned.push(message) };
    const output = await mergeRecords(
      fixture.store,
      { ...fixture.context, log },
      { entity: 'items', inputs: feed([one, two]), previous: first },
    );
    expect(output.why).toBe('all slices read');
    expect(warned).toEqual(['published records cannot be read, merging all slices anew']);
  });

  it('has nothing to do where no source delivered any', async () => {
    expect(await merge(feed([]))).toMatchObject({ parts: 0, datasets: {} });
  });

  it('gives the same bytes by delta in any order and split as all at once, on 1, 2 or 3 threads', async () => {
    const maybe = (value: fc.Arbitrary<string>) => fc.option(value, { nil: null });
    const row = fc.record({
      item_id: fc.constantFrom('a', 'b', 'c'),
      title: maybe(fc.constantFrom('Boot', 'Lamp', 'Tent')),
      brand: maybe(fc.constantFrom('Nordvik', 'Osmeko')),
      price: maybe(fc.constantFrom('1.5', '2', '3')),
      currency: maybe(fc.constantFrom('EUR', 'USD')),
    });
    const slices = fc.array(fc.array(row, { maxLength: 5 }), { minLength: 1, maxLength: 5 });
    const plan = fc.record({
      slices,
      order: fc.infiniteStream(fc.nat()),
      splits: fc.array(fc.integer({ min: 1, max: 3 })),
    });
    await fc.assert(
      fc.asyncProperty(plan, async (given) => {
        const inputs = await Promise.all(given.slices.map((rows, index) => writeSlice(rows, index)));
        const ranks = inputs.map((slice) => ({ slice, rank: given.order.next().value }));
        const arrival = ranks.sort((x, y) => x.rank - y.rank).map(({ slice }) => slice);
        let delta: DatasetSlice[] = [];
        for (let taken = 0, step = 0; taken < arrival.length; step++) {
          taken = Math.min(arrival.length, taken + (given.splits[step] ?? 1));
          delta = recordsOf(await merge(feed(arrival.slice(0, taken), 'full'), delta));
        }
        for (const threads of [1, 2, 3]) {
          const context = stageContext({ threads, force: true });
          const whole = await mergeRecords(fixture.store, context, {
            entity: 'items',
            inputs: feed(inputs, 'full'),
            previous: [],
          });
          expect(recordsOf(whole)).toEqual(delta);
        }
      }),
      { numRuns: 15, seed: 3 },
    );
  });
});

function writeSlice(rows: readonly CleanRow[], index: number): Promise<DatasetSlice> {
  const numbered = rows.map((row, line) => ({ ...row, _line: line + 1 }));
  return fixture.clean('feed', 'items', `2026-10-0${index + 1}`, numbered);
}
