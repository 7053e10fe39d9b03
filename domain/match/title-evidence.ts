import { codeKind, type TermKinds, wordKind } from './title-kinds.ts';
import type { TermTable } from './title-terms.ts';

/**
 * What becomes of a term of one record in the other: it is there (`same`), in another spelling (`similar`), the other has another
 * term of its kind instead (`contradicted`), or nothing of its kind (`omitted`).
 */
export const outcome = { same: 0, similar: 1, contradicted: 2, omitted: 3 } as const;
export const outcomes = 4;

/** Called for each term of either record; a term of both is told twice. */
export type Tell = (term: number, outcome: number) => void;

/** Compares two records term by term. */
export type Compare = (left: number, right: number, tell: Tell) => void;

/** Most terms of a record that are compared; the rest of a very long text is passed over. */
const mostTerms = 256;

/**
 * Makes the comparison of a table's records; it allocates nothing per pair.
 *
 * Spellings are paired one to one in ascending order of the terms' numbers, so that the result is the same either way round up to
 * which of several spellings is paired.
 */
export function createCompare(table: TermTable, { kindOf, kinds }: TermKinds): Compare {
  const { vocabulary, offsets, terms } = table;
  const masks = Int32Array.from(vocabulary, letterMask);
  const [left, right] = [createSide(kinds), createSide(kinds)];
  const pairSpellings = (tell: Tell): void => {
    for (let i = 0; i < left.count; i++) {
      const a = left.open[i] as number;
      for (let j = 0; j < right.count; j++) {
        const b = right.open[j] as number;
        if (b < 0 || bitCount((masks[a] as number) ^ (masks[b] as number)) > 4) continue;
        if (
          kindOf[a] !== kindOf[b] ||
          !isSpelling(vocabulary[a] as string, vocabulary[b] as string, kindOf[a] as number)
        )
          continue;
        tell(a, outcome.similar);
        tell(b, outcome.similar);
        left.open[i] = -1;
        right.open[j] = -1;
        break;
      }
    }
  };
  const countKinds = (side: Side, step: 1 | 0): void => {
    for (let at = 0; at < side.count; at++) {
      const term = side.open[at] as number;
      if (term >= 0) side.ofKind[kindOf[term] as number] = step;
    }
  };
  const tellOpen = (side: Side, other: Side, tell: Tell): void => {
    for (let at = 0; at < side.count; at++) {
      const term = side.open[at] as number;
      if (term < 0) continue;
      tell(term, other.ofKind[kindOf[term] as number] === 0 ? outcome.omitted : outcome.contradicted);
    }
  };
  return (leftRecord, rightRecord, tell) => {
    let [l, r] = [offsets[leftRecord] as number, offsets[rightRecord] as number];
    const endLeft = Math.min(offsets[leftRecord + 1] as number, l + mostTerms);
    const endRight = Math.min(offsets[rightRecord + 1] as number, r + mostTerms);
    left.count = 0;
    right.count = 0;
    while (l < endLeft || r < endRight) {
      const a = l < endLeft ? (terms[l] as number) : last;
      const b = r < endRight ? (terms[r] as number) : last;
      if (a === b) {
        tell(a, outcome.same);
        tell(a, outcome.same);
      } else if (a < b) left.open[left.count++] = a;
      else right.open[right.count++] = b;
      if (a <= b) l++;
      if (b <= a) r++;
    }
    if (left.count > 0 && right.count > 0) pairSpellings(tell);
    countKinds(left, 1);
    countKinds(right, 1);
    tellOpen(left, right, tell);
    tellOpen(right, left, tell);
    countKinds(left, 0);
    countKinds(right, 0);
  };
}

/** Behind every term. */
const last = 0x7fffffff;

/** Terms of one record that the other lacks, and which kinds they are of. */
interface Side {
  readonly open: Int32Array;
  readonly ofKind: Uint8Array;
  count: number;
}

function createSide(kinds: number): Side {
  return { open: new Int32Array(mostTerms), ofKind: new Uint8Array(kinds), count: 0 };
}

/** Whether two different terms can be spellings of one: a code with an ending, or a longer word with one slip. */
export function isSpelling(a: string, b: string, kind: number): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (kind === codeKind)
    return short.length >= 5 && long.length - short.length <= 4 && long.startsWith(short);
  return (
    kind === wordKind && short.length >= 5 && long.length - short.length <= 1 && isOneSlipApart(short, long)
  );
}

/** One letter changed, added, left out, or two neighbours swapped; `short` is not the longer one. */
function isOneSlipApart(short: string, long: string): boolean {
  let from = 0;
  while (from < short.length && short.charCodeAt(from) === long.charCodeAt(from)) from++;
  let [endShort, endLong] = [short.length, long.length];
  while (
    endShort > from &&
    endLong > from &&
    short.charCodeAt(endShort - 1) === long.charCodeAt(endLong - 1)
  ) {
    endShort--;
    endLong--;
  }
  if (endShort - from <= 1 && endLong - from <= 1) return true;
  return (
    endShort - from === 2 &&
    endLong - from === 2 &&
    short[from] === long[from + 1] &&
    short[from + 1] === long[from]
  );
}

/** Which letters a text has, by the last five bits of each: spellings of one word differ in four bits at most. */
function letterMask(text: string): number {
  let mask = 0;
  for (let index = 0; index < text.length; index++) mask |= 1 << (text.charCodeAt(index) & 31);
  return mask;
}

/** Source: Hacker's Delight (Warren), section 5-1. */
function bitCount(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
