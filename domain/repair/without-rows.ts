import type { Finding } from './finding.ts';
import type { TextTable } from './text-table.ts';

/** A table, and findings about it, without some rows; the rest is numbered anew. */
export function withoutRows(left: readonly number[]): {
  readonly table: (table: TextTable) => TextTable;
  readonly findings: (all: readonly Finding[]) => Finding[];
} {
  const gone = new Set(left);
  const before = [...gone].sort((a, b) => a - b);
  const numbered = (row: number): number => row - before.filter((one) => one < row).length;
  return {
    table: ({ columns }) => ({
      columns: columns.map(({ name, values }) => ({
        name,
        values: values.filter((_, row) => !gone.has(row)),
      })),
    }),
    findings: (all) =>
      all.flatMap((finding) => (gone.has(finding.row) ? [] : [{ ...finding, row: numbered(finding.row) }])),
  };
}
