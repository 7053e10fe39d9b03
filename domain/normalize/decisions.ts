import type { NamedDecision, RowIdentity } from '../../schemas/decision.ts';
import type { PlannedSlice } from '../../schemas/plan.ts';

/** A source column of one row given another value. */
export interface Fix {
  readonly action: 'fix';
  readonly decision: string;
  readonly file: string;
  readonly line: number;
  readonly set: Readonly<Record<string, string>>;
}

/** A check of one entity waived for one row. */
export interface Release {
  readonly action: 'release';
  readonly decision: string;
  readonly file: string;
  readonly line: number;
  readonly entity: string;
  readonly column: string;
  readonly reason: string;
}

/** What was decided about a row of a slice, the row named by `_file` and `_line`. */
export type RowDecision = Fix | Release;

/** Decisions by slice; slices without any are left out. */
export type SliceDecisions = ReadonlyMap<string, readonly RowDecision[]>;

/**
 * The decisions that touch the planned slices of a source, in the order they were made: a row is found by the content of
 * its file. What was decided about a file that is no longer there touches nothing.
 */
export function decisionsBySlice(
  decisions: readonly NamedDecision[],
  source: string,
  slices: readonly PlannedSlice[],
): SliceDecisions {
  const own = decisions.filter(({ decision }) => decision.source === source);
  if (own.length === 0) return new Map();
  const places = new Map<string, { slice: string; path: string }>();
  for (const { slice, files } of slices)
    for (const { sha256, path } of files) places.set(sha256, { slice, path });
  const found = new Map<string, RowDecision[]>();
  const add = (row: RowIdentity, decided: (file: string) => RowDecision): void => {
    const place = places.get(row.sha256);
    if (!place) return;
    const known = found.get(place.slice) ?? [];
    known.push(decided(`${place.path}${row.member}`));
    found.set(place.slice, known);
  };
  for (const { id, decision } of own) {
    if (decision.action === 'fix') {
      const { row, set } = decision;
      add(row, (file) => ({ action: 'fix', decision: id, file, line: row.line, set }));
      continue;
    }
    for (const row of decision.rows) {
      const { line, entity, column, reason } = row;
      add(row, (file) => ({ action: 'release', decision: id, file, line, entity, column, reason }));
    }
  }
  return found;
}

/** What decisions add to a slice's key: nothing where there are none, so that other slices keep theirs. */
export function decisionsKey(decided: readonly RowDecision[] | undefined): {
  readonly decisions?: readonly RowDecision[];
} {
  return decided && decided.length > 0 ? { decisions: decided } : {};
}
