import type { Decision, NamedDecision, RowIdentity } from '../../schemas/decision.ts';
import type { PlannedSlice } from '../../schemas/plan.ts';
import type { NamedRepairDecision } from '../../schemas/repair-decision.ts';
import type { Source } from '../../schemas/source.ts';
import { hashOf } from '../runtime/hashing.ts';
import { type RevertedCell, revertedBySlice } from './repairs.ts';

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

/** A fix or a release as a person made it. */
export type MadeDecision = Exclude<Decision, { action: 'withdraw' }>;

/** Such a decision and whether it counts. */
export interface DecisionState {
  readonly id: string;
  readonly decision: MadeDecision;
  readonly state: 'in force' | 'withdrawn';
}

/** Decisions by slice; slices without any are left out. */
export type SliceDecisions = ReadonlyMap<string, readonly RowDecision[]>;

/** Every fix and release ever made, in the order they were made, and whether it was taken back. */
export function decisionStates(decisions: readonly NamedDecision[]): DecisionState[] {
  const withdrawn = new Set(
    decisions.flatMap(({ decision }) => (decision.action === 'withdraw' ? [decision.decision] : [])),
  );
  return decisions.flatMap(({ id, decision }) =>
    decision.action === 'withdraw'
      ? []
      : [{ id, decision, state: withdrawn.has(id) ? ('withdrawn' as const) : ('in force' as const) }],
  );
}

/**
 * The decisions that touch the planned slices of a source, in the order they were made: a row is found by the content of
 * its file. What was decided about a file that is no longer there touches nothing, nor does what was taken back.
 */
export function decisionsBySlice(
  decisions: readonly NamedDecision[],
  source: string,
  slices: readonly PlannedSlice[],
): SliceDecisions {
  const own = decisionStates(decisions).filter(
    ({ state, decision }) => state === 'in force' && decision.source === source,
  );
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

/**
 * Names what people decided about a slice, rows and repaired cells: part of its key and a fact of its manifest, so that a
 * later plan can tell whether something else has been decided since. Undefined where nothing was.
 */
export function decidedMark(
  rows: readonly RowDecision[] | undefined,
  reverted: readonly RevertedCell[] | undefined,
): string | undefined {
  const cells = (reverted ?? []).map(({ file, line, column }) => JSON.stringify([file, line, column]));
  if ((rows ?? []).length === 0 && cells.length === 0) return undefined;
  return hashOf({ rows: rows ?? [], cells: [...new Set(cells)].sort() }).slice(0, 16);
}

/** Everything people decided about the rows and the repaired cells of any source, taken back or not. */
export interface AllDecisions {
  readonly rows: readonly NamedDecision[];
  readonly cells: readonly NamedRepairDecision[];
}

/**
 * The marks that the planned slices of a source would get now; slices without decisions are left out. Undefined where nobody
 * ever decided about the source.
 */
export function decidedMarks(
  { rows, cells }: AllDecisions,
  name: string,
  source: Source,
  slices: readonly PlannedSlice[],
): Map<string, string> | undefined {
  if (![...rows, ...cells].some(({ decision }) => decision.source === name)) return undefined;
  const decided = decisionsBySlice(rows, name, slices);
  const reverted = source.repair ? revertedBySlice(cells, name, slices) : new Map<string, RevertedCell[]>();
  return new Map(
    slices.flatMap(({ slice }) => {
      const mark = decidedMark(decided.get(slice), reverted.get(slice));
      return mark === undefined ? [] : [[slice, mark]];
    }),
  );
}
