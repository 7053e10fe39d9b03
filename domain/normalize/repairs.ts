import { z } from 'zod';
import type { PlannedSlice } from '../../schemas/plan.ts';
import type { NamedRepairDecision } from '../../schemas/repair-decision.ts';
import type { Source } from '../../schemas/source.ts';

/** A table of received texts, columns as the source names them; no value is the empty text. */
export interface ReceivedTable {
  readonly columns: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** A cell a detector holds to be wrong; without `repair` the right value cannot be told. `row` counts from 0. */
export interface CellProposal {
  readonly row: number;
  readonly column: string;
  readonly value: string;
  readonly reason: string;
  /** In (0, 1]. */
  readonly confidence: number;
  readonly repair?: string;
}

/** A cell that a person decided to keep as received, in `_file` and `_line`. */
export interface RevertedCell {
  readonly file: string;
  readonly line: number;
  readonly column: string;
}

/** How the cells of a source are repaired. */
export interface RepairRules {
  /** The detector; the same table gives the same proposals. */
  readonly propose: (table: ReceivedTable) => Promise<readonly CellProposal[]>;
  /** Version of the detector: another one makes slices anew. */
  readonly version: number;
  /** What people took back, by slice; slices without are left out. */
  readonly reverted: ReadonlyMap<string, readonly RevertedCell[]>;
}

/** What became of a proposal. */
export type RepairStatus = 'applied' | 'proposed' | 'reverted' | 'flagged';

const cells = z.number().int().nonnegative();

/** Cells by what became of them; `skipped`: the slice has too many cells to be looked at. */
export const repairFactsSchema = z.strictObject({
  applied: cells,
  proposed: cells,
  reverted: cells,
  flagged: cells,
  skipped: z.boolean().optional(),
});
export type RepairFacts = z.infer<typeof repairFactsSchema>;

/** Columns of records and events that tell which thing a row is about: never repaired unless the source asks for it. */
const identifying = ['user_id', 'item_id', 'event_id', 'review_id', 'session_id', 'series'];

/** The cells that people took back, by planned slice: a row is found by the content of its file. */
export function revertedBySlice(
  decisions: readonly NamedRepairDecision[],
  source: string,
  slices: readonly PlannedSlice[],
): Map<string, readonly RevertedCell[]> {
  const places = new Map<string, { slice: string; path: string }>();
  for (const { slice, files } of slices) {
    for (const { sha256, path } of files) places.set(sha256, { slice, path });
  }
  const found = new Map<string, RevertedCell[]>();
  for (const { decision } of decisions.filter((one) => one.decision.source === source)) {
    for (const { sha256, member, line, column } of decision.cells) {
      const place = places.get(sha256);
      if (!place) continue;
      const known = found.get(place.slice) ?? [];
      known.push({ file: `${place.path}${member}`, line, column });
      found.set(place.slice, known);
    }
  }
  return found;
}

/** What repairs add to a slice's key: nothing where the source asks for none, so that other sources keep theirs. */
export function repairKey(
  { repair }: Source,
  rules: RepairRules | undefined,
  slice: string,
): { readonly repair?: unknown } {
  if (!repair || !rules) return {};
  const reverted = (rules.reverted.get(slice) ?? []).map(({ file, line, column }) =>
    JSON.stringify([file, line, column]),
  );
  return {
    repair: {
      version: rules.version,
      ...repair,
      ...(reverted.length > 0 ? { reverted: [...new Set(reverted)].sort() } : {}),
    },
  };
}

/**
 * Tells whether a column of the source may be repaired: those that `repair.columns` names, else all that no identifying
 * column of an entity is made of.
 */
export function repairableIn({ repair, entities }: Source): (column: string) => boolean {
  if (!repair) return () => false;
  const { columns } = repair;
  if (columns) return (column) => columns.includes(column);
  const expressions = Object.values(entities).flatMap((mapping) =>
    mapping ? [...identifying, ...mapping.key].flatMap((name) => mapping.columns[name] ?? []) : [],
  );
  return (column) => !expressions.some((sql) => sql.toLowerCase().includes(column.toLowerCase()));
}
