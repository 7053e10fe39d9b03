import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { itemProfileColumns, userProfileColumns } from '../../schemas/profile.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openSliceFixture, type SliceFixture } from '../warehouse/slice-fixture.ts';
import { makeProfiles, type ProfileWork } from './profile.ts';

let fixture: SliceFixture;
let work: ProfileWork;
beforeEach(async () => {
  fixture = await openSliceFixture();
  work = {
    dataDate: '2026-10-02',
    events: [
      await events(
        '2026-10-01',
        "'u1','feed-1','view',null",
        "'u1','a','purchase',10",
        "'u2','a','purchase',7",
      ),
      await events('2026-10-02', "'u1','a','return',-10", "null,'b','view',null"),
    ],
    reviews: [await reviews('2026-10-01', "'u2','a',4", "'u3','b',null")],
    users: [await fixture.slice('unified.users', 'all', "select 'u9' as user_id order by 1")],
    items: [
      await fixture.slice(
        'unified.items',
        'all',
        `select * from (values ('a', 'Chairs', 10::decimal(18, 4), null), ('c', null, 5, '2026-09-30'))
           as t(item_id, category, price, gone_since) order by item_id`,
      ),
    ],
    clusters: [
      await fixture.slice(
        'match.clusters',
        'all',
        "select 'feed' as namespace, 'feed-1' as item_id, 'a' as golden_id order by 1",
      ),
    ],
    labels: [
      await fixture.slice(
        'label.items',
        'all',
        "select 'c' as item_id, 'category' as label_kind, 'Tables' as label order by 1",
      ),
    ],
    namespaces: { web: 'main', feed: 'feed' },
  };
});
afterEach(() => fixture.close());

/** Events (user, item, kind, value) of one day; items of the feed come from the source `feed`. */
function events(date: string, ...rows: string[]): Promise<DatasetSlice> {
  const values = rows.map((row, index) => `(${row}, ${index + 1})`).join(', ');
  return fixture.slice(
    'unified.events',
    date,
    `select user_id, item_id, kind, timestamp '${date} 10:00:00' as time, 1::decimal(18, 6) as quantity,
       value::decimal(18, 4) as value, 's-' || user_id as session_id, date '${date}' as event_date,
       case when item_id like 'feed%' then 'feed' else 'web' end as _source, '${date}' as _slice, 'f' as _file, line as _line
     from (values ${values}) as t(user_id, item_id, kind, value, line) order by line`,
  );
}

function reviews(date: string, ...rows: string[]): Promise<DatasetSlice> {
  const values = rows.map((row, index) => `(${row}, ${index + 1})`).join(', ');
  return fixture.slice(
    'unified.reviews',
    date,
    `select user_id, item_id, rating::decimal(18, 6) as rating, date '${date}' as event_date
     from (values ${values}) as t(user_id, item_id, rating, line) order by line`,
  );
}

describe('makeProfiles', () => {
  it('profiles users: what they did, spent and like, people without events too', async () => {
    const output = await makeProfiles(fixture.store, stageContext(), work);
    const rows = await fixture.read(output.datasets['profile.users']);
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(userProfileColumns));
    expect(
      rows.map((row) => [row.user_id, row.events, row.items, row.spend, row.reviews, row.top_category]),
    ).toEqual([
      ['u1', '3', '1', '0.0000', '0', 'Chairs'],
      ['u2', '1', '1', '7.0000', '1', 'Chairs'],
      ['u3', '0', '0', '0.0000', '1', null],
      ['u9', '0', '0', '0.0000', '0', null],
    ]);
    expect(rows[0]).toMatchObject({
      recency_days: '0',
      active_days: '2',
      returns: '1',
      purchase_mean: '10.0000',
    });
  });

  it('profiles items under their golden id, with predicted categories', async () => {
    const output = await makeProfiles(fixture.store, stageContext(), work);
    const rows = await fixture.read(output.datasets['profile.items']);
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(itemProfileColumns));
    expect(
      rows.map((row) => [row.item_id, row.category, row.events, row.users, row.revenue, row.gone]),
    ).toEqual([
      ['a', 'Chairs', '4', '2', '7.0000', false],
      ['b', null, '1', '0', '0.0000', false],
      ['c', 'Tables', '0', '0', '0.0000', true],
    ]);
  });

  it('sees nothing after the data date, whatever later slices hold', async () => {
    const first = await makeProfiles(fixture.store, stageContext(), { ...work, dataDate: '2026-10-01' });
    const later = [...work.events, await events('2026-10-03', "'u1','a','purchase',99")];
    const again = await makeProfiles(fixture.store, stageContext(), {
      ...work,
      dataDate: '2026-10-01',
      events: later,
    });
    expect(again.reused).toBe(1);
    expect(again.datasets).toEqual(first.datasets);
  });

  it('gives the same bytes at 1, 2 and 3 threads', async () => {
    const hashes = [];
    for (const threads of [1, 2, 3]) {
      const output = await makeProfiles(fixture.store, stageContext({ threads, force: true }), work);
      hashes.push(
        JSON.stringify(
          Object.values(output.datasets)
            .flat()
            .map(({ files }) => files),
        ),
      );
    }
    expect(new Set(hashes).size).toBe(1);
  });

  it('has nothing to do in an empty project, and makes do with items alone', async () => {
    const empty = { ...work, events: [], reviews: [], users: [], items: [], clusters: [], labels: [] };
    expect(await makeProfiles(fixture.store, stageContext(), empty)).toMatchObject({ parts: 0 });
    const output = await makeProfiles(fixture.store, stageContext(), { ...empty, items: work.items });
    expect(await fixture.read(output.datasets['profile.items'])).toHaveLength(2);
    expect(await fixture.read(output.datasets['profile.users'])).toHaveLength(0);
  });
});
