import type { CodedColumn } from './text-table.ts';

/**
 * Rows grouped by the values of one or two columns.
 *
 * `group` holds the group of each row, -1 where a determining cell is empty or unknown; the rows of group g are
 * `rows[starts[g]]` to `rows[starts[g + 1] - 1]`, ascending.
 */
export interface Grouping {
  readonly group: Int32Array;
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** Groups rows by the value of every given column. Cost: linear in rows. */
export function groupRows(columns: readonly CodedColumn[]): Grouping {
  const [first, second] = columns;
  const rows = first?.codes.length ?? 0;
  const group = new Int32Array(rows).fill(-1);
  let groups = 0;
  if (first && !second) {
    const empty = first.codeOf('') ?? -1;
    groups = first.values.length;
    for (let row = 0; row < rows; row++) {
      const code = first.codes[row] ?? -1;
      group[row] = code === empty ? -1 : code;
    }
  } else if (first && second) {
    groups = groupPairs(first, second, group);
  }
  return { group, ...sortedByGroup(group, groups) };
}

function groupPairs(first: CodedColumn, second: CodedColumn, group: Int32Array): number {
  const ids = new Map<number, number>();
  const emptyFirst = first.codeOf('') ?? -1;
  const emptySecond = second.codeOf('') ?? -1;
  const width = second.values.length;
  for (let row = 0; row < group.length; row++) {
    const a = first.codes[row] ?? -1;
    const b = second.codes[row] ?? -1;
    if (a < 0 || b < 0 || a === emptyFirst || b === emptySecond) continue;
    const key = a * width + b;
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    group[row] = id;
  }
  return ids.size;
}

function sortedByGroup(group: Int32Array, groups: number): Pick<Grouping, 'starts' | 'rows'> {
  const starts = new Int32Array(groups + 1);
  for (const id of group) if (id >= 0) starts[id + 1] = (starts[id + 1] ?? 0) + 1;
  for (let id = 0; id < groups; id++) starts[id + 1] = (starts[id + 1] ?? 0) + (starts[id] ?? 0);
  const next = starts.slice(0, groups);
  const rows = new Int32Array(starts[groups] ?? 0);
  for (let row = 0; row < group.length; row++) {
    const id = group[row] ?? -1;
    if (id < 0) continue;
    const at = next[id] ?? 0;
    rows[at] = row;
    next[id] = at + 1;
  }
  return { starts, rows };
}
