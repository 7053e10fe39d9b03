import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWarehouse, type Row, type Warehouse } from '../warehouse/warehouse.ts';
import { userLabelsSql, userLabelVersion } from './label-users.ts';

let dir: string;
let warehouse: Warehouse;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-users-'));
  warehouse = await openWarehouse({ threads: 2, memoryMb: 512, tempDir: dir });
  await warehouse.run(
    'item_labels',
    `create table item_labels as
     select * from (values ('i1', 'shoes', 1.0), ('i2', 'garden', 0.5), ('i3', null, 0.2)) as t(item_id, label, confidence)`,
  );
  await warehouse.run(
    'past_reviews',
    `create table past_reviews as
     select * from (values ('u2', date '2026-10-01'), ('u3', date '2026-10-20')) as t(user_id, event_date)`,
  );
});
afterEach(async () => {
  warehouse.close();
  await rm(dir, { recursive: true });
});

/** Events as (user, item, kind, time, value). */
async function labelsOf(events: readonly string[], dataDate = '2026-10-04'): Promise<Row[]> {
  const rows = events.length > 0 ? events.join(', ') : "('u', 'i', 'view', '2000-01-01', null)";
  await warehouse.run(
    'interactions',
    `create or replace table interactions as
     select user_id, item_id, kind, cast(time as timestamp) as time, 1::decimal(18, 6) as quantity,
       cast(value as decimal(18, 4)) as value, cast(time as date) as event_date
     from (values ${rows}) as t(user_id, item_id, kind, time, value)
     ${events.length > 0 ? '' : 'where false'}`,
  );
  return warehouse.rows('user_labels', userLabelsSql({ dataDate }));
}

function event(user: string, item: string, kind: string, time: string, value = 'null'): string {
  return `('${user}', '${item}', '${kind}', '${time}', ${value})`;
}

describe('userLabelsSql', () => {
  it('weighs interests by kind, age and the certainty of the item label', async () => {
    const rows = await labelsOf([
      event('u1', 'i1', 'purchase', '2026-10-04 10:00'),
      event('u1', 'i2', 'purchase', '2026-10-04 11:00'),
      event('u1', 'i1', 'view', '2026-09-04 10:00'),
      event('u1', 'i3', 'purchase', '2026-10-04 12:00'),
    ]);
    const interests = rows.filter(({ label_kind: kind }) => kind === 'interest');
    expect(interests).toEqual([
      {
        user_id: 'u1',
        label_kind: 'interest',
        label: 'garden',
        confidence: 0.277778,
        model_version: userLabelVersion,
      },
      {
        user_id: 'u1',
        label_kind: 'interest',
        label: 'shoes',
        confidence: 0.611111,
        model_version: userLabelVersion,
      },
    ]);
  });

  it('sees habits of week, time of day and frequency', async () => {
    const days = ['2026-09-26', '2026-09-27', '2026-10-03', '2026-10-04'];
    const rows = await labelsOf([
      ...days.map((day) => event('u1', 'i1', 'view', `${day} 20:30`)),
      event('u1', 'i1', 'view', '2026-10-01 08:00'),
    ]);
    const own = rows.filter(({ user_id: user }) => user === 'u1');
    expect(own.map(({ label_kind: kind, label }) => `${kind}: ${label}`)).toEqual([
      'frequency: weekly',
      'interest: shoes',
      'time of day: evening',
      'week: weekend',
    ]);
    expect(rows.find(({ label }) => label === 'evening')?.confidence).toBeCloseTo(5 / 7, 6);
  });

  it('puts buyers into thirds of the prices bought', async () => {
    const bought = (user: string, price: number): string[] =>
      [1, 2, 3].map((day) => event(user, 'i1', 'purchase', `2026-10-0${day} 10:00`, String(price)));
    const rows = await labelsOf([...bought('a', 5), ...bought('b', 50), ...bought('c', 500)]);
    const bands = rows.filter(({ label_kind: kind }) => kind === 'price band');
    expect(bands.map(({ user_id: user, label }) => [user, label])).toEqual([
      ['a', 'low'],
      ['b', 'middle'],
      ['c', 'high'],
    ]);
  });

  it('sees nothing after the data date', async () => {
    const past = [event('u1', 'i1', 'view', '2026-10-04 10:00')];
    const later = [
      ...past,
      ...Array.from({ length: 9 }, () => event('u1', 'i2', 'purchase', '2026-10-05 10:00')),
    ];
    expect(await labelsOf(later)).toEqual(await labelsOf(past));
    expect((await labelsOf(past)).some(({ user_id: user }) => user === 'u3')).toBe(false);
  });

  it('gives the same rows at 1, 2 and 3 threads', async () => {
    await labelsOf([]);
    await warehouse.run(
      'many',
      `insert into interactions
       select 'u' || (n * 7919 % 900), 'i' || (1 + n % 3), ['view', 'cart', 'purchase'][1 + n // 900 % 3],
         timestamp '2026-06-01' + interval (n * 104729 % 180000) minute, 1, n * 7919 % 900 + n % 5, date '2026-06-01' + (n * 104729 % 180000 // 1440)::integer
       from range(200000) t(n)`,
    );
    const found: string[] = [];
    for (const threads of [1, 2, 3]) {
      await warehouse.run('threads', `set threads = ${threads}`);
      found.push(
        JSON.stringify(await warehouse.rows('user_labels', userLabelsSql({ dataDate: '2026-10-04' }))),
      );
    }
    expect(found[0]?.includes('price band')).toBe(true);
    expect(found.map((rows) => rows === found[0])).toEqual([true, true, true]);
  });

  it('says that a user is away after 28 days, and gives an empty table without behaviour', async () => {
    const rows = await labelsOf([event('u1', 'i3', 'view', '2026-08-01 10:00')]);
    expect(rows.find(({ user_id: user }) => user === 'u1')).toMatchObject({ label: 'away' });
    await warehouse.run('none', 'delete from past_reviews');
    expect(await labelsOf([])).toEqual([]);
  });
});
