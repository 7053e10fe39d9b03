import { counted, countText } from './format.ts';

/** The English labels of what was understood, learned and let serve. */
export const loopEn = {
  text: 'Texts',
  encodedText: (encoded: number, kept: number): string =>
    encoded + kept === 0
      ? 'No text has a vector yet.'
      : `${counted(encoded, 'text')} encoded in this run, ${countText(kept)} kept: their vectors were there already.`,
  ownersText: {
    item: (owners: number, texts: number): string =>
      `${counted(owners, 'item')} with ${counted(texts, 'different text')}`,
    review: (owners: number, texts: number): string =>
      `${counted(owners, 'review')} with ${counted(texts, 'different text')}`,
  },
  encoder: 'encoder',
  dimensionsText: (dimensions: number): string => `${counted(dimensions, 'value')} a vector`,
  labels: 'Labels',
  labelsText:
    'Measured on things held out from learning; beside the accuracy stands that of always saying the most frequent label.',
  accuracyChart: 'Held-out accuracy',
  accuracy: 'accuracy',
  majority: 'most frequent label',
  macroF1: 'mean F1 over labels',
  ece: 'calibration error',
  recipe: 'method',
  label: 'label',
  precision: 'precision',
  recall: 'recall',
  f1: 'F1',
  support: 'held out',
  taskText: (support: number): string => `on ${counted(support, 'held-out thing')}`,
  moreLabels: (count: number): string => `and ${counted(count, 'more label')}, in report.json`,
  labelled: 'Labelled',
  things: { items: 'items', reviews: 'reviews', users: 'users' },
  kind: 'kind',
  withLabel: 'labelled',
  given: 'came with it',
  unknown: 'not sure enough',
  differentLabels: 'labels',
  model: 'Model',
  methodsChart: 'NDCG@10 on the test window, with 95 % intervals',
  methodsText:
    'Settings were searched and the method was chosen on an earlier window; these figures are of the later test window.',
  unproven: (better: string, chosen: string): string =>
    `${better} had the higher figure when the method was chosen, but its lead is not proven: ${chosen} was taken.`,
  method: 'method',
  chosen: 'chosen',
  baseline: 'baseline',
  ndcg: 'NDCG@10',
  interval: '95 % interval',
  hr: 'HR@10',
  recall20: 'Recall@20',
  validation: 'when chosen',
  trials: 'settings tried',
  verdict: 'Verdict',
  verdictOf: (date: string): string => `The gate gave no new verdict; its newest is of ${date}:`,
  noVerdict: 'No model has been judged yet.',
  refreshed: (chosen: string, judged: string): string =>
    `${chosen} was chosen, but is not proven better than the method in service: ${judged} learned the newer data and was judged in its place.`,
  windowText: (users: number, events: number): string =>
    `${counted(users, 'user')} with ${counted(events, 'event')}`,
  window: 'window',
  figure: 'figure',
  candidate: 'candidate',
  champion: 'champion',
  popularity: 'popularity',
  againstChampion: 'candidate − champion',
  againstPopularity: 'candidate − popularity',
  newestDay: 'lead over popularity on the newest day',
  usualDays: 'on the days before it',
  usersText: (users: number): string => counted(users, 'user'),
  before: 'served before',
  serving: 'serves after this run',
  noneServes: 'none',
  stays: 'stays',
  samples: 'Sample recommendations',
  samplesText: (version: string): string => `What ${version} recommends to a few users, and why.`,
  noSamples:
    'No recommendation was asked for. As soon as a model serves, see them with: stocktake recommend <user>',
  user: 'user',
  popularUser: 'nothing is known of this user',
  because: 'because of',
  becausePopular: 'what all users like',
  path: 'From raw file to served item',
  rawFile: 'raw file',
  run: 'run',
  snapshot: 'snapshot',
  snapshotText: (base: number): string =>
    base === 0 ? 'the first of its store' : `the next after ${countText(base)}`,
  modelVersion: 'model',
  servedItem: 'served item',
  lineText: (line: number): string => `line ${countText(line)}`,
  arrivedText: (slices: number, sources: number): string =>
    `${counted(slices, 'new slice')} of ${counted(sources, 'source')}`,
  toDo: {
    off: (setting: string): string => `Switch it on in temporal.config.ts: ${setting}.enabled`,
    absent: 'This run had no such step. The night has it, see: stocktake run',
    noTexts: 'Add a mapping onto items or reviews to a source in temporal.config.ts.',
    noEvents: 'Add a mapping onto events to a source in temporal.config.ts.',
    moreEvents:
      'See again when more nights are in, or put a lower recommend.minEvents into temporal.config.ts.',
    moreLabels: 'Add a category to items, or a rating to reviews, in the mapping of temporal.config.ts.',
    seeModel: 'See above why, and what to do.',
    none: 'There is nothing to do.',
  },
};

/** The labels of the loop in one language. */
export type LoopTexts = typeof loopEn;
