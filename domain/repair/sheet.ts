import type { Finding, Reason } from './finding.ts';
import { type CodedColumn, codeColumn, type TextTable, unknown } from './text-table.ts';

/** What one detector says of one cell; `column` is a column number. */
export interface Suspicion {
  readonly row: number;
  readonly column: number;
  readonly reason: Reason;
  /** In (0, 1]. */
  readonly confidence: number;
  readonly repair?: string;
}

/**
 * A table under repair: the raw cells stay, `columns` hold the working values, and each cell has at most one suspicion.
 *
 * A suspicion with a repair changes the working value; one without makes it unknown, so that it votes for nothing.
 */
export interface Sheet {
  readonly columns: readonly CodedColumn[];
  readonly rows: number;
  raw(row: number, column: number): string;
  suspicion(row: number, column: number): Suspicion | undefined;
  /** Replaces what was said of the cell before; a repair to the raw value withdraws it. */
  suspect(suspicion: Suspicion): void;
  /** Takes back what was said of a cell. */
  withdraw(row: number, column: number): void;
  /** By row, then column. */
  findings(): Finding[];
}

/** Opens a sheet over a table. */
export function openSheet(table: TextTable): Sheet {
  const columns = table.columns.map(codeColumn);
  const rows = columns[0]?.codes.length ?? 0;
  const suspicions = new Map<number, Suspicion>();
  const raw = (row: number, column: number): string => table.columns[column]?.values[row] ?? '';
  const keyOf = (row: number, column: number): number => row * columns.length + column;
  const withdraw = (row: number, column: number): void => {
    if (suspicions.delete(keyOf(row, column))) columns[column]?.assign(row, raw(row, column));
  };
  return {
    columns,
    rows,
    raw,
    suspicion: (row, column) => suspicions.get(keyOf(row, column)),
    suspect(suspicion) {
      const { row, column, repair } = suspicion;
      if (repair === raw(row, column)) return withdraw(row, column);
      suspicions.set(keyOf(row, column), suspicion);
      if (repair === undefined) columns[column]?.blank(row);
      else columns[column]?.assign(row, repair);
    },
    withdraw,
    findings: () =>
      [...suspicions.entries()]
        .sort(([a], [b]) => a - b)
        .map(([, { row, column, reason, confidence, repair }]) => ({
          row,
          column: columns[column]?.name ?? '',
          value: raw(row, column),
          reason,
          confidence,
          ...(repair === undefined ? {} : { repair }),
        })),
  };
}

/** Rows whose working value is known and not empty. */
export function filledRows(column: CodedColumn): number {
  const empty = column.codeOf('') ?? unknown;
  let filled = 0;
  for (const code of column.codes) if (code !== unknown && code !== empty) filled++;
  return filled;
}
