/** Letters that no decomposition takes apart, and what they are commonly written as. */
const foldedLetters: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd' };

/**
 * Folds a text so that spellings of a word agree: case, accents, full-width and ligature forms.
 *
 * Source: NFKD without marks (Unicode Standard Annex 15).
 */
export function foldTitle(text: string): string {
  const lower = text.toLowerCase();
  if (isPlain(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßøæœłđ]/g, (letter) => foldedLetters[letter] ?? letter);
}

/**
 * Words, numbers and model numbers of a text in their order, folded. A decimal point or comma stays inside its number
 * (as a point); apostrophes vanish; every other sign parts. Runs of Chinese or Japanese signs become overlapping pairs.
 */
export function tokenizeTitle(text: string): string[] {
  const folded = foldTitle(text).replace(/['’`]/g, '');
  const tokens: string[] = [];
  for (const run of folded.match(runs) ?? []) {
    if (!ideographs.test(run)) tokens.push(run.includes(',') ? decimalPoint(run) : run);
    else tokens.push(...signPairs(run));
  }
  return tokens;
}

const runs = /[\p{L}\p{N}]+(?:(?<=\p{N})[.,](?=\p{N})[\p{L}\p{N}]+)*/gu;
const ideographs = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}

/** A comma before exactly three digits divides thousands, any other is a decimal point. */
function decimalPoint(run: string): string {
  return run.replace(/,(?=\d{3}(?!\d))/g, '').replaceAll(',', '.');
}

function signPairs(run: string): string[] {
  const signs = [...run];
  if (signs.length < 2) return signs;
  return signs.slice(1).map((sign, index) => (signs[index] ?? '') + sign);
}
