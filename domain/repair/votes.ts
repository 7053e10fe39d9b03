import { type Ballot, choices, countIn } from './ballots.ts';
import { type Dependency, isSoft } from './dependencies.ts';
import { editDistance } from './edit-distance.ts';
import type { Reliability } from './reliability.ts';
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

const doubtToTell = 0.5;
const softAlone = 0.5;
/** A text that is a slip of the pen away from the voted one is this much likelier to be an error than any other. */
const typoGain = 20;
/** How many times rarer than the voted text a slip of the pen is. */
const typoRarer = 4;
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
  target: CodedColumn,
  ballots: readonly Ballot[],
  reliability: Reliability,
  errorRate: number,
): Verdict[] {
  if (!ballots.some(({ dependency }) => mayVoteAlone(dependency))) return [];
  const soft = ballots.filter(({ dependency }) => isSoft(dependency)).length;
  const shares = ballots.map(({ dependency }) => (isSoft(dependency) ? 1 / soft : 1));
  const filled = target.counts.reduce((sum, count) => sum + count, 0);
  const prior = Float64Array.from(target.counts, (count) => (count + 0.5) / (filled + 1));
  const verdicts: Verdict[] = [];
  for (let row = 0; row < target.codes.length; row++) {
    if (!ballots.some((ballot) => hasRival(ballot, target, row))) continue;
    const weights = ballots.map((ballot, index) => (shares[index] ?? 0) * reliability.of(ballot, row));
    const verdict = voteOnCell(target, ballots, weights, prior, row, errorRate);
    if (verdict && verdict.doubt > doubtToTell) verdicts.push(verdict);
  }
  return verdicts;
}

/** Groups that really hold several values tell something only where they mostly hold one. */
function mayVoteAlone(dependency: Dependency): boolean {
  return !isSoft(dependency) || dependency.strength >= softAlone;
}

function voteOnCell(
  target: CodedColumn,
  ballots: readonly Ballot[],
  weights: readonly number[],
  prior: Float64Array,
  row: number,
  errorRate: number,
): Verdict | undefined {
  const own = target.codes[row] ?? unknown;
  const rivals = rivalsOf(ballots, row, own);
  if (rivals.length === 0) return undefined;
  const scores = rivals.map((code) => ({
    code,
    score: voteFor(ballots, weights, prior, row, code, own) + slip(target, prior, own, code, errorRate),
  }));
  const total = [
    ...(own === unknown ? [] : [voteFor(ballots, weights, prior, row, own, own) + Math.log(1 - errorRate)]),
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
      .filter(({ grouping, top }) => top[(grouping.group[row] ?? -1) * choices] === best.code)
      .map(({ dependency }) => dependency.determinant),
  };
}

/** False where the group of the row is all the row's own value. */
function hasRival({ grouping, top }: Ballot, target: CodedColumn, row: number): boolean {
  const group = grouping.group[row] ?? -1;
  if (group < 0) return false;
  const first = top[group * choices] ?? unknown;
  return (
    first !== unknown && (first !== target.codes[row] || (top[group * choices + 1] ?? unknown) !== unknown)
  );
}

/** Log of the chance of `code` given the groups of the row, up to a constant of the cell. */
function voteFor(
  ballots: readonly Ballot[],
  weights: readonly number[],
  prior: Float64Array,
  row: number,
  code: number,
  own: number,
): number {
  let score = 0;
  const floor = (prior[code] ?? 0) ** (1 / weights.reduce((sum, weight) => sum + weight, 0));
  for (const [index, ballot] of ballots.entries()) {
    const group = ballot.grouping.group[row] ?? -1;
    if (group < 0) continue;
    const size = (ballot.sizes[group] ?? 0) - (own === unknown ? 0 : 1);
    if (size < 1) continue;
    const alpha = ballot.alphas[group] ?? 0;
    const count = countIn(ballot, group, code) - (code === own ? 1 : 0);
    score += (weights[index] ?? 0) * Math.log((count + alpha * floor) / (size + alpha));
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
  const rare = (target.counts[own] ?? 0) * typoRarer <= (target.counts[code] ?? 0);
  const near = rare ? editDistance(written, right, Math.max(1, Math.floor(longest / 4))) : undefined;
  return Math.log(errorRate * Math.min(mostLikely, near === undefined ? chance : chance * typoGain));
}

/** Values other than its own that the groups of a row hold most often. */
function rivalsOf(ballots: readonly Ballot[], row: number, own: number): number[] {
  const rivals: number[] = [];
  for (const { grouping, top } of ballots) {
    const group = grouping.group[row] ?? -1;
    if (group < 0) continue;
    for (let at = group * choices; at < (group + 1) * choices; at++) {
      const code = top[at] ?? -1;
      if (code >= 0 && code !== own && !rivals.includes(code)) rivals.push(code);
    }
  }
  return rivals;
}
