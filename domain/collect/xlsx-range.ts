import { cellType } from './cell-types.ts';
import { guessHeader } from './guess-header.ts';
import { type MergedCells, mergedCells, type SheetRow, walkSheet } from './xlsx-sheet.ts';
import type { Workbook } from './xlsx-workbook.ts';

/** Where the table of a sheet stands. Columns from 0, rows from 1; `right` below `left` where the sheet is empty. */
export interface SheetRange {
  readonly left: number;
  readonly right: number;
  /** First row of data. */
  readonly firstRow: number;
  readonly header: boolean;
  readonly headerBecause: string;
  /** Names as the sheet gives them, from `left` on. */
  readonly names: readonly string[];
}

/** What was chosen of a workbook. */
export interface SheetGuess {
  readonly sheet: string;
  /** Sheets that were not read. */
  readonly otherSheets: readonly string[];
  readonly header: boolean;
  readonly headerBecause: string;
}

const sampleRows = 500;
const mostPreamble = 40;

/**
 * Finds the table of a sheet: its header is the first row that fills at least half of the columns most rows have. A header
 * over two rows, joined by merged cells, gives names of both.
 *
 * @param stated whether there is a header, where that is known
 */
export function sheetRange(path: string, workbook: Workbook, stated: boolean | undefined): SheetRange {
  const rows: SheetRow[] = [];
  walkSheet(path, workbook, (row) => {
    if (rows.length < sampleRows) rows.push(row);
  });
  const [first] = rows;
  if (!first) {
    return { left: 0, right: -1, firstRow: 1, header: true, headerBecause: 'the sheet is empty', names: [] };
  }
  const filled = rows.map(({ cells }) => cells.filter((cell) => cell !== '').length);
  const usual = middle(filled.filter((count) => count > 0));
  const at = Math.max(
    0,
    filled.findIndex((count, index) => index <= mostPreamble && count * 2 >= usual),
  );
  const merged = mergedCells(path);
  const spread = rows.slice(at, at + 2).map((row) => spreadMerged(row, rows, merged));
  const table = [...spread, ...rows.slice(at + 2)];
  const left = Math.min(...table.map(({ cells }) => cells.findIndex((cell) => cell !== '')));
  const right = Math.max(...usualEnds(table));
  const cut = table.map(({ cells }) =>
    Array.from({ length: right - left + 1 }, (_, index) => cells[left + index] ?? ''),
  );
  const guessed = guessHeader(cut.slice(0, 200));
  const header = stated ?? guessed.header;
  const common = {
    left,
    right,
    header,
    headerBecause: stated === undefined ? guessed.because : 'the source says so',
  };
  const top = table[0] as SheetRow;
  if (!header) return { ...common, firstRow: top.number, names: [] };
  const [names = [], below = []] = cut;
  if (isGrouped(top.number, merged, names, below)) {
    const both = names.map((name, index) => joined(name, below[index] ?? ''));
    return { ...common, firstRow: (table[1] as SheetRow).number + 1, names: both };
  }
  return { ...common, firstRow: top.number + 1, names };
}

function middle(counts: readonly number[]): number {
  return [...counts].sort((a, b) => a - b)[counts.length >> 1] ?? 0;
}

/** The last columns of the header and of all rows but the few that reach further than nine in ten do. */
function usualEnds(rows: readonly SheetRow[]): number[] {
  const ends = rows.map(({ cells }) => cells.length - 1);
  const sorted = [...ends].sort((a, b) => a - b);
  return [ends[0] ?? 0, sorted[Math.floor((sorted.length - 1) * 0.9)] ?? 0];
}

/** Gives all cells of a merged range in this row the value of its first cell. */
function spreadMerged(row: SheetRow, rows: readonly SheetRow[], merged: readonly MergedCells[]): SheetRow {
  const cells = [...row.cells];
  for (const { top, left, bottom, right } of merged) {
    if (top > row.number - 1 || bottom < row.number - 1) continue;
    const value = rows.find(({ number }) => number === top + 1)?.cells[left] ?? '';
    for (let column = left; column <= Math.min(right, left + 1000); column++) {
      while (cells.length < column) cells.push('');
      cells[column] = value;
    }
  }
  return { number: row.number, cells };
}

/** Whether the row below the header divides what merged cells of the header group. */
function isGrouped(
  number: number,
  merged: readonly MergedCells[],
  names: readonly string[],
  below: readonly string[],
): boolean {
  const groups = merged.filter(
    ({ top, left, right, bottom }) => top === number - 1 && (right > left || bottom > top),
  );
  if (groups.length === 0 || new Set(names).size === names.length) return false;
  return below.every((cell) => cell === '' || ['word', 'text'].includes(cellType(cell)));
}

function joined(group: string, name: string): string {
  return name === '' || name === group ? group : group === '' ? name : `${group} ${name}`;
}
