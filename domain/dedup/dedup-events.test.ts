import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { type CleanFixture, openCleanFixture, stageContext } from './clean-fixture.ts';
import { dedupEvents } from './dedup-events.ts';
import { datesOf } from './event-dates.ts';

let fixture: CleanFixture;
beforeEach(async () => {
  fixture = await openCleanFixture();
});
afterEach(() => fixture.close());

const event = (id: string | null, time: string, line: number, item = 'i1') => ({
  event_id: id,
  item_id: item,
  kind: 'view',
  time: `${time} 10:00:00`,
  _line: line,
});

describe('events by date', () => {
  it('keeps the first of several events with one key, over all slices that delivered it', async () => {
    const first = await fixture.clean('web', 'events', '2026-10-01', [
      event('a', '2026-10-01', 1),
      event('a', '2026-10-01', 2),
      event('b', '2026-10-01', 3),
    ]);
    const late = await fixture.clean('web', 'events', '2026-10-02', [
      event('b', '2026-10-01', 1),
      event('c', '2026-10-01', 2),
      event('b', '2026-10-02', 3),
    ]);
    const output = await dedupEvents(fixture.store, fixture.context, {
      entity: 'events',
      inputs: [{ source: 'web', key: ['event_id'], slices: [late, first] }],
    });
    const slices = output.datasets['unified.events'];
    expect(await fixture.read(slices?.slice(0, 1), 'event_id, _slice, _line')).toEqual([
      { event_id: 'a', _slice: '2026-10-01', _line: '1' },
      { event_id: 'b', _slice: '2026-10-01', _line: '3' },
      { event_id: 'c', _slice: '2026-10-02', _line: '2' },
    ]);
    expect(
      output.ledger.map(({ slice, rowsIn, rowsOut, duplicates }) => [slice, rowsIn, rowsOut, duplicates]),
    ).toEqual([
      ['2026-10-01', 5, 3, 2],
      ['2026-10-02', 1, 1, 0],
    ]);
    expect(slices?.map(({ slice, rows }) => [slice, rows])).toEqual([
      ['2026-10-01', 3],
      ['2026-10-02', 1],
    ]);
  });

  it('keeps events whose key has a null, of sources without a key, and equal keys of two sources', async () => {
    const rows = [event(null, '2026-10-01', 1), event(null, '2026-10-01', 2), event('a', '2026-10-01', 3)];
    const inputs = [
      {
        source: 'web',
        key: ['event_id', 'item_id'],
        slices: [await fixture.clean('web', 'events', '2026-10-01', rows)],
      },
      {
        source: 'app',
        key: ['event_id'],
        slices: [await fixture.clean('app', 'events', '2026-10-01', [event('a', '2026-10-01', 1)])],
      },
      {
        source: 'till',
        key: [],
        slices: [
          await fixture.clean('till', 'events', '2026-10-01', [
            event('a', '2026-10-01', 1),
            event('a', '2026-10-01', 2),
          ]),
        ],
      },
    ];
    const output = await dedupEvents(fixture.store, fixture.context, { entity: 'events', inputs });
    expect(output.ledger.map(({ source, rowsOut, duplicates }) => [source, rowsOut, duplicates])).toEqual([
      ['app', 1, 0],
      ['till', 2, 0],
      ['web', 3, 0],
    ]);
  });

  it('makes only the dates a late slice has rows of', async () => {
    const slices = [
      await fixture.clean('web', 'events', '2026-10-01', [event('a', '2026-10-01', 1)]),
      await fixture.clean('web', 'events', '2026-10-02', [event('b', '2026-10-02', 1)]),
    ];
    const inputs = (list: DatasetSlice[]) => [{ source: 'web', key: ['event_id'], slices: list }];
    await dedupEvents(fixture.store, fixture.context, { entity: 'events', inputs: inputs(slices) });
    const late = await fixture.clean('web', 'events', '2026-10-03', [event('z', '2026-10-01', 1)]);
    const output = await dedupEvents(fixture.store, fixture.context, {
      entity: 'events',
      inputs: inputs([...slices, late]),
    });
    expect([output.parts, output.reused]).toEqual([2, 1]);
    const again = await dedupEvents(fixture.store, fixture.context, {
      entity: 'events',
      inputs: inputs([late, ...slices]),
    });
    expect([again.parts, again.reused]).toEqual([2, 2]);
    expect(again).toEqual({ ...output, reused: 2 });
  });

  it('gives the same bytes for slices in any order and on 1, 2 or 3 threads', async () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', null);
    const days = fc.constantFrom('2026-10-01', '2026-10-02', '2026-10-03');
    const slice = fc.array(fc.tuple(ids, days), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(slice, { minLength: 1, maxLength: 4 }),
        fc.func(fc.nat()),
        async (rows, rank) => {
          const slices = await Promise.all(
            rows.map((list, index) =>
              fixture.clean(
                'web',
                'events',
                `2026-10-0${index + 1}`,
                list.map(([id, day], line) => event(id, day, line + 1)),
              ),
            ),
          );
          const shuffled = [...slices].sort((a, b) => rank(a.slice) - rank(b.slice));
          const run = async (list: readonly DatasetSlice[], threads: number) => {
            const context = stageContext({ threads, force: true });
            const inputs = [{ source: 'web', key: ['event_id'], slices: list }];
            return dedupEvents(fixture.store, context, { entity: 'events', inputs });
          };
          const reference = await run(slices, 1);
          expect(await run(shuffled, 2)).toEqual(reference);
          expect(await run(shuffled, 3)).toEqual(reference);
          const kept = await fixture.read(reference.datasets['unified.events'], 'event_date, event_id');
          const wanted = new Set(rows.flat().map(([id, day]) => `${day} ${id}`));
          const keyed = kept.filter((row) => row.event_id !== null);
          expect(keyed).toHaveLength([...wanted].filter((text) => !text.endsWith('null')).length);
          expect(kept.length - keyed.length).toBe(rows.flat().filter(([id]) => id === null).length);
        },
      ),
      { numRuns: 15, seed: 1 },
    );
  });

  it('empties the partition of a published date whose rows are gone', async () => {
    const output = await dedupEvents(fixture.store, fixture.context, {
      entity: 'market',
      published: ['2026-10-01'],
      inputs: [],
    });
    expect(output.datasets['unified.market']?.map(({ slice, rows }) => [slice, rows])).toEqual([
      ['2026-10-01', 0],
    ]);
  });

  it('hands out dates in order', () => {
    expect(datesOf([{ rowsByDate: { '2026-10-02': 1, '2026-10-01': 2 } }, { rowsByDate: {} }])).toEqual([
      '2026-10-01',
      '2026-10-02',
    ]);
  });

  it('reports again while it works, and stops when the run is cancelled', async () => {
    const slice = await fixture.clean('web', 'events', '2026-10-01', [event('a', '2026-10-01', 1)]);
    const inputs = [{ source: 'web', key: [], slices: [slice] }];
    await dedupEvents(fixture.store, fixture.context, { entity: 'events', inputs });
    expect(fixture.beats.at(-1)).toEqual({ step: 'dedup events', dates: 1, of: 1 });
    const context = stageContext({ signal: AbortSignal.abort(new Error('cancelled by test')) });
    await expect(dedupEvents(fixture.store, context, { entity: 'events', inputs })).rejects.toThrow(
      'cancelled',
    );
  });

  it('refuses a damaged clean file and leaves no staging folder behind', async () => {
    const slice = await fixture.clean('web', 'events', '2026-10-01', [event('a', '2026-10-01', 1)]);
    await writeFile(join(fixture.store.dir, slice.files[0]?.uri ?? ''), 'rotten');
    await expect(
      dedupEvents(fixture.store, fixture.context, {
        entity: 'events',
        inputs: [{ source: 'web', key: [], slices: [slice] }],
      }),
    ).rejects.toMatchObject({ code: 'STK-ARTIFACT-CHECKSUM' });
    expect(await readdir(join(fixture.store.dir, 'staging'))).toEqual([]);
  });
});
