import type { LedgerEntry } from '../../schemas/artifact.ts';
import type { Problem } from '../../schemas/stage.ts';
import type {
  ReportChange,
  ReportCheck,
  ReportHeadline,
  ReportLedger,
  ReportProblem,
  ReportQuarantine,
} from './model.ts';
import type { ReportWork } from './work.ts';

/** What the headline counts beside the work itself. */
export interface HeadlineFacts {
  readonly checks: readonly ReportCheck[];
  readonly changes: readonly ReportChange[];
  readonly quarantine: readonly ReportQuarantine[];
  readonly problems: readonly ReportProblem[];
}

/**
 * The figures on top of a report. Rows, rejections and duplicates are those of slices that arrived in this run: the ledger
 * of a night holds every earlier slice again. Repeats across slices, which dedup drops by event date, stand in the ledger.
 */
export function headlineOf(work: ReportWork, facts: HeadlineFacts): ReportHeadline {
  const arrived = new Set(
    Object.entries(work.arrived).flatMap(([source, slices]) => slices.map((slice) => `${source} ${slice}`)),
  );
  const intake = work.ledger.filter(
    ({ stage, source, slice }) =>
      (stage === 'collect' || stage === 'normalize') && arrived.has(`${source} ${slice}`),
  );
  const status = (wanted: string): number => facts.checks.filter((check) => check.status === wanted).length;
  const failing = facts.problems.some(({ severity, isNew }) => severity === 'error' && isNew);
  const results = work.steps.map(({ result }) => result);
  return {
    status: arrived.size === 0 ? 'nothing' : failing || status('error') > 0 ? 'attention' : 'good',
    sources: Object.keys(work.plan.config.sources).length,
    sourcesArrived: Object.values(work.arrived).filter((slices) => slices.length > 0).length,
    slicesArrived: arrived.size,
    rowsIn: sum(
      intake.filter(({ stage }) => stage === 'collect'),
      ({ rowsIn }) => rowsIn,
    ),
    rejected: sum(intake, ({ rejected }) => rejected),
    duplicates: sum(intake, ({ duplicates }) => duplicates),
    quarantined: sum(facts.quarantine, ({ rows }) => rows),
    checks: { pass: status('pass'), warn: status('warn'), error: status('error') },
    changes: facts.changes.length,
    parts: sum(results, ({ parts }) => parts),
    reusedParts: sum(results, ({ reusedParts }) => reusedParts),
    milliseconds: elapsed(work),
    peakMemoryBytes: Math.max(0, ...results.map(({ cost }) => cost.peakMemoryBytes)),
    bytesWritten: sum(results, ({ cost }) => cost.bytesWritten),
  };
}

/**
 * The problems with whether each is about this run, those first, errors before warnings, else as they were found.
 *
 * A problem is of this run when its slice arrived in it, or when it is about no slice of before: a missing source (told for
 * the data date), a step that failed. One told for many slices together (`21 slices`) is of this run when quarantine holds
 * rows of it from slices that arrived, or when no fewer slices arrived than it tells of.
 */
export function sortProblems(
  work: ReportWork,
  quarantine: readonly Pick<ReportQuarantine, 'source' | 'reason' | 'rowsNew'>[],
): ReportProblem[] {
  const isNew = (problem: Problem): boolean => {
    const arrived = work.arrived[problem.source] ?? [];
    const together = /^(\d+) slices$/.exec(problem.slice);
    if (!together) return arrived.includes(problem.slice) || isAboutRun(problem, work);
    return (
      arrived.length >= Number(together[1]) ||
      quarantine.some(
        ({ source, reason, rowsNew }) => source === problem.source && reason === problem.code && rowsNew > 0,
      )
    );
  };
  return work.problems
    .map((problem) => ({ ...problem, isNew: isNew(problem) }))
    .sort(
      (a, b) =>
        Number(b.isNew) - Number(a.isNew) || Number(a.severity === 'warn') - Number(b.severity === 'warn'),
    );
}

/** Ledger lines of all slices added up per stage, source and entity, in the ledger's own order. */
export function sumLedger(ledger: readonly LedgerEntry[]): ReportLedger[] {
  const sums = new Map<string, ReportLedger>();
  for (const { slice: _, ...entry } of ledger) {
    const name = `${entry.stage} ${entry.source} ${entry.entity}`;
    const before = sums.get(name);
    sums.set(name, {
      ...entry,
      slices: (before?.slices ?? 0) + 1,
      rowsIn: entry.rowsIn + (before?.rowsIn ?? 0),
      rowsOut: entry.rowsOut + (before?.rowsOut ?? 0),
      duplicates: entry.duplicates + (before?.duplicates ?? 0),
      merged: entry.merged + (before?.merged ?? 0),
      rejected: entry.rejected + (before?.rejected ?? 0),
      skipped: entry.skipped + (before?.skipped ?? 0),
    });
  }
  return [...sums.values()];
}

function isAboutRun({ slice, source, code }: Problem, { plan, datasets }: ReportWork): boolean {
  if (code === 'STK-SOURCE-MISSING' || slice.startsWith('batch ')) return true;
  const known = (datasets[`raw.${source}`] ?? []).some((one) => one.slice === slice);
  return slice === plan.dataDate && !known;
}

function sum<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}

function elapsed({ opening, steps }: ReportWork): number {
  const ends = steps.map(({ endedAt }) => Date.parse(endedAt));
  return Math.max(0, Math.max(0, ...ends) - Date.parse(opening.startedAt));
}
