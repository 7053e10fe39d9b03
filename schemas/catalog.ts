/** What a dataset is: who makes it, from what, and what one row of it means. */
export interface CatalogEntry {
  /** Name or pattern; `*` stands for a source, entity or column group. */
  readonly dataset: string;
  /** The stage that writes it. */
  readonly stage: string;
  /** Datasets it is made from, by the same patterns; empty for what comes from outside. */
  readonly reads: readonly string[];
  /** What one row is. */
  readonly grain: string;
  /** How it is cut into slices. */
  readonly slices: 'by file date' | 'by event date' | 'by content' | 'by version' | 'one';
}

/** Every dataset a snapshot may list, in the order of the road: one producer each, no circle. */
export const catalog: readonly CatalogEntry[] = [
  {
    dataset: 'raw.*',
    stage: 'collect',
    reads: [],
    grain: 'One record of a source file as received, every column as text, with its file and line.',
    slices: 'by file date',
  },
  {
    dataset: 'clean.*.*',
    stage: 'normalize',
    reads: ['raw.*'],
    grain: 'One record mapped onto an entity: typed, trimmed, in one time zone, with its file and line.',
    slices: 'by file date',
  },
  {
    dataset: 'quarantine.*',
    stage: 'normalize',
    reads: ['raw.*'],
    grain: 'One rejected record (or file, or slice) with the reason and the raw text.',
    slices: 'by file date',
  },
  {
    dataset: 'repairs.*',
    stage: 'normalize',
    reads: ['raw.*'],
    grain:
      'One cell held to be wrong: as received, its repair where one is known, the reason and what became of it.',
    slices: 'by file date',
  },
  {
    dataset: 'unified.events',
    stage: 'dedup',
    reads: ['clean.*.*'],
    grain: 'One event, once.',
    slices: 'by event date',
  },
  {
    dataset: 'unified.reviews',
    stage: 'dedup',
    reads: ['clean.*.*'],
    grain: 'One review, once.',
    slices: 'by event date',
  },
  {
    dataset: 'unified.market',
    stage: 'dedup',
    reads: ['clean.*.*'],
    grain: 'One value of a series at a time.',
    slices: 'by event date',
  },
  {
    dataset: 'match.records.*',
    stage: 'dedup',
    reads: ['clean.*.*'],
    grain: 'One user or item as one source knows it, merged over all its slices.',
    slices: 'one',
  },
  {
    dataset: 'match.pairs',
    stage: 'dedup',
    reads: ['match.records.*'],
    grain: 'Two items of different sources that were compared, with score and evidence.',
    slices: 'one',
  },
  {
    dataset: 'match.clusters',
    stage: 'dedup',
    reads: ['match.records.*'],
    grain: 'One item of one source and the golden item it belongs to.',
    slices: 'one',
  },
  {
    dataset: 'match.pairs.users',
    stage: 'dedup',
    reads: ['match.records.*'],
    grain:
      'Two users of different systems that were compared, with probability and evidence by field, no values.',
    slices: 'one',
  },
  {
    dataset: 'match.clusters.users',
    stage: 'dedup',
    reads: ['match.records.*'],
    grain: 'One user of one system and the golden user it belongs to.',
    slices: 'one',
  },
  {
    dataset: 'unified.users',
    stage: 'dedup',
    reads: ['match.records.*', 'match.clusters.users'],
    grain: 'One user: the golden record, with the provenance of every value.',
    slices: 'one',
  },
  {
    dataset: 'unified.items',
    stage: 'dedup',
    reads: ['match.records.*', 'match.clusters'],
    grain: 'One item: the golden record, with the provenance of every value.',
    slices: 'one',
  },
  {
    dataset: 'inventory.*',
    stage: 'inventory',
    reads: [
      'raw.*',
      'clean.*.*',
      'quarantine.*',
      'unified.events',
      'unified.users',
      'unified.items',
      'match.records.*',
    ],
    grain: 'What exists (assets, columns), how good it is (checks), what changed (changes).',
    slices: 'one',
  },
  {
    dataset: 'feature.texts',
    stage: 'embed',
    reads: ['unified.items', 'unified.reviews'],
    grain: 'One item or review with words: the hash of its text.',
    slices: 'one',
  },
  {
    dataset: 'feature.contents',
    stage: 'embed',
    reads: ['unified.items', 'unified.reviews'],
    grain: 'One different text, by its hash.',
    slices: 'one',
  },
  {
    dataset: 'feature.embeddings',
    stage: 'embed',
    reads: ['feature.contents'],
    grain: 'One text as a unit vector, by its hash; up to 2,048 a shard.',
    slices: 'by content',
  },
  {
    dataset: 'label.*',
    stage: 'classify',
    reads: [
      'unified.items',
      'unified.reviews',
      'unified.events',
      'match.clusters',
      'match.clusters.users',
      'feature.texts',
      'feature.embeddings',
    ],
    grain: 'One label of an item, a review or a user, with its confidence and what gave it.',
    slices: 'one',
  },
  {
    dataset: 'evaluation.labels',
    stage: 'classify',
    reads: ['unified.items', 'unified.reviews', 'feature.texts', 'feature.embeddings'],
    grain: 'Held-out figures of one label, or of a whole task (label empty).',
    slices: 'one',
  },
  {
    dataset: 'profile.*',
    stage: 'profile',
    reads: [
      'unified.events',
      'unified.reviews',
      'unified.users',
      'unified.items',
      'match.clusters',
      'match.clusters.users',
      'label.*',
    ],
    grain: 'One user or item as of the data date: what was done, spent, liked.',
    slices: 'one',
  },
  {
    dataset: 'recommend.model',
    stage: 'recommend',
    reads: [
      'unified.events',
      'unified.items',
      'match.clusters',
      'match.clusters.users',
      'feature.texts',
      'feature.embeddings',
      'label.*',
    ],
    grain: 'One item the model knows; beside it the model’s tensors and every user’s newest interest.',
    slices: 'one',
  },
  {
    dataset: 'evaluation.models',
    stage: 'recommend',
    reads: [
      'unified.events',
      'unified.items',
      'match.clusters',
      'match.clusters.users',
      'feature.texts',
      'feature.embeddings',
      'label.*',
    ],
    grain: 'One method with its figures on the test window.',
    slices: 'one',
  },
  {
    dataset: 'registry.versions',
    stage: 'deploy',
    reads: ['recommend.model'],
    grain: 'One version of the recommender, a JSON document.',
    slices: 'by version',
  },
  {
    dataset: 'registry.verdicts',
    stage: 'deploy',
    reads: ['recommend.model', 'unified.events'],
    grain: 'One verdict of the gate or of a person, a JSON document.',
    slices: 'by version',
  },
];

/** The catalogue entry of a dataset name, or undefined where nobody documented it. */
export function catalogEntry(dataset: string): CatalogEntry | undefined {
  return catalog.find((entry) => isDatasetOf(entry.dataset, dataset));
}

/** Whether a dataset's name follows a pattern of the catalogue. */
export function isDatasetOf(pattern: string, dataset: string): boolean {
  const [wanted, given] = [pattern.split('.'), dataset.split('.')];
  return (
    wanted.length === given.length && wanted.every((part, index) => part === '*' || part === given[index])
  );
}
