import type { Sheet } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';

const least = { support: 3, domainRows: 2, shareOfEmpty: 0.3, agreement: 0.8 } as const;

/**
 * Finds cells that hold a value of another column behind their own, as in `Springfield XX` with the second cell empty.
 *
 * The last words must be a value that the other column has elsewhere, the other cell of the row must be empty, and the
 * pair of columns must show it in several rows and a good part of the rows where the other cell is empty. Both cells
 * are repaired.
 */
export function detectShiftedValues(sheet: Sheet): void {
  for (let from = 0; from < sheet.columns.length; from++) {
    for (let into = 0; into < sheet.columns.length; into++) {
      if (from !== into) detectPair(sheet, from, into);
    }
  }
}

function detectPair(sheet: Sheet, from: number, into: number): void {
  const source = sheet.columns[from];
  const target = sheet.columns[into];
  const empty = target?.codeOf('');
  if (!source || !target || empty === undefined || (target.counts[empty] ?? 0) < least.support) return;
  const splits = new Map<number, { rest: string; tail: string } | undefined>();
  const moved: { row: number; rest: string; tail: string }[] = [];
  let open = 0;
  for (let row = 0; row < sheet.rows; row++) {
    if (target.codes[row] !== empty) continue;
    const code = source.codes[row] ?? -1;
    if (!splits.has(code)) splits.set(code, splitAt(source.values[code] ?? '', target));
    if ((source.values[code] ?? '') !== '') open++;
    const split = splits.get(code);
    if (split) moved.push({ row, ...split });
  }
  if (moved.length < least.support || moved.length < open * least.shareOfEmpty) return;
  const known = moved.filter(({ rest }) => (source.counts[source.codeOf(rest) ?? -1] ?? 0) > 0).length;
  const confidence = Math.min(0.99, 0.8 + 0.2 * (known / moved.length));
  for (const { row, rest, tail } of moved) {
    sheet.suspect({ row, column: from, reason: 'shifted-value', confidence, repair: rest });
    sheet.suspect({ row, column: into, reason: 'shifted-value', confidence, repair: tail });
  }
}

/** Splits a text where its last one to three words are a value of the other column; the longest such tail. */
function splitAt(text: string, target: CodedColumn): { rest: string; tail: string } | undefined {
  const parts = [...text.matchAll(/[\s,;|/-]+/gu)].slice(-3);
  for (const part of parts) {
    const tail = text.slice(part.index + part[0].length);
    const rest = text.slice(0, part.index);
    const rows = target.counts[target.codeOf(tail) ?? -1] ?? 0;
    if (tail !== '' && rest !== '' && rows >= least.domainRows) return { rest, tail };
  }
  return undefined;
}
