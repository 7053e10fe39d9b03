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

/** Each user's items once (by first occurrence), for models that know no order. */
export function distinctItems(interactions: Interactions): Interactions {
  const { users, items, offsets, itemOf } = interactions;
  const lastUser = new Int32Array(items).fill(-1);
  const kept = new Int32Array(itemOf.length);
  const ends = new Int32Array(users + 1);
  let end = 0;
  for (let user = 0; user < users; user++) {
    for (let at = offsets[user] as number; at < (offsets[user + 1] as number); at++) {
      const item = itemOf[at] as number;
      if (lastUser[item] === user) continue;
      lastUser[item] = user;
      kept[end++] = item;
    }
    ends[user + 1] = end;
  }
  return { users, items, offsets: ends, itemOf: kept.slice(0, end) };
}

/** [items]: how many events each item has. */
export function itemCounts(interactions: Interactions): Float64Array {
  const counts = new Float64Array(interactions.items);
  for (const item of interactions.itemOf) counts[item] = (counts[item] as number) + 1;
  return counts;
}
