import type { CodePage } from './code-pages.ts';

/** How well lines read in a code page. */
export interface CodePageScore {
  readonly encoding: string;
  /** Mean plausibility of the characters beyond ASCII, about -2 to 1, less what lines that cannot be decoded cost. */
  readonly score: number;
  /** Characters beyond ASCII that were judged. */
  readonly characters: number;
  /** Share of the lines that can be decoded. */
  readonly validShare: number;
  /** What the lines read. */
  readonly text: string;
}

/**
 * Scores lines in a code page by what comes out: frequent characters of its languages speak for it; rare ones, runs of
 * accented letters, capitals inside words and mixtures of scripts within a word speak against it.
 */
export function scoreCodePage(page: CodePage, lines: readonly Buffer[]): CodePageScore {
  const decoder = new TextDecoder(page.encoding, { fatal: true });
  const sums = { score: 0, characters: 0, valid: 0, text: '' };
  for (const line of lines) {
    const text = decoded(decoder, line);
    if (text === undefined) continue;
    sums.valid++;
    sums.text += text;
    const characters = [...text];
    for (const [at, character] of characters.entries()) {
      if (character < '\u0080') continue;
      sums.characters++;
      sums.score += weightOf(page, character, characters[at - 1] ?? ' ', characters[at + 1] ?? ' ');
    }
  }
  const validShare = lines.length === 0 ? 1 : sums.valid / lines.length;
  const mean = sums.characters === 0 ? -1 : sums.score / sums.characters;
  return {
    encoding: page.encoding,
    score: mean - 3 * (1 - validShare),
    characters: sums.characters,
    validShare,
    text: sums.text,
  };
}

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function weightOf(page: CodePage, character: string, before: string, after: string): number {
  if (isNoText(character)) return -2;
  if (page.kind === 'wide') return wideWeight(page, character);
  const base = page.common.has(character) ? 1 : isLetter(character) ? -0.1 : -0.5;
  if (!isLetter(character)) return base;
  const brokenCase = isLower(before) && isUpper(character) ? 1.2 : 0;
  const strangers = [before, after].filter((other) => isLetter(other) && !isAscii(other)).length;
  if (page.kind === 'latin') return base - brokenCase - 0.4 * strangers;
  const mixed = [before, after].filter((other) => isLetter(other) && isAscii(other)).length;
  const capital = page.common.has(character.toLowerCase()) ? 0.5 : 0;
  return base + (base < 0 ? capital : 0) - brokenCase - 0.7 * mixed;
}

function wideWeight({ encoding, common, everyday }: CodePage, character: string): number {
  if (common.has(character)) return 1;
  if (/[\u3000-\u303f\uff01-\uff5e\u2018-\u201d\u2026\u2014\u00b7\uffe5]/.test(character)) return 0.6;
  const isJapanese = encoding === 'shift_jis' || encoding === 'euc-jp';
  if (/[\u3041-\u30ff]/.test(character)) return isJapanese ? 1 : -0.3;
  if (/[\uff61-\uff9f]/.test(character)) return -0.6;
  return everyday.has(character) ? 0.35 : -0.7;
}

/** Controls, private use, unassigned: what no text holds. */
function isNoText(character: string): boolean {
  return /[\p{Cc}\p{Co}\p{Cn}\p{Cs}]/u.test(character);
}

const isAscii = (character: string): boolean => character < '\u0080';
const isLetter = (character: string): boolean => /[\p{L}\p{M}]/u.test(character);
const isLower = (character: string): boolean => /\p{Ll}/u.test(character);
const isUpper = (character: string): boolean => /\p{Lu}/u.test(character);
