import { type Dependency, isSoft } from './dependencies.ts';
import { editDistance } from './edit-distance.ts';
import { type Grouping, groupRows } from './grouping.ts';
import { type CodedColumn, unknown } from './text-table.ts';

/** What the dependencies say of one cell against what stands there. */
export interface Verdict {
  readonly row: number;
  readonly value: string;
  /** Chance that another value than the one that stands there is right, in (0, 1). */
  readonly doubt: number;
  /** Chance that `value` is right, in (0, 1). */
  readonly confidence: number;
  /** Determining columns of the votes whose first choice is `value`. */
  readonly supporters: readonly (readonly number[])[];
}

/** Values a group of rows holds, sorted by code, and the most frequent ones. */
interface Ballot {
  readonly determinant: readonly number[];
  /** Soft dependencies (groups that really hold several values) share one vote. */
  readonly weight: number;
  readonly grouping: Grouping;
  readonly alpha: number;
  readonly starts: Int32Array;
  readonly codes: Int32Array;
  readonly counts: Int32Array;
  /** Rows of the group with a value. */
  readonly sizes: Int32Array;
  /** `candidates` codes a group, most frequent first, -1 where it has fewer. */
  readonly top: Int32Array;
}

const candidates = 3;
const fewestRows = 2;
const doubtToTell = 0.5;
/** Weight, in rows, of a value that a group has not shown yet. */
const alphas = { hard: 0.05, soft: 0.5 };
/** A text that is a slip of the pen away from the voted one is this much likelier to be an error than any other. */
const typoGain = 20;
const mostLikely = 0.5;
/** An empty cell is this much likelier to be an error than a given other text. */
const emptyGain = 20;

/**
 * Lets the dependencies of one column vote on every cell, each group without the cell's own row.
 *
 * The shares of a value in its groups multiply (a product of experts: columns err independently of each other), weighed
 * against the chance `errorRate` that a cell of the column is wrong at all; two values of equal weight leave it alone. Cost: linear in rows x dependencies.
 */
export function voteOnColumn(
  columns: readonly CodedColumn[],
  dependencies: readonly Dependency[],
  dependent: number,
  errorRate: number,
): Verdict[] {
  const target = columns[dependent];
  if (!target) return [];
  const soft = dependencies.filter(isSoft).length;
  const ballots = dependencies.map((dependency) =>
    openBallot(columns, dependency, target, isSoft(dependency) ? 1 / soft : 1),
  );
  const filled = target.counts.reduce((sum, count) => sum + count, 0);
  const prior = Float64Array.from(target.counts, (count) => (count + 0.5) / (filled + 1));
  const verdicts: Verdict[] = [];
  for (let row = 0; row < target.codes.length; row++) {
    const verdict = voteOnCell(target, ballots, prior, row, errorRate);
    if (verdict && verdict.doubt > doubtToTell) verdicts.push(verdict);
  }
  return verdicts;
}

function voteOnCell(
  target: CodedColumn,
  ballots: readonly Ballot[],
  prior: Float64Array,
  row: number,
  errorRate: number,
): Verdict | undefined {
  const own = target.codes[row] ?? unknown;
  const rivals = rivalsOf(ballots, row, own);
  if (rivals.length === 0) return undefined;
  const scores = rivals.map((code) => ({
    code,
    score: voteFor(ballots, prior, row, code, own) + slip(target, prior, own, code, errorRate),
  }));
  const total = [
    ...(own === unknown ? [] : [voteFor(ballots, prior, row, own, own) + Math.log(1 - errorRate)]),
    ...scores.map(({ score }) => score),
  ];
  const highest = Math.max(...total);
  const sum = total.reduce((all, score) => all + Math.exp(score - highest), 0);
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
  const doubt =
    own === unknown ? 1 : scores.reduce((all, { score }) => all + Math.exp(score - highest), 0) / sum;
  return {
    row,
    value: target.values[best.code] ?? '',
    doubt,
    confidence: Math.exp(best.score - highest) / sum,
    supporters: ballots
      .filter(({ grouping, top }) => top[(grouping.group[row] ?? -1) * candidates] === best.code)
      .map(({ determinant }) => determinant),
  };
}

/** Log of the chance of `code` given the groups of the row, up to a constant of the cell. */
function voteFor(
  ballots: readonly Ballot[],
  prior: Float64Array,
  row: number,
  code: number,
  own: number,
): number {
  let score = 0;
  const weights = ballots.reduce((sum, { weight }) => sum + weight, 0);
  const floor = (prior[code] ?? 0) ** (1 / weights);
  for (const ballot of ballots) {
    const group = ballot.grouping.group[row] ?? -1;
    if (group < 0) continue;
    const size = (ballot.sizes[group] ?? 0) - (own === unknown ? 0 : 1);
    if (size < 1) continue;
    const count = countIn(ballot, group, code) - (code === own ? 1 : 0);
    score += ballot.weight * Math.log((count + ballot.alpha * floor) / (size + ballot.alpha));
  }
  return score;
}

/** Log of the chance that `own` was written where `code` is right. */
function slip(
  target: CodedColumn,
  prior: Float64Array,
  own: number,
  code: number,
  errorRate: number,
): number {
  const written = target.values[own] ?? '';
  const right = target.values[code] ?? '';
  if (own === unknown) return 0;
  const chance = prior[own] ?? 0;
  if (written === '') return Math.log(errorRate * Math.min(mostLikely, chance * emptyGain));
  const longest = Math.max(written.length, right.length);
  const near = editDistance(written, right, Math.max(1, Math.floor(longest / 4)));
  return Math.log(errorRate * Math.min(mostLikely, near === undefined ? chance : chance * typoGain));
}

/** Values other than its own that the groups of a row hold most often. */
function rivalsOf(ballots: readonly Ballot[], row: number, own: number): number[] {
  const rivals: number[] = [];
  for (const { grouping, top } of ballots) {
    const group = grouping.group[row] ?? -1;
    if (group < 0) continue;
    for (let at = group * candidates; at < (group + 1) * candidates; at++) {
      const code = top[at] ?? -1;
      if (code >= 0 && code !== own && !rivals.includes(code)) rivals.push(code);
    }
  }
  return rivals;
}

function countIn({ starts, codes, counts }: Ballot, group: number, code: number): number {
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

function openBallot(
  columns: readonly CodedColumn[],
  dependency: Dependency,
  target: CodedColumn,
  weight: number,
): Ballot {
  const { determinant } = dependency;
  const grouping = groupRows(determinant.flatMap((number) => columns[number] ?? []));
  const groups = grouping.starts.length - 1;
  const starts = new Int32Array(groups + 1);
  const sizes = new Int32Array(groups);
  const top = new Int32Array(groups * candidates).fill(-1);
  const codes = new Int32Array(grouping.rows.length);
  const counts = new Int32Array(grouping.rows.length);
  const empty = target.codeOf('') ?? unknown;
  let at = 0;
  for (let group = 0; group < groups; group++) {
    const members = target.codes.length === 0 ? [] : membersOf(grouping, group, target);
    for (const code of members) {
      if (at > (starts[group] ?? 0) && codes[at - 1] === code) counts[at - 1] = (counts[at - 1] ?? 0) + 1;
      else {
        codes[at] = code;
        counts[at++] = 1;
      }
    }
    sizes[group] = members.length;
    starts[group + 1] = at;
    rankTop(top, group, codes, counts, starts[group] ?? 0, at, empty);
  }
  return {
    determinant,
    weight,
    grouping,
    alpha: isSoft(dependency) ? alphas.soft : alphas.hard,
    starts,
    codes,
    counts,
    sizes,
    top,
  };
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

/** The most frequent values of a group, smaller codes first among equals; an empty cell is no candidate. */
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
    if (place < candidates) {
      best.splice(place, 0, at);
      best.length = Math.min(best.length, candidates);
    }
  }
  for (const [place, at] of best.entries()) {
    if (to - from === 1 || (counts[at] ?? 0) >= Math.min(fewestRows, to - from))
      top[group * candidates + place] = codes[at] ?? -1;
  }
}
