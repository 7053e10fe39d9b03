/** What a feature stands for: a word, two words in a row, a piece of a word, a piece of a Chinese run. */
export type TermKind = 'word' | 'pair' | 'piece' | 'han';

/** Told every term of a text: its 32-bit hash, kind, and where it stands in the part it was cut from. */
export type TermVisitor = (hash: number, kind: TermKind, part: string, from: number, to: number) => void;

const kinds = { word: 1, pair: 2, piece: 3, han: 4 } as const;
const parts = /[\p{Script=Han}]+|[^\s\p{Script=Han}]+/gu;
const han = /^\p{Script=Han}/u;
const words = /[\p{L}\p{N}_]+/gu;

/**
 * Cuts a text into terms: words and pairs of words, pieces of 3 to 5 characters within a word with its borders (as
 * scikit-learn's char_wb), and runs of 1 to 3 Chinese characters.
 *
 * The text is put into Unicode NFKC and lower case, and control characters count as spaces. Pieces are cut by UTF-16 unit.
 * Terms are told by hash (FNV-1a with the kind first, then mixed): no vocabulary is kept.
 */
export function visitTerms(text: string, visit: TermVisitor): void {
  const clean = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Cc}+/gu, ' ');
  for (const [part] of clean.matchAll(parts)) {
    if (han.test(part)) visitHan(part, visit);
    else visitPieces(` ${part} `, visit);
  }
  let before: string | undefined;
  for (const [word] of clean.matchAll(words)) {
    if (han.test(word)) {
      before = undefined;
      continue;
    }
    visit(hashOf(kinds.word, word, 0, word.length), 'word', word, 0, word.length);
    if (before !== undefined) {
      const pair = `${before} ${word}`;
      visit(hashOf(kinds.pair, pair, 0, pair.length), 'pair', pair, 0, pair.length);
    }
    before = word;
  }
}

function visitPieces(part: string, visit: TermVisitor): void {
  for (let from = 0; from < part.length; from++) {
    let hash = begin(kinds.piece);
    const last = Math.min(from + 5, part.length);
    for (let at = from; at < last; at++) {
      hash = step(hash, part.charCodeAt(at));
      if (at - from >= 2) visit(mix(hash), 'piece', part, from, at + 1);
    }
  }
}

function visitHan(part: string, visit: TermVisitor): void {
  const characters = [...part];
  for (let from = 0; from < characters.length; from++) {
    for (let length = 1; length <= 3 && from + length <= characters.length; length++) {
      const term = characters.slice(from, from + length).join('');
      visit(hashOf(kinds.han, term, 0, term.length), 'han', term, 0, term.length);
    }
  }
}

function hashOf(kind: number, text: string, from: number, to: number): number {
  let hash = begin(kind);
  for (let at = from; at < to; at++) hash = step(hash, text.charCodeAt(at));
  return mix(hash);
}

function begin(kind: number): number {
  return step(0x811c9dc5, kind);
}

function step(hash: number, unit: number): number {
  return Math.imul(Math.imul(hash ^ (unit & 255), 0x01000193) ^ (unit >>> 8), 0x01000193);
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
