/**
 * What users did with items, by user and in time order.
 *
 * Users and items are indexes from 0; who they are is known to the caller. A user may have no events, and an item may
 * come more than once.
 */
export interface Interactions {
  readonly users: number;
  readonly items: number;
  /** [users + 1]: user u's events are `itemOf[offsets[u] .. offsets[u + 1])`. */
  readonly offsets: Int32Array;
  /** [events], oldest first within a user. */
  readonly itemOf: Int32Array;
  /** [events], days since some fixed day; absent where no time is known. */
  readonly dayOf?: Float64Array;
}

/** Interactions from one list of items per user, oldest first. */
export function interactionsOf(items: number, sequences: readonly (readonly number[])[]): Interactions {
  const offsets = new Int32Array(sequences.length + 1);
  for (let user = 0; user < sequences.length; user++) {
    offsets[user + 1] = (offsets[user] as number) + (sequences[user] as readonly number[]).length;
  }
  const itemOf = new Int32Array(offsets[sequences.length] as number);
  for (let user = 0; user < sequences.length; user++) {
    itemOf.set(sequences[user] as readonly number[], offsets[user] as number);
  }
  return { users: sequences.length, items, offsets, itemOf };
}

/** A user's items, oldest first. */
export function historyOf(interactions: Interactions, user: number): number[] {
  const { offsets, itemOf } = interactions;
  return [...itemOf.subarray(offsets[user] as number, offsets[user + 1] as number)];
}

/** Each user's items once, by first occurrence, each with its newest day: for models that know no order. */
export function distinctItems(interactions: Interactions): Interactions {
  const { users, items, offsets, itemOf, dayOf } = interactions;
  const placeOf = new Int32Array(items).fill(-1);
  const kept = new Int32Array(itemOf.length);
  const days = new Float64Array(dayOf ? itemOf.length : 0);
  const ends = new Int32Array(users + 1);
  let end = 0;
  for (let user = 0; user < users; user++) {
    const start = end;
    for (let at = offsets[user] as number; at < (offsets[user + 1] as number); at++) {
      const item = itemOf[at] as number;
      // A place before this user's first is another user's.
      if ((placeOf[item] as number) < start) {
        placeOf[item] = end;
        kept[end++] = item;
      }
      if (dayOf) days[placeOf[item] as number] = dayOf[at] as number;
    }
    ends[user + 1] = end;
  }
  const distinct = { users, items, offsets: ends, itemOf: kept.slice(0, end) };
  return dayOf ? { ...distinct, dayOf: days.slice(0, end) } : distinct;
}

/** [events]: `exp(-age / tauDays)`, age measured from the newest event; all 1 without days or without `tauDays`. */
export function recencyWeights({ itemOf, dayOf }: Interactions, tauDays?: number): Float64Array {
  if (!dayOf || tauDays === undefined) return new Float64Array(itemOf.length).fill(1);
  let newest = Number.NEGATIVE_INFINITY;
  for (const day of dayOf) if (day > newest) newest = day;
  return Float64Array.from(dayOf, (day) => Math.exp((day - newest) / tauDays));
}

/** [items]: the sum of the weights of each item's events, or their number. */
export function itemCounts({ items, itemOf }: Interactions, weights?: Float64Array): Float64Array {
  const counts = new Float64Array(items);
  for (let at = 0; at < itemOf.length; at++) {
    const item = itemOf[at] as number;
    counts[item] = (counts[item] as number) + (weights ? (weights[at] as number) : 1);
  }
  return counts;
}
