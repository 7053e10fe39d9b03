import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { openStream } from '../math/random.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openSliceFixture, type SliceFixture } from '../warehouse/slice-fixture.ts';
import { readModelFiles } from './model-file.ts';
import { compareRecipes, type TrainWork, trainRecommender } from './train.ts';

let fixture: SliceFixture;
let work: TrainWork;
beforeEach(async () => {
  fixture = await openSliceFixture();
  work = {
    dataDate: '2026-10-20',
    events: [await chains(7)],
    clusters: [],
    items: [],
    namespaces: {},
    kinds: ['view'],
    seed: 3,
    trials: 2,
    budgetSeconds: 60,
    minEvents: 100,
    featureSlices: [],
    featuresOf: async () => ({}),
  };
});
afterEach(() => fixture.close());

/** Users who walk along chains of items, so that what comes next follows from what came before. */
function chains(seed: number, users = 60, others: readonly string[] = []): Promise<DatasetSlice> {
  const random = openStream(seed, 'chains');
  const rows: string[] = [...others];
  for (let user = 0; user < users; user++) {
    let item = random.between(0, 39);
    for (let day = 1; day <= 20; day++) {
      if (!random.chance(0.7)) continue;
      item = random.chance(0.8) ? (item + 1) % 40 : random.between(0, 39);
      rows.push(`('u${user}', 'i${item}', ${day}, ${rows.length})`);
    }
  }
  return fixture.slice(
    'unified.events',
    'all',
    `select user_id, item_id, 'view' as kind, make_timestamp(2026, 10, day, 9, 0, 0) as time, 1::decimal(18, 6) as quantity,
       null::decimal(18, 4) as value, null::varchar as session_id, make_date(2026, 10, day) as event_date,
       'web' as _source, 'all' as _slice, 'f' as _file, line as _line
     from (values ${rows.join(', ')}) as t(user_id, item_id, day, line) order by line`,
  );
}

describe('trainRecommender', () => {
  it('finds the chain, beats popularity, and leaves a model that can be read back', async () => {
    const { output, model } = await trainRecommender(fixture.store, stageContext(), work);
    const rows = await fixture.read(output.datasets['evaluation.models']);
    const figure = (name: string) => Number(rows.find((row) => row.model === name)?.ndcg10);
    expect(figure(String(output.facts?.chosen))).toBeGreaterThan(2 * figure('popularity'));
    expect(rows.filter(({ chosen }) => chosen)).toHaveLength(1);
    const manifest = await fixture.store.manifests.read(model?.manifest as never);
    const [tensors, document] = [manifest.files.tensors?.[0], manifest.files.document?.[0]];
    const read = readModelFiles(
      {
        tensors: await readFile(await fixture.store.objects.open(tensors as never)),
        document: await readFile(await fixture.store.objects.open(document as never), 'utf8'),
      },
      'test',
    );
    expect(read.items).toBe(40);
  });

  it('does not train again on the same data, does on other data of the same size, and says why', async () => {
    const first = await trainRecommender(fixture.store, stageContext(), work);
    const again = await trainRecommender(fixture.store, stageContext(), work);
    const other = await trainRecommender(fixture.store, stageContext(), {
      ...work,
      events: [await chains(8)],
    });
    expect([first.output.reused, again.output.reused, other.output.reused]).toEqual([0, 1, 0]);
    expect(again.model).toEqual(first.model);
    expect(other.model?.manifest.sha256).not.toBe(first.model?.manifest.sha256);
    const forced = await trainRecommender(fixture.store, stageContext({ force: true }), work);
    expect(forced.model).toEqual(first.model);
  });

  it.each([
    ['too few events', { minEvents: 100_000 }, 'are needed to train'],
    ['no event of a kind that counts', { kinds: ['buy'] }, '0 events of the kinds buy'],
  ])('trains nothing from %s', async (_, given, why) => {
    const { output, model } = await trainRecommender(fixture.store, stageContext(), { ...work, ...given });
    expect(model).toBeUndefined();
    expect(output.why).toContain(why);
  });

  it('compares recipes on the same users: a chain model leads popularity, and equals itself', async () => {
    const { model } = await trainRecommender(fixture.store, stageContext(), work);
    if (!model) throw new Error('nothing was trained');
    const compared = await compareRecipes(fixture.store, stageContext(), {
      ...work,
      candidate: model.recipe,
      champion: model.recipe,
    });
    expect(compared?.popularity.difference.low).toBeGreaterThan(0);
    expect(compared?.champion?.difference).toEqual({ mean: 0, low: 0, high: 0 });
    expect(compared?.trainedThrough).toBeLessThan(compared?.fromDay ?? 0);
    expect(compared?.newestDay.users).toBeGreaterThan(5);
  });

  it('learns from events that came in files without a date, and from no slice of a later day', async () => {
    const [all] = work.events as [DatasetSlice];
    const later = { ...all, slice: '2026-10-21' };
    const trained = await trainRecommender(fixture.store, stageContext(), work);
    const beside = await trainRecommender(fixture.store, stageContext(), { ...work, events: [all, later] });
    const none = await trainRecommender(fixture.store, stageContext(), { ...work, events: [later] });
    expect(trained.model).toBeDefined();
    expect(beside.model).toEqual(trained.model);
    expect(none.output.why).toContain('no events yet');
  });

  it('keeps long histories whole: what a user has had is not recommended again', async () => {
    const collector = Array.from({ length: 120 }, (_, at) => `('c', 'i${at}', ${1 + (at % 20)}, ${at})`);
    const events = [await chains(7, 60, collector)];
    const { model } = await trainRecommender(fixture.store, stageContext(), { ...work, events });
    const { files } = await fixture.store.manifests.read(model?.manifest as never);
    expect(files.histories?.[0]?.rows).toBe(events[0]?.rows);
  });

  it('stops at once when the run is cancelled', async () => {
    const controller = new AbortController();
    const context = stageContext({
      signal: controller.signal,
      heartbeat: () => controller.abort(new Error('cancelled by test')),
    });
    await expect(trainRecommender(fixture.store, context, work)).rejects.toThrow('cancelled');
  });
});
