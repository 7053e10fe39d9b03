import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openSliceFixture, type SliceFixture } from '../warehouse/slice-fixture.ts';
import { withWorkspace } from '../warehouse/workspace.ts';
import { historyOf } from './interactions.ts';
import { type EventsWork, readEvents } from './read-events.ts';

let fixture: SliceFixture;
let work: EventsWork;
beforeEach(async () => {
  fixture = await openSliceFixture();
  const events = await fixture.slice(
    'unified.events',
    'all',
    `select user_id, item_id, kind, timestamp '2026-10-01 00:00:00' + to_hours(hour::integer) as time,
       1::decimal(18, 6) as quantity, null::decimal(18, 4) as value, null::varchar as session_id,
       (timestamp '2026-10-01 00:00:00' + to_hours(hour::integer))::date as event_date,
       source as _source, 'all' as _slice, 'f' as _file, line as _line
     from (values
       ('u2', 'b', 'view', 5, 'web', 1), ('u1', 'x', 'view', 30, 'feed', 2), ('u1', 'a', 'view', 2, 'web', 3),
       ('u1', 'b', 'return', 3, 'web', 4), (null, 'a', 'view', 4, 'web', 5), ('u1', 'c', 'view', 50, 'web', 6)
     ) as t(user_id, item_id, kind, hour, source, line) order by line`,
  );
  work = {
    dataDate: '2026-10-02',
    events: [events],
    clusters: [
      await fixture.slice(
        'match.clusters',
        'all',
        "select 'feed' as namespace, 'x' as item_id, 'b' as golden_id order by 1",
      ),
    ],
    items: [
      await fixture.slice(
        'unified.items',
        'all',
        "select * from (values ('d', null), ('e', '2026-10-01')) as t(item_id, gone_since) order by item_id",
      ),
    ],
    namespaces: { web: 'main', feed: 'feed' },
    kinds: ['view'],
  };
});
afterEach(() => fixture.close());

const read = (given: EventsWork) =>
  withWorkspace(fixture.store, stageContext(), ({ warehouse }) =>
    readEvents(fixture.store, warehouse, given),
  );

describe('readEvents', () => {
  it('reads interest in time order under golden ids, and offers what the shop has', async () => {
    const { interactions, userIds, itemIds } = await read(work);
    expect(userIds).toEqual(['u1', 'u2']);
    expect(itemIds).toEqual(['a', 'b', 'd']);
    expect([historyOf(interactions, 0), historyOf(interactions, 1)]).toEqual([[0, 1], [1]]);
    const day = Date.UTC(2026, 9, 1) / 86_400_000;
    expect([...(interactions.dayOf ?? [])]).toEqual([day, day + 1, day]);
  });

  it('reads nothing from no event of the kinds that count', async () => {
    const { interactions, userIds } = await read({ ...work, kinds: ['cart'] });
    expect([interactions.users, userIds.length, interactions.itemOf.length]).toEqual([0, 0, 0]);
  });
});
