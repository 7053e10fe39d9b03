import { editDistance } from './edit-distance.ts';
import type { Sheet } from './sheet.ts';
import type { CodedColumn } from './text-table.ts';

const limits = {
  /** Least rows of a value that others may be slips of; how many times rarer a slip is. */
  rows: 5,
  rarer: 20,
  /** Least share of a column's rows with such values. */
  covered: 0.5,
  /** Most frequent values looked at. */
  values: 500,
  /** One slip per so many characters. */
  charactersPerSlip: 5,
  shortest: 4,
  /** Words are looked at that stand in this share of the rows, and have so many characters. */
  wordShare: 0.05,
  shortestWord: 5,
  /** A slip writes a pair of characters that is this rare beside the frequent value. */
  pairShare: 0.05,
} as const;

/**
 * Finds slips of the pen in columns of repeated values: a rare text a few edits away from a frequent one, with a pair of
 * characters that the column hardly has otherwise. A text with other digits is another value, not a slip.
 *
 * Where whole values vary, single words are looked at in the same way (`12 pieecs` → `12 pieces`).
 */
export function detectTypos(sheet: Sheet): void {
  for (const [number, column] of sheet.columns.entries()) {
    const repairs = new Map([...wordSlips(column), ...valueSlips(column)]);
    if (repairs.size === 0) continue;
    for (let row = 0; row < sheet.rows; row++) {
      const slip = repairs.get(column.values[column.codes[row] ?? -1] ?? '');
      if (slip === undefined || sheet.suspicion(row, number)) continue;
      sheet.suspect({ row, column: number, reason: 'typo', confidence: 0.85, repair: slip });
    }
  }
}

/** Texts with the rows they stand in. */
type Tally = Map<string, number>;

function valueSlips(column: CodedColumn): Map<string, string> {
  const tally: Tally = new Map();
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    if (text !== '' && count > 0) tally.set(text, count);
  }
  const rows = [...tally.values()];
  const total = rows.reduce((sum, count) => sum + count, 0);
  const covered = rows.reduce((sum, count) => sum + (count >= limits.rows ? count : 0), 0);
  return covered < total * limits.covered ? new Map() : slipsAmong(tally, limits.rows);
}

function wordSlips(column: CodedColumn): Map<string, string> {
  const tally: Tally = new Map();
  let filled = 0;
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    if (count === 0) continue;
    filled += count;
    for (const word of new Set(text.split(' ')))
      if (word !== '') tally.set(word, (tally.get(word) ?? 0) + count);
  }
  const slips = slipsAmong(tally, Math.max(limits.rows, filled * limits.wordShare), limits.shortestWord);
  const repairs = new Map<string, string>();
  if (slips.size === 0) return repairs;
  for (const [code, text] of column.values.entries()) {
    if ((column.counts[code] ?? 0) === 0 || !text.includes(' ')) continue;
    const repaired = text
      .split(' ')
      .map((word) => slips.get(word) ?? word)
      .join(' ');
    if (repaired !== text) repairs.set(text, repaired);
  }
  return repairs;
}

function slipsAmong(tally: Tally, rows: number, shortest: number = limits.shortest): Map<string, string> {
  const slips = new Map<string, string>();
  const frequent = [...tally]
    .filter(([text, count]) => count >= rows && text.length >= shortest && /\p{L}/u.test(text))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, limits.values)
    .map(([text, count]) => ({ text, count, mask: maskOf(text) }));
  if (frequent.length === 0) return slips;
  const pairs = pairCounts(tally);
  const most = frequent[0]?.count ?? 0;
  for (const [text, count] of tally) {
    if (count * limits.rarer > most || text.length < shortest - 1) continue;
    const mask = maskOf(text);
    const rarest = rarestPair(text, pairs);
    const right = frequent.find(
      (value) =>
        count * limits.rarer <= value.count &&
        rarest <= value.count * limits.pairShare &&
        bits(mask ^ value.mask) <= 2 * slipsAllowed(value.text) &&
        isSlip(text, value.text),
    );
    if (right) slips.set(text, right.text);
  }
  return slips;
}

function slipsAllowed(text: string): number {
  return Math.max(1, Math.floor(text.length / limits.charactersPerSlip));
}

function isSlip(written: string, right: string): boolean {
  const digits = (text: string): string => (text.match(/\p{Nd}+/gu) ?? []).join(' ');
  return digits(written) === digits(right) && editDistance(written, right, slipsAllowed(right)) !== undefined;
}

function pairCounts(tally: Tally): Tally {
  const pairs: Tally = new Map();
  for (const [text, count] of tally) {
    for (const pair of pairsOf(text)) pairs.set(pair, (pairs.get(pair) ?? 0) + count);
  }
  return pairs;
}

function rarestPair(text: string, pairs: Tally): number {
  let rarest = Number.POSITIVE_INFINITY;
  for (const pair of pairsOf(text)) rarest = Math.min(rarest, pairs.get(pair) ?? 0);
  return rarest;
}

/** Neighbouring characters, the ends of the text included. */
function pairsOf(text: string): Set<string> {
  const framed = `\u0002${text}\u0003`;
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < framed.length; at++) pairs.add(framed.slice(at, at + 2));
  return pairs;
}

/** Which characters a text has, folded into 31 bits. */
function maskOf(text: string): number {
  let mask = 0;
  for (let at = 0; at < text.length; at++) mask |= 1 << (text.charCodeAt(at) % 31);
  return mask;
}

function bits(mask: number): number {
  let left = mask;
  let count = 0;
  while (left !== 0) {
    left &= left - 1;
    count++;
  }
  return count;
}
