import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openSliceFixture, type SliceFixture } from '../warehouse/slice-fixture.ts';
import { countLateAnswers } from './late-answers.ts';

const window = { from: '2026-10-05', to: '2026-10-06' };
let fixture: SliceFixture;
beforeEach(async () => {
  fixture = await openSliceFixture();
});
afterEach(() => fixture.close());

/** Events of one day: `[file date, user, item]`. */
function events(
  date: string,
  ...rows: readonly (readonly [string, string, string])[]
): Promise<DatasetSlice> {
  const values = rows.map(([file, user, item], line) => `('${file}', '${user}', '${item}', ${line})`);
  return fixture.slice(
    'unified.events',
    date,
    `select user_id, item_id, 'view' as kind, null::timestamp as time, null::decimal(18, 6) as quantity,
       null::decimal(18, 4) as value, null::varchar as session_id, date '${date}' as event_date,
       'web' as _source, file as _slice, 'f' as _file, line as _line
     from (values ${values.join(', ')}) as t(file, user_id, item_id, line) order by line`,
  );
}

const count = (slices: readonly DatasetSlice[]) =>
  countLateAnswers(
    fixture.store,
    stageContext(),
    { dataDate: '2026-10-06', events: slices, clusters: [], namespaces: { web: 'main' }, kinds: ['view'] },
    window,
  );

describe('countLateAnswers', () => {
  it('counts answers dated before the window by files of the window, and no others', async () => {
    const slices = [
      await events('2026-10-01', ['2026-10-01', 'ann', 'known'], ['all', 'ann', 'undated']),
      // A repeat of what was known anyway tells nothing new.
      await events('2026-10-02', ['2026-10-06', 'ann', 'told'], ['2026-10-06', 'ann', 'known']),
      await events(
        '2026-10-06',
        ...['told', 'known', 'undated', 'new'].map((item) => ['2026-10-06', 'ann', item] as const),
        ['2026-10-06', 'bob', 'told'],
      ),
    ];
    expect(await count(slices)).toEqual({ answers: 3, share: 1 / 3, usual: 0 });
  });

  it('counts the window before as it stood on its last day', async () => {
    const slices = [
      await events('2026-10-02', ['2026-10-03', 'ann', 'a'], ['2026-10-06', 'ann', 'b']),
      await events('2026-10-04', ['2026-10-04', 'ann', 'a'], ['2026-10-04', 'ann', 'b']),
    ];
    expect(await count(slices)).toEqual({ answers: 0, share: 0, usual: 0.5 });
  });

  it('is 0 without events', async () => {
    expect(await count([])).toEqual({ answers: 0, share: 0, usual: 0 });
  });
});
