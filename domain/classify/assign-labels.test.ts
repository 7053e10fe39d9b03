import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openSliceFixture, type SliceFixture } from '../warehouse/slice-fixture.ts';
import { assignLabels } from './assign-labels.ts';
import type { LabelWork } from './label-work.ts';

let fixture: SliceFixture;
let work: LabelWork;
beforeEach(async () => {
  fixture = await openSliceFixture();
  work = {
    dataDate: '2026-10-02',
    seed: 5,
    items: [
      await fixture.slice(
        'unified.items',
        'all',
        `select 'i' || n as item_id, case when n % 2 = 0 then 'oak chair ' else 'steel lamp ' end || n as title,
           null::varchar as description, null::varchar as brand,
           case when n >= 90 then null when n % 2 = 0 then 'Chairs' else 'Lamps' end as category
         from range(100) as t(n) order by item_id`,
      ),
    ],
    reviews: [
      await fixture.slice(
        'unified.reviews',
        '2026-10-01',
        `select 'web' as _source, '2026-10-01' as _slice, 'f' as _file, n as _line, 'u' || n % 7 as user_id, date '2026-10-01' as event_date,
           case when n % 2 = 0 then 'lovely and solid ' else 'broken and late ' end || n as text,
           case when n >= 80 then null when n % 2 = 0 then 5 else 1 end::decimal(18, 6) as rating
         from range(90) as t(n) order by n`,
      ),
    ],
    events: [
      await fixture.slice(
        'unified.events',
        '2026-10-01',
        `select 'u1' as user_id, 'i' || (90 + n % 2 * 2) as item_id, 'purchase' as kind, timestamp '2026-10-01 09:00:00' as time,
           1::decimal(18, 6) as quantity, 10::decimal(18, 4) as value, null::varchar as session_id, date '2026-10-01' as event_date,
           'web' as _source, '2026-10-01' as _slice, 'f' as _file, n as _line
         from range(6) as t(n) order by n`,
      ),
    ],
    clusters: [],
    namespaces: { web: 'main' },
    vectorSlices: [],
    vectorsOf: async () => undefined,
  };
});
afterEach(() => fixture.close());

describe('assignLabels', () => {
  it('labels items, reviews and users, each with confidence and the version of what gave it', async () => {
    const { datasets } = await assignLabels(fixture.store, stageContext(), work);
    const items = await fixture.read(datasets['label.items']);
    expect(items).toHaveLength(100);
    const predicted = items.filter(({ known }) => known === false);
    expect(predicted.map(({ item_id, label }) => [item_id, label])).toEqual(
      [90, 91, 92, 93, 94, 95, 96, 97, 98, 99].map((n) => [`i${n}`, n % 2 === 0 ? 'Chairs' : 'Lamps']),
    );
    for (const { confidence, model_version } of predicted) {
      expect(Number(confidence)).toBeGreaterThan(0.5);
      expect(model_version).toMatch(/^[0-9a-f]{12}$/);
    }
    const reviews = await fixture.read(datasets['label.reviews'], 'label, known');
    expect(reviews.filter(({ known }) => known === false).map(({ label }) => label)).toEqual(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? 'positive' : 'negative')),
    );
    const interests = await fixture.read(
      datasets['label.users'],
      'user_id, label, model_version, label_kind',
    );
    expect(
      interests.find(({ user_id, label_kind }) => user_id === 'u1' && label_kind === 'interest'),
    ).toMatchObject({
      label: 'Chairs',
      model_version: 'user-rules-1',
    });
  });

  it('measures on what it has not learned from, with the most frequent label beside it', async () => {
    const { datasets } = await assignLabels(fixture.store, stageContext(), work);
    const figures = await fixture.read(datasets['evaluation.labels']);
    const whole = figures.find(({ task, label }) => task === 'category' && label === '');
    expect(Number(whole?.accuracy)).toBeGreaterThan(Number(whole?.majority));
    expect(figures.filter(({ task }) => task === 'category').map(({ label }) => label)).toEqual([
      '',
      'Chairs',
      'Lamps',
    ]);
  });

  it('labels the same things the same way, to the byte, and does not do it twice', async () => {
    const first = await assignLabels(fixture.store, stageContext(), work);
    const again = await assignLabels(fixture.store, stageContext(), work);
    const forced = await assignLabels(fixture.store, stageContext({ force: true, threads: 1 }), work);
    expect([first.reused, again.reused, forced.reused]).toEqual([0, 1, 0]);
    expect(forced.datasets).toEqual(first.datasets);
  });

  it('says why it learns nothing from one class only, and does without reviews and events', async () => {
    const items = await fixture.slice(
      'unified.items',
      'all',
      `select 'i' || n as item_id, 'thing' as title, null::varchar as description, null::varchar as brand, 'One' as category
       from range(50) as t(n) order by item_id`,
    );
    const output = await assignLabels(fixture.store, stageContext(), {
      ...work,
      items: [items],
      reviews: [],
      events: [],
    });
    expect(output.why).toContain('Only one label');
    expect(await fixture.read(output.datasets['label.items'])).toHaveLength(50);
    expect(await fixture.read(output.datasets['label.users'])).toHaveLength(0);
  });
});
