import { type ComparedField, comparedFields, type UserValues } from './user-fields.ts';

/** One field of all users: different values as numbers. */
export interface UserColumn {
  /** [users] Number of the value; -1 where a user has none. */
  readonly ids: Int32Array;
  readonly values: readonly string[];
  /** [values] Users who have it. */
  readonly counts: Int32Array;
  /** [values] Most users of one system who have it. */
  readonly mostInSystem: Int32Array;
}

/** Users ready to be compared, one column a field. */
export interface UserTable {
  readonly users: number;
  /** [users] Number of each user's system (namespace). */
  readonly systems: Int32Array;
  readonly columns: { readonly [Field in ComparedField]: UserColumn };
}

/** Collects users one by one, those of a system one behind the other, so that their texts need not be held twice. */
export interface UserTableBuilder {
  add(system: number, values: UserValues): void;
  done(): UserTable;
}

/** Begins a table of users. Memory: 4 bytes per user and field, and each different value once. */
export function createUserTable(): UserTableBuilder {
  const systems: number[] = [];
  const columns = new Map(comparedFields.map((field) => [field, createColumn()]));
  return {
    add(system, values) {
      systems.push(system);
      for (const [field, column] of columns) column.add(system, values[field]);
    },
    done: () => ({
      users: systems.length,
      systems: Int32Array.from(systems),
      columns: Object.fromEntries(
        [...columns].map(([field, column]) => [field, column.done()]),
      ) as UserTable['columns'],
    }),
  };
}

function createColumn() {
  const known = new Map<string, number>();
  const ids: number[] = [];
  const counts: number[] = [];
  const lastSystem: number[] = [];
  const inLast: number[] = [];
  const most: number[] = [];
  return {
    add(system: number, value: string | undefined): void {
      const id = value === undefined ? -1 : (known.get(value) ?? known.size);
      ids.push(id);
      if (value === undefined) return;
      if (id === known.size) known.set(value, id);
      counts[id] = (counts[id] ?? 0) + 1;
      inLast[id] = lastSystem[id] === system ? (inLast[id] ?? 0) + 1 : 1;
      lastSystem[id] = system;
      most[id] = Math.max(most[id] ?? 0, inLast[id] ?? 0);
    },
    done: (): UserColumn => ({
      ids: Int32Array.from(ids),
      values: [...known.keys()],
      counts: Int32Array.from(counts),
      mostInSystem: Int32Array.from(most),
    }),
  };
}
