import type { Finding, Reason } from './finding.ts';
import type { TextTable } from './text-table.ts';

/** Precision, recall and their harmonic mean, in [0, 1]; 1 where there was nothing to find and nothing was told. */
export interface CellScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Figures of findings against the clean table, cell by cell, raw strings compared. */
export interface CleaningScore {
  readonly wrong: number;
  readonly detection: CellScore;
  readonly repair: CellScore;
  readonly byColumn: readonly ColumnScore[];
  readonly byReason: readonly ReasonScore[];
}

/** Counts of one column. */
export interface ColumnScore {
  readonly column: string;
  readonly wrong: number;
  readonly flagged: number;
  readonly found: number;
  readonly repaired: number;
  readonly right: number;
}

/** Counts of one reason: findings, those on wrong cells, repairs made, right ones. */
export interface ReasonScore {
  readonly reason: Reason;
  readonly flagged: number;
  readonly found: number;
  readonly repaired: number;
  readonly right: number;
}

/**
 * Scores findings: detection over flagged cells, repair precision = right repairs / repairs made, repair recall = right
 * repairs / wrong cells. Both tables have the same columns and rows.
 */
export function scoreCleaning(
  dirty: TextTable,
  clean: TextTable,
  findings: readonly Finding[],
): CleaningScore {
  const byColumn = new Map(
    dirty.columns.map(({ name, values }, index) => {
      const truth = clean.columns[index]?.values ?? [];
      let wrong = 0;
      for (let row = 0; row < values.length; row++) if (values[row] !== truth[row]) wrong++;
      return [name, { column: name, wrong, flagged: 0, found: 0, repaired: 0, right: 0, values, truth }];
    }),
  );
  const byReason = new Map<Reason, { flagged: number; found: number; repaired: number; right: number }>();
  for (const { row, column, reason, repair } of findings) {
    const place = byColumn.get(column);
    if (!place) continue;
    const tally = byReason.get(reason) ?? { flagged: 0, found: 0, repaired: 0, right: 0 };
    byReason.set(reason, tally);
    for (const counts of [place, tally]) {
      counts.flagged++;
      if (place.values[row] !== place.truth[row]) counts.found++;
      if (repair === undefined) continue;
      counts.repaired++;
      if (repair === place.truth[row]) counts.right++;
    }
  }
  const columns = [...byColumn.values()].map(({ values: _, truth: __, ...counts }) => counts);
  const sum = (pick: (counts: ColumnScore) => number): number =>
    columns.reduce((all, counts) => all + pick(counts), 0);
  const wrong = sum((counts) => counts.wrong);
  return {
    wrong,
    detection: scoreOf(
      sum((counts) => counts.found),
      sum((counts) => counts.flagged),
      wrong,
    ),
    repair: scoreOf(
      sum((counts) => counts.right),
      sum((counts) => counts.repaired),
      wrong,
    ),
    byColumn: columns,
    byReason: [...byReason.entries()]
      .map(([reason, counts]) => ({ reason, ...counts }))
      .sort((a, b) => b.flagged - a.flagged || (a.reason < b.reason ? -1 : 1)),
  };
}

function scoreOf(right: number, told: number, wanted: number): CellScore {
  const precision = told === 0 ? (wanted === 0 ? 1 : 0) : right / told;
  const recall = wanted === 0 ? 1 : right / wanted;
  return {
    precision,
    recall,
    f1: right === 0 ? (told + wanted === 0 ? 1 : 0) : (2 * right) / (told + wanted),
  };
}
