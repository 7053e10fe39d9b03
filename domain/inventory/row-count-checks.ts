import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { TableCheckOf } from '../../schemas/table-check.ts';
import { medianOf } from '../math/median.ts';
import { isIsoDate } from '../plan/dates.ts';
import { slicesBefore } from './earlier-slices.ts';
import { boundsText, isOutside, type Judgement, listed } from './table-judgement.ts';

/** Fewer earlier slices say nothing about what is usual. */
const leastHistory = 3;

/**
 * Rows of each given slice against bounds and against the median of the slices before it. What is before comes from the
 * datasets of the run itself, so the same run compares with the same past; a source without dates is compared with the
 * last inventory's rows.
 */
export function judgeRowCount(
  check: TableCheckOf<'row_count'>,
  all: readonly DatasetSlice[],
  judged: readonly DatasetSlice[],
  rowsBefore: number | undefined,
): Judgement {
  const found = judged.map((slice) => {
    const usual =
      check.withinShareOfMedian === undefined ? undefined : usualRows(check, all, slice, rowsBefore);
    const far =
      usual !== undefined && Math.abs(slice.rows - usual) > (check.withinShareOfMedian ?? 0) * usual;
    const text = `${slice.rows}${usual === undefined ? '' : ` (median ${usual})`}`;
    return { slice: slice.slice, text, bad: far || isOutside(slice.rows, check) };
  });
  return {
    evaluated: found.length,
    unexpected: found.filter(({ bad }) => bad).length,
    expected: [
      boundsText(check),
      check.withinShareOfMedian === undefined ? '' : `median ± ${100 * check.withinShareOfMedian} %`,
    ]
      .filter((text) => text !== '')
      .join(', '),
    observed: listed(found),
  };
}

/** Rows of each given slice against those of another source's slice of the same name, or all of an undated source. */
export function judgeRatio(
  check: TableCheckOf<'equal_rowcount'> | TableCheckOf<'row_count_ratio'>,
  judged: readonly DatasetSlice[],
  other: readonly DatasetSlice[],
): Judgement {
  const bounds = check.type === 'equal_rowcount' ? { min: 1, max: 1 } : check;
  const undated = !other.some(({ slice }) => isIsoDate(slice));
  const all = other.reduce((sum, { rows }) => sum + rows, 0);
  const found = judged.map(({ slice, rows }) => {
    const against = undated ? all : (other.find((one) => one.slice === slice)?.rows ?? 0);
    const bad = against === 0 ? rows > 0 || undated : isOutside(rows / against, bounds);
    return { slice, text: `${rows} : ${against}`, bad };
  });
  return {
    evaluated: found.length,
    unexpected: found.filter(({ bad }) => bad).length,
    expected: `${check.to.source} ${check.type === 'equal_rowcount' ? '= 1' : boundsText(bounds)}`,
    observed: listed(found),
  };
}

function usualRows(
  { history }: TableCheckOf<'row_count'>,
  all: readonly DatasetSlice[],
  { slice }: DatasetSlice,
  rowsBefore: number | undefined,
): number | undefined {
  if (!isIsoDate(slice)) return rowsBefore;
  const compared = slicesBefore(all, slice, history);
  return compared.length < leastHistory ? undefined : medianOf(compared.map(({ rows }) => rows));
}
