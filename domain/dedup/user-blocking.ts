import { transpose } from '../math/csr.ts';
import type { ComparedField } from './user-fields.ts';
import type { UserTable } from './user-table.ts';

/** Two users are compared when they agree in all parts of a rule: a field, or its first signs. */
type BlockingRule = readonly (readonly [field: ComparedField, signs?: number])[];

/** The rules; a pair counts once, under the first rule that finds it. */
export const blockingRules: readonly BlockingRule[] = [
  [['email']],
  [['phone']],
  [['birth_date'], ['family_name', 1]],
  [['birth_date'], ['given_name', 1]],
  [['family_name', 4], ['postcode']],
  [['given_name'], ['family_name']],
  [['street'], ['given_name', 1]],
  [['postcode'], ['given_name']],
];

/** How blocking chooses. */
export interface UserBlockingOptions {
  /** Rules with a key that more users share than this skip it: it leads nowhere. Default 300. */
  readonly mostUsersPerKey?: number;
  /** Whether users of one system are compared. Default false. */
  readonly withinSystem?: boolean;
  readonly breathe: () => Promise<void>;
}

/** Candidate pairs: left < right by user number, no pair twice. */
export interface UserPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Number of the first rule that found the pair. */
  readonly rule: Uint8Array;
}

/** Finds the pairs worth comparing: users who agree in one of the rules. Cost: linear in users and pairs. */
export async function findUserPairs(table: UserTable, options: UserBlockingOptions): Promise<UserPairs> {
  const { mostUsersPerKey = 300, withinSystem = false, breathe } = options;
  const keys = blockingRules.map((rule) => keysOf(table, rule));
  const pairs = createPairs();
  for (const [at, { ids, count }] of keys.entries()) {
    const lists = listsOf(ids, count);
    const skipped = new Uint8Array(count);
    for (let key = 0; key < count; key++) {
      skipped[key] =
        (lists.offsets[key + 1] as number) - (lists.offsets[key] as number) > mostUsersPerKey ? 1 : 0;
    }
    const earlier = keys.slice(0, at);
    const isFoundEarlier = (left: number, right: number): boolean =>
      earlier.some(({ ids: own, skips }) => {
        const key = own[left] as number;
        return key >= 0 && key === own[right] && skips[key] === 0;
      });
    (keys[at] as Keys).skips = skipped;
    for (let key = 0; key < count; key++) {
      if (skipped[key] === 1) continue;
      const [from, to] = [lists.offsets[key] as number, lists.offsets[key + 1] as number];
      for (let a = from; a < to; a++) {
        const left = lists.columns[a] as number;
        for (let b = a + 1; b < to; b++) {
          const right = lists.columns[b] as number;
          if (!withinSystem && table.systems[left] === table.systems[right]) continue;
          if (!isFoundEarlier(left, right)) pairs.add(left, right, at);
        }
      }
      await breathe();
    }
  }
  return pairs.done();
}

interface Keys {
  /** [users] Number of the key; -1 for none. */
  readonly ids: Int32Array;
  readonly count: number;
  /** [keys] 1 for one that too many share. */
  skips: Uint8Array;
}

/** A rule's key of every user: none where a part says nothing. */
function keysOf({ users, columns }: UserTable, rule: BlockingRule): Keys {
  let ids = new Int32Array(users);
  let count = 1;
  for (const [field, signs] of rule) {
    const column = columns[field];
    const part = signs === undefined ? undefined : beginnings(column.values, signs);
    const size = part?.count ?? column.values.length;
    const known = new Map<number, number>();
    ids = ids.map((before, user) => {
      const value = column.ids[user] as number;
      if (before < 0 || value < 0) return -1;
      const key = before * size + (part ? (part.ids[value] as number) : value);
      const id = known.get(key) ?? known.size;
      if (id === known.size) known.set(key, id);
      return id;
    });
    count = known.size;
  }
  return { ids, count, skips: new Uint8Array(count) };
}

function beginnings(values: readonly string[], signs: number): { ids: Int32Array; count: number } {
  const known = new Map<string, number>();
  const ids = Int32Array.from(values, (value) => {
    const text = value.slice(0, signs);
    const id = known.get(text) ?? known.size;
    if (id === known.size) known.set(text, id);
    return id;
  });
  return { ids, count: known.size };
}

function listsOf(ids: Int32Array, count: number) {
  const offsets = new Int32Array(ids.length + 1);
  ids.forEach((id, user) => {
    offsets[user + 1] = (offsets[user] as number) + (id < 0 ? 0 : 1);
  });
  return transpose({ offsets, columns: ids.filter((id) => id >= 0) }, count);
}

/** Pairs in arrays that double when they are full. */
function createPairs() {
  let capacity = 1024;
  let [left, right, rule] = [new Int32Array(capacity), new Int32Array(capacity), new Uint8Array(capacity)];
  let end = 0;
  const widen = (): void => {
    capacity *= 2;
    const before = { left, right, rule };
    [left, right, rule] = [new Int32Array(capacity), new Int32Array(capacity), new Uint8Array(capacity)];
    left.set(before.left);
    right.set(before.right);
    rule.set(before.rule);
  };
  return {
    add(a: number, b: number, by: number): void {
      if (end === capacity) widen();
      left[end] = a;
      right[end] = b;
      rule[end++] = by;
    },
    done: (): UserPairs => ({
      left: left.slice(0, end),
      right: right.slice(0, end),
      rule: rule.slice(0, end),
    }),
  };
}
