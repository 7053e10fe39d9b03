import { type Grouping, groupRows } from './grouping.ts';
import { type CodedColumn, unknown } from './text-table.ts';

/** An approximate functional dependency: the determining columns tell the value of the dependent one. */
export interface Dependency {
  /** One or two column numbers. */
  readonly determinant: readonly number[];
  readonly dependent: number;
  /** How much better than the column's most frequent value the rest of the group predicts a cell; 1 = always right. */
  readonly strength: number;
  /** Share of rows whose group has other rows. */
  readonly coverage: number;
  /**
   * Spread of violations over groups against a fair coin: about 1 where cells are wrong at random, larger where some
   * groups really hold several values.
   */
  readonly dispersion: number;
}

/** How well groups tell a column. */
export type DependencyMeasure = Pick<Dependency, 'strength' | 'coverage' | 'dispersion'>;

const least = { strength: 0.3, coverage: 0.05, rows: 20 };
const most = { dispersion: 2 };
const junk = { rows: 10, mode: 1 / 3 };

/**
 * Finds approximate dependencies in the dirty data themselves.
 *
 * A cell is predicted by the most frequent value of the *other* rows of its group, so a near-key (groups of one) covers
 * nothing, and strength is measured above the share of the column's most frequent value, so a constant column is told
 * by nothing.
 */
export function findDependencies(columns: readonly CodedColumn[]): Dependency[] {
  const found: Dependency[] = [];
  for (let determinant = 0; determinant < columns.length; determinant++) {
    const column = columns[determinant];
    if (!column || column.values.length < 2) continue;
    const grouping = groupRows([column]);
    if (isNearKey(grouping, column.codes.length)) continue;
    for (let dependent = 0; dependent < columns.length; dependent++) {
      const target = columns[dependent];
      if (!target || dependent === determinant) continue;
      const measure = measureDependency(grouping, target);
      if (isDependency(measure, target)) found.push({ determinant: [determinant], dependent, ...measure });
    }
  }
  return found;
}

/** True where some groups really hold several values of the dependent column. */
export function isSoft({ dispersion }: Pick<Dependency, 'dispersion'>): boolean {
  return dispersion > most.dispersion;
}

/** Measures how well groups of rows tell a column; empty and unknown cells are left out. Cost: linear in rows. */
export function measureDependency({ starts, rows }: Grouping, target: CodedColumn): DependencyMeasure {
  const empty = target.codeOf('') ?? unknown;
  const tally = new Int32Array(target.values.length);
  const groups: GroupMinority[] = [];
  let right = 0;
  let covered = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    const from = starts[group] ?? 0;
    const to = starts[group + 1] ?? 0;
    if (to - from < 2) continue;
    const seen: number[] = [];
    for (let at = from; at < to; at++) {
      const code = target.codes[rows[at] ?? 0] ?? unknown;
      if (code === unknown || code === empty) continue;
      if (tally[code] === 0) seen.push(code);
      tally[code] = (tally[code] ?? 0) + 1;
    }
    const { size, most, predicted } = predictions(seen, tally);
    if (size >= 2) {
      covered += size;
      right += predicted;
      if (size >= 3) groups.push({ size, minority: size - most });
    }
    for (const code of seen) tally[code] = 0;
  }
  const filled = target.codes.length - emptyCells(target);
  const base = largest(target, empty) / Math.max(1, filled);
  const accuracy = right / Math.max(1, covered);
  return {
    strength: base >= 1 ? 0 : (accuracy - base) / (1 - base),
    coverage: covered / Math.max(1, filled),
    dispersion: dispersionOf(groups),
  };
}

/** Of one group: rows with a value, rows of the most frequent one, rows that the others of the group tell rightly. */
function predictions(
  seen: readonly number[],
  tally: Int32Array,
): { readonly size: number; readonly most: number; readonly predicted: number } {
  let size = 0;
  let most = 0;
  let second = 0;
  for (const code of seen) {
    const count = tally[code] ?? 0;
    size += count;
    if (count > most) [most, second] = [count, most];
    else if (count > second) second = count;
  }
  const lead = most - 1 - second;
  return { size, most, predicted: lead > 0 ? most : lead === 0 ? most / 2 : 0 };
}

interface GroupMinority {
  readonly size: number;
  readonly minority: number;
}

/** Measured without groups that tell nothing: a junk value of the determinant stands for everything. */
function dispersionOf(groups: readonly GroupMinority[]): number {
  return spreadOf(
    groups.filter(({ size, minority }) => size < junk.rows || size - minority >= size * junk.mode),
  );
}

function spreadOf(groups: readonly GroupMinority[]): number {
  const share = minorityShare(groups);
  const expected = groups.reduce((sum, { size }) => sum + size, 0) * share * (1 - share);
  if (expected < 1) return 1;
  return groups.reduce((sum, { size, minority }) => sum + (minority - size * share) ** 2, 0) / expected;
}

function minorityShare(groups: readonly GroupMinority[]): number {
  const rows = groups.reduce((sum, { size }) => sum + size, 0);
  return groups.reduce((sum, { minority }) => sum + minority, 0) / Math.max(1, rows);
}

function isDependency({ strength, coverage }: DependencyMeasure, target: CodedColumn): boolean {
  return (
    strength >= least.strength && coverage >= least.coverage && coverage * target.codes.length >= least.rows
  );
}

function isNearKey({ starts }: Grouping, rows: number): boolean {
  let shared = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    const size = (starts[group + 1] ?? 0) - (starts[group] ?? 0);
    if (size > 1) shared += size;
  }
  return shared < rows * least.coverage;
}

function emptyCells(column: CodedColumn): number {
  const empty = column.codeOf('');
  let cells = empty === undefined ? 0 : (column.counts[empty] ?? 0);
  for (const code of column.codes) if (code === unknown) cells++;
  return cells;
}

function largest(column: CodedColumn, except: number): number {
  let largestCount = 0;
  for (let code = 0; code < column.counts.length; code++) {
    if (code !== except) largestCount = Math.max(largestCount, column.counts[code] ?? 0);
  }
  return largestCount;
}
