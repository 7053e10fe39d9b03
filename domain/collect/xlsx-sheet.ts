import { fileRefusal } from './reject-log.ts';
import { numberText, serialText } from './xlsx-numbers.ts';
import { plainText, type Workbook } from './xlsx-workbook.ts';
import { walkXml, type XmlAttributes } from './xml-scanner.ts';

/** A row of a sheet that has a value: its number from 1, and the texts of its cells by column from 0; holes are empty. */
export interface SheetRow {
  readonly number: number;
  readonly cells: string[];
}

/** Cells shown as one; rows and columns from 0, both ends included. */
export interface MergedCells {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Most columns and rows of a sheet. Source: the limits of the file format's own application. */
const mostColumns = 16_384;
const mostRows = 1_048_576;
const mostMerged = 100_000;

/**
 * Walks the rows of a sheet in the order they stand. Numbers become texts as their format shows days and times; booleans
 * `true` and `false`; errors their name, such as `#N/A`; a formula the value it had when the workbook was saved.
 *
 * Source: ECMA-376 part 1, 18.3.1.4 (cells), 18.3.1.73 (rows).
 *
 * @throws SourceError STK-COLLECT-DAMAGED for a place no sheet has
 */
export function walkSheet(path: string, workbook: Workbook, visit: (row: SheetRow) => void): void {
  let row: { number: number; cells: string[] } = { number: 0, cells: [] };
  let cell = { column: -1, type: '', style: 0, value: '', text: '' };
  let taking: 'value' | 'text' | undefined;
  let phonetic = 0;
  walkXml(path, {
    open(name, attributes) {
      if (name === 'row') row = { number: rowNumber(attributes('r'), row.number), cells: [] };
      else if (name === 'c') cell = openCell(attributes, cell.column, row.cells.length);
      else if (name === 'v') taking = 'value';
      else if (name === 'rPh') phonetic++;
      else if (name === 't') taking = phonetic === 0 ? 'text' : undefined;
    },
    text(text) {
      if (taking) cell[taking] += text;
    },
    close(name) {
      if (name === 'v' || name === 't') taking = undefined;
      else if (name === 'rPh') phonetic--;
      else if (name === 'c') {
        const text = cellText(cell, workbook);
        if (text !== '') setCell(row.cells, cell.column, text);
      } else if (name === 'row') {
        if (row.cells.length > 0) visit(row);
        cell = { ...cell, column: -1 };
      }
    },
  });
}

/** The merged cells of a sheet. */
export function mergedCells(path: string): MergedCells[] {
  const found: MergedCells[] = [];
  walkXml(path, {
    open(name, attributes) {
      if (name !== 'mergeCell' || found.length >= mostMerged) return;
      const [from = '', to = from] = (attributes('ref') ?? '').split(':');
      const [first, last] = [from, to].map(placeOf);
      if (first && last)
        found.push({ top: first.row, left: first.column, bottom: last.row, right: last.column });
    },
  });
  return found;
}

interface Cell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  value: string;
  text: string;
}

function openCell(attributes: XmlAttributes, previous: number, filled: number): Cell {
  const ref = attributes('r');
  const column = ref === undefined ? Math.max(previous, filled - 1) + 1 : placeOf(ref)?.column;
  if (column === undefined || column >= mostColumns) throw badPlace(ref ?? '');
  return { column, type: attributes('t') ?? 'n', style: Number(attributes('s') ?? 0), value: '', text: '' };
}

function rowNumber(ref: string | undefined, previous: number): number {
  const number = ref === undefined ? previous + 1 : Number(ref);
  if (!Number.isInteger(number) || number <= previous || number > mostRows) throw badPlace(`row ${ref}`);
  return number;
}

function setCell(cells: string[], column: number, text: string): void {
  while (cells.length < column) cells.push('');
  cells[column] = text;
}

function cellText({ type, style, value, text }: Cell, { strings, styles, date1904 }: Workbook): string {
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'inlineStr') return plainText(text);
  if (type === 'str') return plainText(value);
  if (type === 'b') return value === '' ? '' : value === '1' ? 'true' : 'false';
  if (type === 'e' || type === 'd' || value === '') return value;
  const kind = styles[style] ?? 'number';
  return kind === 'number' ? numberText(value) : serialText(Number(value), kind, date1904);
}

/** Row and column, from 0, of a place such as `AB12`. */
function placeOf(ref: string): { row: number; column: number } | undefined {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(ref) ?? [];
  if (letters === undefined) return undefined;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { row: Number(digits) - 1, column };
}

function badPlace(ref: string): Error {
  return fileRefusal(
    'STK-COLLECT-DAMAGED',
    `the sheet holds cells at a place no sheet has (${ref.slice(0, 20)})`,
  );
}
