import { openStream } from '../math/random.ts';
import { type Dependency, isSoft, measureDependency } from './dependencies.ts';
import { type Grouping, groupRows } from './grouping.ts';
import { type CodedColumn, codeColumn } from './text-table.ts';

const limits = {
  /** Rows that pairs are tried on. */
  rows: 20_000,
  /** Strength of a single column that is enough. */
  enough: 0.85,
  /** Least rows of a group of a pair, on average; least share of rows in groups. */
  groupRows: 4,
  coverage: 0.5,
  /** Share of what the better of the two leaves open that the pair must close. */
  gain: 0.5,
  /** Pairs kept for a column. */
  pairs: 2,
} as const;

/**
 * Finds pairs of columns that tell a column together where no single one is enough, and takes them in.
 *
 * Tried on a sample of rows drawn by `seed`; a pair of near-keys has groups too small to be tried. A pair that closes half
 * of what its columns leave open replaces them for that column. Cost: columns^3 x 20,000 at most, less where few are open.
 */
export function addPairDependencies(
  columns: readonly CodedColumn[],
  singles: readonly Dependency[],
  seed: number,
): Dependency[] {
  const open = columns.map((_, dependent) => needsPair(singles, dependent));
  if (!open.includes(true)) return [...singles];
  const sample = sampleColumns(columns, seed);
  const best = columns.map((): Dependency[] => []);
  for (let first = 0; first < sample.length; first++) {
    for (let second = first + 1; second < sample.length; second++) {
      tryPair(sample, [first, second], singles, open, best);
    }
  }
  const pairs = best.flatMap((found) =>
    found.sort((a, b) => b.strength - a.strength || compare(a, b)).slice(0, limits.pairs),
  );
  const replaced = (single: Dependency): boolean =>
    pairs.some(
      ({ dependent, determinant }) =>
        dependent === single.dependent && determinant.includes(single.determinant[0] ?? -1),
    );
  return [...singles.filter((single) => !replaced(single)), ...pairs];
}

function needsPair(singles: readonly Dependency[], dependent: number): boolean {
  return !singles.some(
    (single) => single.dependent === dependent && single.strength >= limits.enough && !isSoft(single),
  );
}

function tryPair(
  sample: readonly CodedColumn[],
  pair: readonly [number, number],
  singles: readonly Dependency[],
  open: readonly boolean[],
  best: readonly Dependency[][],
): void {
  const [a, b] = [sample[pair[0]], sample[pair[1]]];
  if (!a || !b || Math.max(a.values.length, b.values.length) * limits.groupRows > a.codes.length) return;
  if (a.values.length < 2 || b.values.length < 2) return;
  const grouping = groupRows([a, b]);
  if (grouping.rows.length < (grouping.starts.length - 1) * limits.groupRows) return;
  for (const [dependent, target] of sample.entries()) {
    if (!open[dependent] || pair.includes(dependent)) continue;
    const found = measurePair(grouping, target, pair, dependent, singles);
    if (found) best[dependent]?.push(found);
  }
}

function measurePair(
  grouping: Grouping,
  target: CodedColumn,
  determinant: readonly [number, number],
  dependent: number,
  singles: readonly Dependency[],
): Dependency | undefined {
  const measure = measureDependency(grouping, target);
  const alone = singles
    .filter((single) => single.dependent === dependent && determinant.includes(single.determinant[0] ?? -1))
    .reduce((most, { strength }) => Math.max(most, strength), 0);
  if (measure.coverage < limits.coverage) return undefined;
  if (1 - measure.strength > (1 - alone) * (1 - limits.gain)) return undefined;
  return { determinant, dependent, ...measure };
}

function sampleColumns(columns: readonly CodedColumn[], seed: number): CodedColumn[] {
  const rows = columns[0]?.codes.length ?? 0;
  const random = openStream(seed, 'pair-dependencies');
  const step = Math.max(1, rows / limits.rows);
  const drawn = Array.from({ length: Math.min(rows, limits.rows) }, (_, index) =>
    Math.floor((index + (step > 1 ? random.float() : 0)) * step),
  );
  return columns.map((column) =>
    codeColumn({ name: column.name, values: drawn.map((row) => column.text(row) ?? '') }),
  );
}

function compare(a: Dependency, b: Dependency): number {
  return (
    (a.determinant[0] ?? 0) - (b.determinant[0] ?? 0) || (a.determinant[1] ?? 0) - (b.determinant[1] ?? 0)
  );
}
