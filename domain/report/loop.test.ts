import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { StepRecord } from '../../schemas/run.ts';
import { putDataset } from '../store/datasets.ts';
import { buildReport } from './build.ts';
import { samplesOf, verdictOf } from './loop-fixture.ts';
import type { ReportLoop } from './loop-model.ts';
import { openReportFixture, type ReportFixture, workOf } from './report-fixture.ts';
import type { ReportWork } from './work.ts';

const hash = 'd'.repeat(64);

describe('the loop of a night', () => {
  let fixture: ReportFixture;
  beforeAll(async () => {
    fixture = await openReportFixture();
  });
  afterAll(() => fixture.close());

  const loopOf = async (given: Partial<ReportWork>): Promise<ReportLoop> =>
    (await buildReport(fixture.store, fixture.context, workOf(given))).loop;

  it('is whole where no step took part and no dataset is there', async () => {
    expect(await loopOf({})).toMatchObject({
      text: { step: { decision: 'absent' }, encoded: 0, kinds: [] },
      labels: { tasks: [], labelled: [] },
      learned: { methods: [], verdict: null, before: null, serving: null },
      samples: null,
      origin: null,
    });
  });

  it('says of a step that is switched off that it is', async () => {
    const why = 'switched off in the configuration';
    const { text } = await loopOf({ steps: [step('embed', { decision: 'skipped', why })] });
    expect(text.step).toEqual({ decision: 'skipped', why });
  });

  it('counts what was encoded and kept, and whose texts they are', async () => {
    const facts = { encoder: hash, dimensions: 384, encoded: 1, kept: 2 };
    const texts = values('kind, id, hash', [
      "('item', 'A', 'x')",
      "('item', 'B', 'x')",
      "('review', 'r', 'y')",
    ]);
    const { text } = await loopOf({
      steps: [step('embed', { facts })],
      datasets: { 'feature.texts': [await fixture.slice('all', texts)] },
    });
    expect(text).toMatchObject({ encoder: hash, dimensions: 384, encoded: 1, kept: 2 });
    expect(text.kinds).toEqual([
      { kind: 'item', owners: 2, texts: 1 },
      { kind: 'review', owners: 1, texts: 1 },
    ]);
  });

  it('reads every task with its labels, most held-out things first, and counts labelled things once', async () => {
    const { labels } = await loopOf({ datasets: await labelDatasets(fixture) });
    expect(labels.tasks).toMatchObject([
      { task: 'category', recipe: 'r', accuracy: 0.9, majority: 0.5, ece: 0.02, support: 10, note: '' },
      { task: 'sentiment', recipe: '', note: 'Everything has a label already', labels: [] },
    ]);
    expect(labels.tasks[0]?.labels).toEqual([
      { label: 'Shoes', precision: 1, recall: 0.9, f1: 0.95, support: 7 },
      { label: 'Lamps', precision: 0.8, recall: 1, f1: 0.89, support: 3 },
    ]);
    expect(labels.labelled).toEqual([
      { things: 'items', kind: 'category', labelled: 2, given: 1, unknown: 1, labels: 2 },
      { things: 'users', kind: 'interest', labelled: 1, given: 0, unknown: 0, labels: 2 },
    ]);
  });

  it('puts the best method first and knows the chosen one and the baselines', async () => {
    const rows = values(
      'model, chosen, ndcg10, ndcg10_low, ndcg10_high, hr10, recall20, validation, trials, parameters',
      [
        "('popularity', false, 0.08::double, 0.05::double, 0.1::double, 0.2::double, 0.1::double, null::double, 0::bigint, '{}')",
        "('hybrid', true, 0.2, 0.15, 0.25, 0.5, 0.3, 0.19, 12, '{}')",
      ],
    );
    const { learned } = await loopOf({
      datasets: { 'evaluation.models': [await fixture.slice('all', rows)] },
    });
    expect(learned.methods).toMatchObject([
      { model: 'hybrid', chosen: true, baseline: false, ndcg10: 0.2, ndcg10Low: 0.15, validation: 0.19 },
      { model: 'popularity', chosen: false, baseline: true, validation: null, trials: 0 },
    ]);
  });

  describe('with a registry', () => {
    let registry: Record<string, DatasetSlice[]>;
    let snapshot: number;

    beforeAll(async () => {
      registry = {
        'registry.versions': [
          await document(fixture, 'v000001', versionDocument('v1', 'directional-knn')),
          await document(fixture, 'v000010', versionDocument('v10', 'hybrid')),
        ],
        'registry.verdicts': [
          await document(fixture, '2026-10-01.v000001', verdictOf({ version: 'v1', dataDate: '2026-10-01' })),
          await document(
            fixture,
            '2026-10-01.v000001.after-7',
            verdictOf({ version: 'v1', decision: 'restored', ground: 'rollback' }),
          ),
          await document(fixture, '2026-10-02.v000010', verdictOf({ version: 'v10' })),
        ],
      };
      const index = await putDataset(fixture.store.objects, 'registry.versions', []);
      const published = await fixture.store.snapshots.publish({
        base: 0,
        dataDate: '2026-10-01',
        datasets: { 'registry.versions': index },
        aliases: { champion: 'v1' },
        publishedBy: { workflowId: 'fixture', record: '' },
        allowOlder: false,
      });
      snapshot = published.snapshot.number;
    });

    const night = (steps: StepRecord[], datasets = registry): Promise<ReportLoop> =>
      loopOf({ steps, datasets, plan: { ...workOf().plan, baseSnapshot: snapshot } });

    it('shows the verdict of this run and that the promoted version serves next', async () => {
      const facts = { decision: 'promoted', version: 'v10', aliases: { champion: 'v10' } };
      const { learned } = await night([step('deploy', { facts })]);
      expect(learned).toMatchObject({
        isNew: true,
        verdict: { version: 'v10' },
        judged: { version: 'v10', name: 'hybrid', modelHash: hash },
        before: { version: 'v1' },
        serving: { version: 'v10' },
      });
    });

    it('keeps the champion where the candidate was refused', async () => {
      const refused = verdictOf({ version: 'v10', decision: 'rejected', ground: 'worse' });
      const facts = { decision: 'rejected', version: 'v10', aliases: {} };
      const { learned } = await night([step('deploy', { facts })], {
        ...registry,
        'registry.verdicts': [await document(fixture, '2026-10-02.v000010', refused)],
      });
      expect(learned).toMatchObject({
        isNew: true,
        verdict: { decision: 'rejected' },
        serving: { version: 'v1', name: 'directional-knn' },
      });
    });

    it('takes the verdict of the same night run before for no new one', async () => {
      const facts = { decision: 'unchanged', version: 'v10', aliases: {} };
      const { learned } = await night([step('deploy', { facts })]);
      expect(learned).toMatchObject({ isNew: false, verdict: { version: 'v10', decision: 'promoted' } });
    });

    it('shows the gate’s newest verdict as an earlier one where this run did not judge', async () => {
      const why = 'no model was trained: nothing to judge';
      const { learned } = await night([step('deploy', { decision: 'skipped', why })], {
        ...registry,
        'registry.verdicts': (registry['registry.verdicts'] ?? []).slice(0, 2),
      });
      expect(learned).toMatchObject({
        gate: { decision: 'skipped', why },
        isNew: false,
        verdict: { version: 'v1', dataDate: '2026-10-01', decision: 'promoted' },
        serving: { version: 'v1' },
      });
    });
  });

  it('asks for the same few interested users every time and traces the first item to its line', async () => {
    const asked: string[][] = [];
    const given = {
      datasets: await behaviour(fixture),
      sampleRecommendations: async (users: readonly string[], items: number) => {
        asked.push([...users, String(items)]);
        return samplesOf('Shoe', users);
      },
    };
    const { samples, origin } = await loopOf(given);
    await loopOf(given);
    expect(asked[0]).toEqual(asked[1]);
    expect(asked[0]).toHaveLength(4);
    expect(asked[0]?.slice(0, 2).sort()).toEqual(['busy-1', 'busy-2']);
    expect(asked[0]?.at(-1)).toBe('5');
    expect(asked.flat()).not.toContain('later');
    expect(samples?.users.map(({ user }) => user)).toEqual(asked[0]?.slice(0, 3));
    expect(origin).toEqual({ item: 'A-1', source: 'catalog', slice: '2026-10-02', file: 'c.csv', line: 7 });
  });

  it('shows no samples where no model serves', async () => {
    const datasets = await behaviour(fixture);
    const { samples, origin } = await loopOf({ datasets, sampleRecommendations: async () => undefined });
    expect([samples, origin]).toEqual([null, null]);
  });
});

function values(columns: string, rows: readonly string[]): string {
  return `select * from (values ${rows.join(', ')}) as t(${columns})`;
}

async function labelDatasets({ slice }: ReportFixture): Promise<Record<string, DatasetSlice[]>> {
  const figures = values(
    'task, label, recipe, precision, recall, f1, support, accuracy, macro_f1, ece, majority, note',
    [
      "('category', '', 'r', null::double, null::double, null::double, 10::bigint, 0.9::double, 0.8::double, 0.02::double, 0.5::double, '')",
      "('category', 'Lamps', 'r', 0.8, 1, 0.89, 3, null, null, null, null, '')",
      "('category', 'Shoes', 'r', 1, 0.9, 0.95, 7, null, null, null, null, '')",
      "('sentiment', '', '', null, null, null, 0, null, null, null, null, 'Everything has a label already')",
    ],
  );
  const items = values('item_id, label_kind, label, known', [
    "('A', 'category', 'Shoes', true)",
    "('B', 'category', 'Lamps', false)",
    "('C', 'category', null, false)",
  ]);
  const users = values('user_id, label_kind, label', [
    "('u', 'interest', 'Shoes')",
    "('u', 'interest', 'Lamps')",
  ]);
  return {
    'evaluation.labels': [await slice('all', figures)],
    'label.items': [await slice('all', items)],
    'label.users': [await slice('all', users)],
  };
}

/** Two users with three items, two with one, one whose kind does not count, one after the data date. */
async function behaviour({ slice }: ReportFixture): Promise<Record<string, DatasetSlice[]>> {
  const event = (user: string, item: string, kind = 'view', date = '2026-10-02'): string =>
    `('${user}', '${item}', '${kind}', date '${date}')`;
  const events = values('user_id, item_id, kind, event_date', [
    ...['busy-1', 'busy-2'].flatMap((user) => ['A', 'B', 'C'].map((item) => event(user, item))),
    event('calm-1', 'A'),
    event('calm-2', 'A'),
    event('other', 'A', 'return'),
    ...['A', 'B', 'C'].map((item) => event('later', item, 'view', '2026-10-03')),
  ]);
  const place = JSON.stringify({
    title: { source: 'catalog', slice: '2026-10-02', file: 'c.csv', line: 7 },
  });
  const items = `select 'A-1' as item_id, '${place}' as _provenance`;
  return {
    'unified.events': [await slice('2026-10-02', events)],
    'unified.items': [await slice('all', items)],
  };
}

async function document({ store }: ReportFixture, slice: string, json: unknown): Promise<DatasetSlice> {
  const file = await store.objects.putJson(json, 1);
  return {
    slice,
    manifest: { stage: 'deploy', key: hash, sha256: hash },
    files: [file],
    rows: 1,
    bytes: file.bytes,
  };
}

function versionDocument(version: string, name: string) {
  return {
    format: 1,
    version,
    name,
    modelHash: hash,
    dataDate: '2026-10-02',
    metrics: {},
    files: {},
    trainedBy: { stage: 'recommend', key: hash, sha256: hash },
  };
}

function step(name: string, given: Partial<StepRecord['result']>): StepRecord {
  const [first] = workOf().steps as [StepRecord];
  return { ...first, result: { ...first.result, step: name, stage: name, ...given } };
}
