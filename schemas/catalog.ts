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
  readonly slices: 'by file date' | 'by event date' | 'one';
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
    dataset: 'unified.users',
    stage: 'dedup',
    reads: ['match.records.*'],
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
    reads: ['raw.*', 'clean.*.*', 'quarantine.*', 'unified.events', 'unified.users', 'unified.items'],
    grain: 'What exists (assets, columns), how good it is (checks), what changed (changes).',
    slices: 'one',
  },
];

/** The catalogue entry of a dataset name, or undefined where nobody documented it. */
export function catalogEntry(dataset: string): CatalogEntry | undefined {
  return catalog.find((entry) => matches(entry.dataset, dataset));
}

function matches(pattern: string, dataset: string): boolean {
  const [wanted, given] = [pattern.split('.'), dataset.split('.')];
  return (
    wanted.length === given.length && wanted.every((part, index) => part === '*' || part === given[index])
  );
}
