import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { CheckRow } from '../../schemas/inventory.ts';
import type { Problem } from '../../schemas/stage.ts';
import { addDays, datesBetween, isIsoDate } from '../plan/dates.ts';
import type { LedgerSum } from './baseline.ts';
import { checkRow } from './check-rows.ts';
import { expectedRows } from './expected-days.ts';

/** Judges the rows of a source's newest slice by what earlier ones had (`expectedRows`): outside it warns. Nothing to compare with: no line. */
export function volumeCheck(source: string, slices: readonly DatasetSlice[]): CheckRow[] {
  const newest = slices.findLast(({ slice }) => isIsoDate(slice));
  const expected = newest && expectedRows(slices, newest.slice);
  if (!newest || !expected) return [];
  const { least, most, compared } = expected;
  return [
    checkRow({
      source,
      type: 'volume',
      slice: newest.slice,
      status: newest.rows >= least && newest.rows <= most ? 'pass' : 'warn',
      evaluated: compared,
      expected: `${least} – ${most}`,
      observed: String(newest.rows),
    }),
  ];
}

/** The calendar days without a file between a source's first and last slice, as ranges. Told, not judged. */
export function gapCheck(source: string, slices: readonly DatasetSlice[]): CheckRow[] {
  const dates = slices.map(({ slice }) => slice).filter(isIsoDate);
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined || dates.length < 2) return [];
  const present = new Set(dates);
  const days = datesBetween(first, last);
  const missing = days.filter((day) => !present.has(day));
  return [
    checkRow({
      source,
      type: 'gaps',
      status: 'info',
      evaluated: days.length,
      unexpected: missing.length,
      observed: rangesOf(missing).join(', '),
    }),
  ];
}

/** Dates as ranges: `2010-12-04`, `2010-12-24 – 2011-01-03`. */
export function rangesOf(dates: readonly string[]): string[] {
  const ranges: { from: string; to: string }[] = [];
  for (const date of dates) {
    const last = ranges.at(-1);
    if (last && addDays(last.to, 1) === date) last.to = date;
    else ranges.push({ from: date, to: date });
  }
  return ranges.map(({ from, to }) => (from === to ? from : `${from} – ${to}`));
}

/** Whether every row of a source is accounted for, entity by entity, over all stages of this run. */
export function ledgerChecks(source: string, sums: readonly LedgerSum[]): CheckRow[] {
  return sums
    .filter((sum) => sum.source === source)
    .map(({ entity, rows, lost }) =>
      checkRow({
        source,
        entity,
        type: 'ledger',
        severity: 'error',
        status: lost === 0 ? 'pass' : 'error',
        evaluated: rows,
        unexpected: lost,
      }),
    );
}

/**
 * How the reading of a source went: error when a slice of it was refused, a file was kept out or nothing is there at all,
 * warn when people should look at something.
 *
 * @param problems those of the source that no other check line tells
 * @param refused slices nothing was taken of
 */
export function intakeCheck(
  source: string,
  slices: number,
  arrived: readonly string[],
  problems: readonly Problem[],
  refused: readonly string[],
): CheckRow {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const kept = new Set([...errors.map(({ slice }) => slice), ...refused]);
  return checkRow({
    source,
    type: 'intake',
    severity: 'error',
    status: kept.size > 0 || slices === 0 ? 'error' : problems.length > 0 ? 'warn' : 'pass',
    evaluated: new Set([...arrived, ...problems.map(({ slice }) => slice), ...refused]).size,
    unexpected: kept.size,
    observed: [...new Set(problems.map(({ code }) => code))].sort().join(', '),
  });
}
