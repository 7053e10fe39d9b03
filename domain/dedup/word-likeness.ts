/** How alike two words are written, 0 to 1: how much of each word the other accounts for. */
export interface WordLikeness {
  readonly left: number;
  readonly right: number;
  /** Whether the words can be one word; parts of a compound cannot, and may go with further parts. */
  readonly isWhole: boolean;
}

const none: WordLikeness = { left: 0, right: 0, isWhole: true };

/**
 * Compares two different folded words as spellings of one.
 *
 * - an abbreviation with full stop and a word it begins (`run.`): 0.9
 * - one letter off (changed, added, left out, swapped), from four letters: 0.9, of four letters 0.8
 * - the first three or four letters: 0.85
 * - first letter and some later consonants in order (`blk`, `jkt`): 0.8
 * - a word and its inflection (up to two letters more, `shoe`, `shoes`): 0.85
 * - a part of a compound (`sleeping` in `sleepingbag`): the part 0.85, the compound by the part's share of letters
 * - model numbers (anything with a digit): only when one begins the other, from four signs, 0.9
 *
 * Source: edit operations of Damerau (1964), at most one.
 */
export function likenessOf(left: string, right: string): WordLikeness {
  if (left.length <= right.length) return spelledLike(left, right);
  const { left: long, right: short, isWhole } = spelledLike(right, left);
  return { left: short, right: long, isWhole };
}

/** Whether one word is the other with an ending of one or two letters. */
export function isInflection(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 3 && long.length - short.length <= 2 && long.startsWith(short);
}

function spelledLike(short: string, long: string): WordLikeness {
  if (/\d/.test(short + long)) return short.length >= 4 && long.startsWith(short) ? whole(0.9) : none;
  const stem = stemOf(short);
  if (stem !== short && long.startsWith(stem)) return whole(0.9);
  if (isInflection(short, long)) return whole(0.85);
  if (short.length >= 4 && isOneEditApart(short, long)) return whole(short.length > 4 ? 0.9 : 0.8);
  if ((short.length === 3 || short.length === 4) && long.startsWith(short)) return whole(0.85);
  if (short.length >= 4 && long.includes(short)) {
    return { left: 0.85, right: (0.85 * short.length) / long.length, isWhole: false };
  }
  return isSkeletonOf(short, long) ? whole(0.8) : none;
}

/** An abbreviation without its full stop. */
function stemOf(word: string): string {
  return word.endsWith('.') ? word.slice(0, -1) : word;
}

function whole(likeness: number): WordLikeness {
  return { left: likeness, right: likeness, isWhole: true };
}

/** Whether the short word is the long one's first letter and some of its later consonants, in order. */
function isSkeletonOf(short: string, long: string): boolean {
  if (short.length < 2 || short.length >= long.length || short[0] !== long[0]) return false;
  if (/[aeiouy.]/.test(short.slice(1))) return false;
  let place = 0;
  for (const letter of long) if (letter === short[place]) place++;
  return place === short.length;
}

/** Whether one change, insertion, removal or swap of neighbours turns one word into the other. */
export function isOneEditApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1 || a === b) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  if (long.length > short.length) return short.slice(start) === long.slice(start + 1);
  if (short.slice(start + 1) === long.slice(start + 1)) return true;
  return (
    short[start] === long[start + 1] &&
    short[start + 1] === long[start] &&
    short.slice(start + 2) === long.slice(start + 2)
  );
}
