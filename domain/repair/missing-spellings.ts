import type { Sheet } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';

/** Spellings that people and programs write where there is no value, in lower case without outer blanks. */
const spellings = new Set(
  'n/a|n.a.|n/a.|#n/a|na|nan|null|nil|none|(null)|<null>|\\n|-|--|---|?|??|unknown|undefined|missing|not available|not applicable|no data|n.d.|tbd|tba'.split(
    '|',
  ),
);
/** Words that may be a value like any other where the column holds words. */
const words = new Set(['na', 'none', 'unknown', 'missing', 'undefined', 'nil', 'tbd', 'tba', '-', '?']);
const numericShare = 0.9;

/**
 * Finds spellings of "no value" in columns where the convention is an empty cell.
 *
 * A column's convention is empty where it has empty cells, or where the table has them somewhere; a column whose values
 * are numbers counts too. A table that writes one spelling everywhere and leaves nothing empty keeps it.
 */
export function detectMissingSpellings(sheet: Sheet): void {
  const emptySomewhere = sheet.columns.some((column) => emptyCount(column) > 0);
  for (const [number, column] of sheet.columns.entries()) {
    const numeric = isNumeric(column);
    const wrong = new Set<number>();
    for (const [code, text] of column.values.entries()) {
      const plain = text.trim().toLowerCase();
      if (text === '' || !spellings.has(plain)) continue;
      if (words.has(plain) ? numeric : numeric || emptySomewhere) wrong.add(code);
    }
    if (wrong.size === 0) continue;
    for (let row = 0; row < sheet.rows; row++) {
      if (!wrong.has(column.codes[row] ?? -1)) continue;
      sheet.suspect({
        row,
        column: number,
        reason: 'missing-spelling',
        confidence: numeric ? 0.95 : 0.8,
        repair: '',
      });
    }
  }
}

/** True for a text that means "no value" anywhere. */
export function meansMissing(text: string): boolean {
  return text === '' || spellings.has(text.trim().toLowerCase());
}

function emptyCount(column: CodedColumn): number {
  const code = column.codeOf('');
  return code === undefined ? 0 : (column.counts[code] ?? 0);
}

function isNumeric(column: CodedColumn): boolean {
  let filled = 0;
  let numbers = 0;
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    if (meansMissing(text)) continue;
    filled += count;
    if (/^[-+]?[\d.,]*\d/.test(text)) numbers += count;
  }
  return filled > 0 && numbers >= filled * numericShare;
}
