import type { ChangeRow, CheckRow, ColumnRow } from '../../schemas/inventory.ts';
import { checkRow } from './check-rows.ts';

/** What of a column is compared between two inventories. */
export type ComparedColumn = Pick<
  ColumnRow,
  'asset' | 'column' | 'looks_like' | 'type' | 'signature' | 'rows' | 'null_share' | 'links'
>;

/** How the columns of one asset differ from the inventory before. */
export interface SchemaDifference {
  readonly added: readonly ComparedColumn[];
  readonly dropped: readonly ComparedColumn[];
  readonly retyped: readonly { readonly before: ComparedColumn; readonly after: ComparedColumn }[];
  /** A dropped and an added column that are written alike: perhaps renamed. */
  readonly renamed: readonly { readonly before: string; readonly after: string }[];
}

/**
 * Compares columns by name, and what they are written like. Columns empty on one side, or not profiled, have no type to
 * compare. Nothing before: no difference.
 */
export function schemaDifference(
  before: readonly ComparedColumn[],
  after: readonly ComparedColumn[],
): SchemaDifference {
  if (before.length === 0 || after.length === 0) return { added: [], dropped: [], retyped: [], renamed: [] };
  const [was, is] = [byName(before), byName(after)];
  const added = after.filter(({ column }) => !was.has(column));
  const dropped = before.filter(({ column }) => !is.has(column));
  const retyped = after.flatMap((column) => {
    const earlier = was.get(column.column);
    const comparable = earlier && isTyped(earlier) && isTyped(column) && isSeen(earlier) && isSeen(column);
    return comparable && earlier.looks_like !== column.looks_like ? [{ before: earlier, after: column }] : [];
  });
  return { added, dropped, retyped, renamed: renamedOf(dropped, added) };
}

/**
 * The difference as a check: error when a column the mapping reads is gone, warn on any other difference.
 *
 * @param mapped columns the mapping reads
 */
export function schemaCheck(
  source: string,
  columns: number,
  difference: SchemaDifference,
  mapped: ReadonlySet<string>,
): CheckRow {
  const { added, dropped, retyped, renamed } = difference;
  const changed = added.length + dropped.length + retyped.length;
  const broken = dropped.some(({ column }) => mapped.has(column));
  const observed = [
    ...added.map(({ column }) => `+ ${column}`),
    ...dropped.map(({ column }) => `− ${column}`),
    ...retyped.map(({ before, after }) => `${after.column}: ${before.looks_like} → ${after.looks_like}`),
    ...renamed.map(({ before, after }) => `${before} → ${after}?`),
  ];
  return checkRow({
    source,
    type: 'schema',
    severity: broken ? 'error' : 'warn',
    status: changed === 0 ? 'pass' : broken ? 'error' : 'warn',
    evaluated: columns,
    unexpected: changed,
    observed: observed.join(', '),
  });
}

/** The difference as lines of `inventory.changes`. */
export function schemaChanges(asset: string, difference: SchemaDifference): ChangeRow[] {
  const base = { asset, slice: '', rows: 0 };
  const renamedTo = new Map(difference.renamed.map(({ before, after }) => [before, after]));
  return [
    ...difference.added.map(
      ({ column, looks_like }): ChangeRow => ({
        ...base,
        kind: 'column_added',
        column,
        before: '',
        after: looks_like,
        sentence: `${asset} has a new column ${column} (${looks_like}).`,
      }),
    ),
    ...difference.dropped.map(
      ({ column, looks_like }): ChangeRow => ({
        ...base,
        kind: 'column_dropped',
        column,
        before: looks_like,
        after: renamedTo.get(column) ?? '',
        sentence: renamedTo.has(column)
          ? `${asset} lost its column ${column}; it may be called ${renamedTo.get(column)} now.`
          : `${asset} lost its column ${column}.`,
      }),
    ),
    ...difference.retyped.map(
      ({ before, after }): ChangeRow => ({
        ...base,
        kind: 'column_retyped',
        column: after.column,
        before: before.looks_like,
        after: after.looks_like,
        sentence: `${asset}.${after.column} was written as ${before.looks_like}, now as ${after.looks_like}.`,
      }),
    ),
  ];
}

/** Least rise or fall of a column's share of missing values that is told, in points. */
const nullPoints = 5;

/** Columns whose share of missing values moved by at least 5 points. */
export function nullChanges(
  before: readonly ComparedColumn[],
  after: readonly ComparedColumn[],
): ChangeRow[] {
  const was = byName(before);
  return after.flatMap((column): ChangeRow[] => {
    const earlier = was.get(column.column);
    if (!earlier || earlier.rows === 0 || column.rows === 0) return [];
    const [from, to] = [100 * earlier.null_share, 100 * column.null_share];
    if (Math.abs(to - from) < nullPoints) return [];
    return [
      {
        kind: 'nulls',
        asset: column.asset,
        column: column.column,
        slice: '',
        before: from.toFixed(1),
        after: to.toFixed(1),
        rows: column.rows,
        sentence: `${column.asset}.${column.column} is missing in ${to.toFixed(1)} % of the rows, was ${from.toFixed(1)} %.`,
      },
    ];
  });
}

function renamedOf(
  dropped: readonly ComparedColumn[],
  added: readonly ComparedColumn[],
): { before: string; after: string }[] {
  const free = new Set(added);
  return dropped.flatMap((before) => {
    const alike = [...free].filter(
      (candidate) =>
        isTyped(before) &&
        candidate.looks_like === before.looks_like &&
        candidate.signature === before.signature &&
        Math.abs(candidate.null_share - before.null_share) < 0.1,
    );
    const [after] = alike;
    if (!after || alike.length > 1) return [];
    free.delete(after);
    return [{ before: before.column, after: after.column }];
  });
}

function isTyped({ looks_like }: ComparedColumn): boolean {
  return looks_like !== 'empty' && looks_like !== notProfiled;
}

/** Fewest values on both sides for a change of type to be told: a small delta may hold nothing but a few odd ones. */
const leastValues = 30;

/** Whether enough values were seen to compare what a column is. */
export function isSeen({ rows, null_share }: Pick<ComparedColumn, 'rows' | 'null_share'>): boolean {
  return rows * (1 - null_share) >= leastValues;
}

/** What a column beyond the profile's limit looks like. */
export const notProfiled = 'not profiled';

function byName(columns: readonly ComparedColumn[]): Map<string, ComparedColumn> {
  return new Map(columns.map((column) => [column.column, column]));
}
