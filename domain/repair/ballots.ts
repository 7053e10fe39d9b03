import { type Dependency, isSoft } from './dependencies.ts';
import type { Grouping } from './grouping.ts';
import { type CodedColumn, unknown } from './text-table.ts';

/** Values that the groups of one dependency hold, sorted by code, and the most frequent ones of each group. */
export interface Ballot {
  readonly dependency: Dependency;
  readonly grouping: Grouping;
  /** Weight, in rows, of a value that each group has not shown yet. */
  readonly alphas: Float32Array;
  readonly starts: Int32Array;
  readonly codes: Int32Array;
  readonly counts: Int32Array;
  /** Rows of the group with a known value. */
  readonly sizes: Int32Array;
  /** `choices` codes a group, most frequent first, -1 where it has fewer; an empty cell is no choice. */
  readonly top: Int32Array;
}

/** Choices kept for each group. */
export const choices = 3;
const fewestRows = 2;
const weights = { hard: 0.05, soft: 0.5 };
const agreeing = 0.2;

/** Counts the values of each group. Cost: rows x log of the group sizes. */
export function openBallot(dependency: Dependency, grouping: Grouping, target: CodedColumn): Ballot {
  const groups = grouping.starts.length - 1;
  const starts = new Int32Array(groups + 1);
  const sizes = new Int32Array(groups);
  const top = new Int32Array(groups * choices).fill(unknown);
  const codes = new Int32Array(grouping.rows.length);
  const counts = new Int32Array(grouping.rows.length);
  const alphas = new Float32Array(groups);
  const soft = isSoft(dependency);
  const empty = target.codeOf('') ?? unknown;
  let at = 0;
  for (let group = 0; group < groups; group++) {
    const from = at;
    const members = membersOf(grouping, group, target);
    for (const code of members) {
      if (at > from && codes[at - 1] === code) counts[at - 1] = (counts[at - 1] ?? 0) + 1;
      else {
        codes[at] = code;
        counts[at++] = 1;
      }
    }
    sizes[group] = members.length;
    starts[group + 1] = at;
    alphas[group] = soft ? Math.max(weights.soft, novelty(counts.subarray(from, at))) : weights.hard;
    rankTop(top, group, codes, counts, from, at, empty);
  }
  return { dependency, grouping, alphas, starts, codes, counts, sizes, top };
}

/** Rows of a group that hold a value. */
export function countIn({ starts, codes, counts }: Ballot, group: number, code: number): number {
  let low = starts[group] ?? 0;
  let high = (starts[group + 1] ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = codes[middle] ?? 0;
    if (found === code) return counts[middle] ?? 0;
    if (found < code) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** Whether the other rows of its group bear a cell out: 1 yes, -1 no, 0 where there is no group or no value. */
export function bearsOut(ballot: Ballot, target: CodedColumn, row: number): -1 | 0 | 1 {
  const group = ballot.grouping.group[row] ?? -1;
  const own = target.codes[row] ?? unknown;
  if (group < 0 || own === unknown || target.values[own] === '') return 0;
  const others = (ballot.sizes[group] ?? 0) - 1;
  if (others < 1) return 0;
  return countIn(ballot, group, own) - 1 >= others * agreeing ? 1 : -1;
}

/**
 * Weight of values yet unseen in a group that really holds several, by how many it has shown and how far they are from
 * being one.
 *
 * Source: the Chinese restaurant process, where n rows show about a x log(1 + n / a) values; a is taken as 1 inside.
 */
function novelty(counts: Int32Array): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  return rows === 0 ? 0 : ((1 - most / rows) * counts.length) / Math.log(1 + rows);
}

function membersOf({ starts, rows }: Grouping, group: number, target: CodedColumn): Int32Array {
  const members = new Int32Array((starts[group + 1] ?? 0) - (starts[group] ?? 0));
  let size = 0;
  for (let at = starts[group] ?? 0; at < (starts[group + 1] ?? 0); at++) {
    const code = target.codes[rows[at] ?? 0] ?? unknown;
    if (code !== unknown) members[size++] = code;
  }
  return members.subarray(0, size).sort();
}

/** The most frequent values of a group, smaller codes first among equals; single rows only where the group is one value. */
function rankTop(
  top: Int32Array,
  group: number,
  codes: Int32Array,
  counts: Int32Array,
  from: number,
  to: number,
  empty: number,
): void {
  const best: number[] = [];
  for (let at = from; at < to; at++) {
    if (codes[at] === empty) continue;
    let place = best.length;
    while (place > 0 && (counts[at] ?? 0) > (counts[best[place - 1] ?? 0] ?? 0)) place--;
    if (place >= choices) continue;
    best.splice(place, 0, at);
    best.length = Math.min(best.length, choices);
  }
  for (const [place, at] of best.entries()) {
    if (to - from === 1 || (counts[at] ?? 0) >= fewestRows)
      top[group * choices + place] = codes[at] ?? unknown;
  }
}
