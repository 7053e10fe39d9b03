import { type CellType, cellType } from './cell-types.ts';
import { foldedName } from './column-names.ts';

/** Whether the first row names the columns, and why. */
export interface HeaderGuess {
  readonly header: boolean;
  readonly because: string;
}

const typed: readonly CellType[] = [
  'integer',
  'decimal',
  'date',
  'time',
  'timestamp',
  'boolean',
  'url',
  'email',
  'json',
];
const longestName = 60;

/**
 * Guesses whether the first of some rows of equal width is a header: its cells are texts where the columns below hold values
 * of a type, or names that do not occur below. A first row that holds values of a type itself is none.
 */
export function guessHeader(rows: readonly (readonly string[])[]): HeaderGuess {
  const [first, ...below] = rows;
  if (!first || first.length === 0) return { header: true, because: 'there is nothing to tell' };
  const types = first.map(cellType);
  const typedCells = types.filter((type) => typed.includes(type)).length;
  const years = first.filter((cell) => /^(19|20)\d{2}$/.test(cell.trim())).length;
  if (typedCells > years && typedCells * 10 > first.length) {
    return { header: false, because: `${typedCells} of ${first.length} cells of the first row are values` };
  }
  if (below.length === 0) return { header: true, because: 'the only row holds texts' };
  const columns = first.map((_, column) => below.map((row) => row[column] ?? ''));
  const contrasts = columns.filter((cells) => shareTyped(cells) > 0.6).length;
  if (contrasts > 0) {
    return { header: true, because: `${contrasts} of ${first.length} columns hold values below a text` };
  }
  if (years > 0 && years === typedCells && years < first.length) {
    return { header: true, because: 'the first row holds texts and years' };
  }
  return byNames(first, columns);
}

function shareTyped(cells: readonly string[]): number {
  const types = cells.map(cellType).filter((type) => type !== 'empty');
  return types.length === 0 ? 0 : types.filter((type) => typed.includes(type)).length / types.length;
}

/** Where all columns are texts: names are short, differ, and do not occur as values. */
function byNames(first: readonly string[], columns: readonly (readonly string[])[]): HeaderGuess {
  const names = first.map((cell) => cell.trim());
  const given = names.filter((name) => name !== '');
  if (new Set(given.map(foldedName)).size < given.length || given.length * 2 < names.length) {
    return { header: false, because: 'the first row repeats a text or has too few' };
  }
  if (given.some((name) => name.length > longestName || /[.!?。！？]\s|[.!?。！？]$/.test(name))) {
    return { header: false, because: 'the first row holds sentences' };
  }
  const again = columns.findIndex(
    (cells, column) => names[column] !== '' && cells.includes(first[column] ?? ''),
  );
  if (again >= 0)
    return { header: false, because: `the first row’s text in column ${again + 1} occurs again below` };
  if (names.length === 1 && !/^[\p{L}_][\p{L}\p{N}_]*( [\p{L}\p{N}_]+)?$/u.test(names[0] ?? '')) {
    return { header: false, because: 'the first row is no name' };
  }
  if (first.some((cell, column) => isOneOf(cell, columns[column] ?? []))) {
    return { header: false, because: 'the first row is written as those below are' };
  }
  return { header: true, because: 'the first row holds short texts that do not occur below' };
}

/** Whether a text with digits has the pattern of letters and digits that most others have. */
function isOneOf(text: string, others: readonly string[]): boolean {
  const pattern = patternOf(text);
  if (!pattern.includes('9')) return false;
  return others.filter((other) => patternOf(other) === pattern).length * 2 > others.length;
}

function patternOf(text: string): string {
  return text
    .trim()
    .replace(/\p{L}+/gu, 'a')
    .replace(/\d+/g, '9');
}

/** Makes names SQL can tell apart: empty ones become `column_<n>`, repeated and reserved ones get a number. */
export function distinctNames(given: readonly string[], reserved: readonly string[]): string[] {
  const taken = new Set(reserved.map(foldedName));
  return given.map((cell, index) => {
    const base = cell.trim() || `column_${index + 1}`;
    let name = base;
    for (let n = 2; taken.has(foldedName(name)); n++) name = `${base}_${n}`;
    taken.add(foldedName(name));
    return name;
  });
}
