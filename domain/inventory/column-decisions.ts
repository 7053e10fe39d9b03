import type { ColumnDecision, NamedColumnDecision } from '../../schemas/column-decision.ts';
import type { Kind } from './kind.ts';
import { kindMeanings } from './kinds.ts';

/** A label a person gave a column. */
export type ColumnLabel = Extract<ColumnDecision, { action: 'label' }>;

/** A label and what became of it: a later one about the column replaced it, or it was taken back. */
export interface LabelState {
  readonly id: string;
  readonly decision: ColumnLabel;
  readonly state: 'in force' | 'replaced' | 'undone';
}

/** What people may call a column: every kind but `empty` and `unknown`, which say that nothing is known. */
export const columnLabels: readonly Kind[] = (Object.keys(kindMeanings) as Kind[]).filter(
  (kind) => kind !== 'empty' && kind !== 'unknown',
);

/** Every label ever given with what became of it, in the order they were made. Decisions come in that order. */
export function labelStates(decisions: readonly NamedColumnDecision[]): LabelState[] {
  const undone = new Set(
    decisions.flatMap(({ decision }) => (decision.action === 'undo' ? [decision.decision] : [])),
  );
  const last = new Map<string, string>();
  for (const { id, decision } of decisions) {
    if (decision.action === 'label' && !undone.has(id)) last.set(columnKey(decision), id);
  }
  return decisions.flatMap(({ id, decision }) => {
    if (decision.action !== 'label') return [];
    const valid = last.get(columnKey(decision)) === id ? 'in force' : 'replaced';
    return [{ id, decision, state: undone.has(id) ? 'undone' : valid }];
  });
}

/** The labels in force, by `columnKey`. A decision that was taken back leaves no trace here. */
export function labelsInForce(decisions: readonly NamedColumnDecision[]): Map<string, ColumnLabel> {
  return new Map(
    labelStates(decisions)
      .filter(({ state }) => state === 'in force')
      .map(({ decision }) => [columnKey(decision), decision]),
  );
}

/** An asset and column as one text. */
export function columnKey({ asset, column }: Pick<ColumnLabel, 'asset' | 'column'>): string {
  return JSON.stringify([asset, column]);
}

/** Kind, meaning and reason of a column somebody labelled. */
export function decided({ label, by, at, why }: ColumnLabel): {
  readonly kind: Kind;
  readonly meaning: string;
  readonly evidence: 'decided';
  readonly why: string;
} {
  const kind = columnLabels.find((one) => one === label) ?? 'unknown';
  return {
    kind,
    meaning: kindMeanings[kind],
    evidence: 'decided',
    why: `decided by ${by} on ${at.slice(0, 10)}${why === '' ? '' : `: ${why}`}`,
  };
}

/** Labels that say a column tells who somebody is; its values are hidden then. */
export function isPersonalLabel(label: string): boolean {
  return label === 'email' || label === 'phone' || label === 'person';
}
