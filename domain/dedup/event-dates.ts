import type { DatasetSlice } from '../../schemas/artifact.ts';
import { InputError } from '../runtime/errors.ts';
import type { Store } from '../store/store.ts';

/** Entities whose rows are partitioned by the date they happened on. */
export type EventEntity = 'events' | 'reviews' | 'market';

/** The clean slices of one source and the columns that identify one of its events; empty where nothing does. */
export interface EventInput {
  readonly source: string;
  readonly key: readonly string[];
  readonly slices: readonly DatasetSlice[];
}

/** A clean slice and how many of its rows happened on which date. */
export interface DatedSlice {
  readonly source: string;
  readonly key: readonly string[];
  readonly slice: DatasetSlice;
  /** YYYY-MM-DD → rows, at least 1. */
  readonly rowsByDate: Readonly<Record<string, number>>;
}

/**
 * Reads, from the manifests alone, which dates the rows of every clean slice belong to.
 *
 * @throws InputError STK-DEDUP-DATES when a slice has rows but its manifest does not say of which dates
 */
export async function readDatedSlices(
  store: Store,
  entity: EventEntity,
  inputs: readonly EventInput[],
): Promise<DatedSlice[]> {
  const all = inputs.flatMap(({ source, key, slices }) => slices.map((slice) => ({ source, key, slice })));
  const manifests = await store.manifests.readAll(all.map(({ slice }) => slice.manifest));
  return all.map((one, index) => ({
    ...one,
    rowsByDate: datesIn(one.source, one.slice, entity, manifests[index]?.facts.eventDates),
  }));
}

/** Every date any of the slices has rows of, ascending. */
export function datesOf(slices: readonly Pick<DatedSlice, 'rowsByDate'>[]): string[] {
  return [...new Set(slices.flatMap(({ rowsByDate }) => Object.keys(rowsByDate)))].sort();
}

/** Date → the slices with rows of that date, in the slices' order. */
export function slicesByDate(slices: readonly DatedSlice[]): Map<string, DatedSlice[]> {
  const byDate = new Map<string, DatedSlice[]>();
  for (const slice of slices) {
    for (const date of Object.keys(slice.rowsByDate)) {
      const known = byDate.get(date);
      if (known) known.push(slice);
      else byDate.set(date, [slice]);
    }
  }
  return byDate;
}

function datesIn(
  source: string,
  slice: DatasetSlice,
  entity: EventEntity,
  facts: unknown,
): Readonly<Record<string, number>> {
  const counts = (facts as Partial<Record<EventEntity, Record<string, number>>> | undefined)?.[entity] ?? {};
  const counted = Object.values(counts).reduce((sum, rows) => sum + rows, 0);
  if (counted === slice.rows) return counts;
  throw new InputError(
    `The manifest of clean.${source}.${entity} ${slice.slice} tells the dates of ${counted} rows, its files have ${slice.rows}; run the night again with --force`,
    { code: 'STK-DEDUP-DATES', details: { source, entity, slice: slice.slice } },
  );
}
