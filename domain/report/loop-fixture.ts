import type { Verdict } from '../../schemas/deploy.ts';
import type { ReportLearned, ReportLoop, ReportMethod, ReportVersion } from './loop-model.ts';
import type { SampleRecommendations } from './sample-model.ts';

const absent = { decision: 'absent', why: '' };
const hash = 'c'.repeat(64);

/** A loop in which no step took part. */
export const noLoop: ReportLoop = {
  text: { step: absent, encoder: '', dimensions: 0, encoded: 0, kept: 0, kinds: [] },
  labels: { step: absent, tasks: [], labelled: [] },
  learned: {
    training: absent,
    gate: absent,
    methods: [],
    verdict: null,
    isNew: false,
    judged: null,
    before: null,
    serving: null,
  },
  samples: null,
  origin: null,
};

/** A verdict of v2 against v1; give what matters. */
export function verdictOf(given: Partial<Verdict> = {}): Verdict {
  return {
    format: 1,
    dataDate: '2026-10-02',
    version: 'v2',
    champion: 'v1',
    decision: 'promoted',
    ground: 'better',
    why: 'v2: ndcg@10 0.2100 against 0.1800 of v1, difference +0.0300 [+0.0100, +0.0500]; it is better',
    rules: { metric: 'ndcg@10', minUsers: 50, tolerance: 0.002, maxGain: 5 },
    window: { from: '2026-09-30', to: '2026-10-02', users: 209, events: 3506 },
    metrics: {
      candidate: { 'hr@10': 0.5, 'ndcg@10': 0.21 },
      champion: { 'hr@10': 0.4, 'ndcg@10': 0.18 },
      popularity: { 'hr@10': 0.2, 'ndcg@10': 0.08 },
    },
    againstChampion: { mean: 0.03, low: 0.01, high: 0.05 },
    againstPopularity: { mean: 0.13, low: 0.1, high: 0.16 },
    newestDay: {
      users: 96,
      newest: { mean: 0.06, low: 0.02, high: 0.1 },
      usual: { mean: 0.11, low: 0.06, high: 0.15 },
    },
    ...given,
  };
}

/** What one user is recommended: one item for a reason of the history, one because all like it. */
export function samplesOf(text: string, users: readonly string[] = ['u-1']): SampleRecommendations {
  return {
    version: 'v2',
    users: users.map((user) => ({
      user,
      source: 'model',
      items: [
        {
          item: 'A-1',
          title: text,
          score: 2.5,
          reasons: [{ kind: 'history', item: 'A-2', title: text, share: 0.75 }],
        },
        {
          item: 'A-3',
          title: '',
          score: 1,
          reasons: [{ kind: 'popular', item: '', title: '', share: 1 }],
        },
      ],
    })),
  };
}

/** A loop with something in every part, `text` wherever data may put one. */
export function fullLoop(text: string): ReportLoop {
  return {
    text: {
      step: { decision: 'ran', why: '12 of 1132 texts are new to encoder cccccccccccc' },
      encoder: hash,
      dimensions: 384,
      encoded: 12,
      kept: 1120,
      kinds: [
        { kind: 'item', owners: 702, texts: 700 },
        { kind: 'review', owners: 448, texts: 432 },
      ],
    },
    labels: {
      step: { decision: 'ran', why: 'category: …' },
      tasks: [
        {
          task: 'category',
          recipe: 'tf-idf + logistic regression',
          support: 80,
          accuracy: 0.9875,
          majority: 0.2,
          macroF1: 0.93,
          ece: 0.0125,
          note: '',
          labels: Array.from({ length: 14 }, (_, place) => ({
            label: place === 0 ? text : `${text} ${place}`,
            precision: 1,
            recall: 0.8,
            f1: 0.889,
            support: 20 - place,
          })),
        },
        {
          task: 'sentiment',
          recipe: '',
          support: 0,
          accuracy: 0,
          majority: 0,
          macroF1: 0,
          ece: 0,
          note: '12 things carry a label that 5 or more share; at least 30 are needed to learn',
          labels: [],
        },
      ],
      labelled: [
        { things: 'items', kind: 'category', labelled: 690, given: 560, unknown: 12, labels: 20 },
        { things: 'users', kind: 'interest', labelled: 400, given: 0, unknown: 0, labels: 18 },
      ],
    },
    learned: learnedOf(),
    samples: samplesOf(text),
    origin: {
      item: 'A-1',
      source: 'catalog',
      slice: '2026-10-02',
      file: `catalog/${text}.csv`,
      line: 7,
    },
  };
}

/** A night whose candidate won; give what matters. */
export function learnedOf(given: Partial<ReportLearned> = {}): ReportLearned {
  return {
    training: { decision: 'ran', why: 'hybrid: ndcg@10 0.2100, popularity 0.0800' },
    gate: { decision: 'ran', why: 'v2: …' },
    methods: [
      methodOf('hybrid', 0.21, { chosen: true, trials: 12 }),
      methodOf('cosine-knn', 0.18, { baseline: true }),
      methodOf('popularity', 0.08, { baseline: true, validation: null }),
    ],
    verdict: verdictOf(),
    isNew: true,
    judged: versionOf('v2', 'directional-knn'),
    before: versionOf('v1', 'directional-knn'),
    serving: versionOf('v2', 'directional-knn'),
    ...given,
  };
}

function methodOf(model: string, ndcg10: number, given: Partial<ReportMethod>): ReportMethod {
  return {
    model,
    chosen: false,
    baseline: false,
    ndcg10,
    ndcg10Low: ndcg10 - 0.03,
    ndcg10High: ndcg10 + 0.03,
    hr10: 0.5,
    recall20: 0.3,
    validation: 0.2,
    trials: 0,
    parameters: '{}',
    ...given,
  };
}

function versionOf(version: string, name: string): ReportVersion {
  return { version, name, dataDate: '2026-10-02', modelHash: hash, trainedBy: hash };
}
