import type { Problem } from '../../schemas/stage.ts';
import { driftSummary, isStopped } from './drift.ts';
import type { Facts } from './facts.ts';

/** From this many slices on, one reason of a source is told once for all of them. */
const mostSlices = 20;

/** A normalized slice and what its manifest tells. */
export interface SliceFacts {
  readonly slice: string;
  readonly facts: Facts;
}

/**
 * What people should know about the slices of a source: one problem per slice and reason, or one for all slices where
 * more than 20 have the same reason. Ordered by slice, then as found; no row content.
 */
export function problemsOf(source: string, slices: readonly SliceFacts[]): Problem[] {
  const all = slices.flatMap(({ slice, facts }) => [
    ...refusalProblems(source, slice, facts),
    ...driftProblems(source, slice, facts),
    ...repairProblems(source, slice, facts),
    ...countedProblems(source, slice, 'error', rejectionsOf(facts)),
    ...countedProblems(source, slice, 'warn', facts.warnings),
  ]);
  const byReason = new Map<string, Problem[]>();
  for (const problem of all) {
    const reason = `${problem.severity} ${problem.code}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), problem]);
  }
  return [...byReason.values()].flatMap((problems) =>
    problems.length > mostSlices ? [together(problems)] : problems,
  );
}

interface Counted {
  readonly entity: string;
  readonly column: string;
  readonly code: string;
  readonly rows: number;
}

function rejectionsOf({ rejections }: Facts): Counted[] {
  return rejections.map(({ reason, ...counted }) => ({ ...counted, code: reason }));
}

function refusalProblems(source: string, slice: string, { refused }: Facts): Problem[] {
  if (!refused) return [];
  return [{ severity: 'error', source, slice, ...refused }];
}

/** Changed columns with which the night went on; those that stopped the slice are its refusal. */
function driftProblems(source: string, slice: string, { drift }: Facts): Problem[] {
  if (!drift || isStopped(drift)) return [];
  if (!drift.changes.some(({ action }) => action === 'warn')) return [];
  const { change, remedy } = driftSummary(drift, ['warn']);
  const message = `${source} ${slice} ${change}; it was taken. ${remedy} unless that is meant, or set contract.drift of the source`;
  return [{ severity: 'warn', source, slice, code: 'STK-CONTRACT-DRIFT', message, rows: 0 }];
}

function repairProblems(source: string, slice: string, { repairs }: Facts): Problem[] {
  if (!repairs?.skipped) return [];
  const message = `${source} ${slice} is too large to look for wrong cells (more than 2,000,000); it was taken as received. Deliver it in smaller slices, or leave repair out of the source`;
  return [{ severity: 'warn', source, slice, code: 'STK-REPAIR-SIZE', message, rows: 0 }];
}

function countedProblems(
  source: string,
  slice: string,
  severity: Problem['severity'],
  counted: readonly Counted[],
): Problem[] {
  const codes = [...new Set(counted.map(({ code }) => code))].sort();
  return codes.map((code) => {
    const of = counted.filter((one) => one.code === code);
    const rows = of.reduce((sum, one) => sum + one.rows, 0);
    const where = of.map((one) => `${one.entity}.${one.column} ${one.rows}`).join(', ');
    const what = severity === 'error' ? 'rejected' : 'taken, though a check fails';
    return {
      severity,
      source,
      slice,
      code,
      message: `${rows} ${rows === 1 ? 'row' : 'rows'} ${what}: ${where}`,
      rows,
    };
  });
}

function together(problems: readonly Problem[]): Problem {
  const [first] = problems as [Problem];
  const last = problems.at(-1) as Problem;
  const rows = problems.reduce((sum, problem) => sum + problem.rows, 0);
  return {
    ...first,
    slice: `${problems.length} slices`,
    message: `${rows} rows in ${problems.length} slices, ${first.slice} to ${last.slice}; first: ${first.message}`,
    rows,
  };
}
