/** What a text says, taken apart for comparing; lists are in order and without repeats. */
export interface PairTokens {
  /** Words, parts of words and numbers, folded; Chinese and Japanese as pairs of signs. */
  readonly words: readonly string[];
  /** Per word, the run of signs it stands in, punctuation taken out (`kxtg4323b` of `kx-tg4323b`). */
  readonly runs: readonly string[];
  /** Model numbers: runs with a digit and a letter from four signs, or five digits; punctuation taken out. */
  readonly codes: readonly string[];
  /** Numbers without a letter, as they are written shortest (`2` of `2.0`). */
  readonly numbers: readonly string[];
  /** A number and the word behind it (`46 lcd`): what is measured. */
  readonly measures: readonly { readonly unit: string; readonly number: string }[];
  /** Letters and digits only. */
  readonly squashed: string;
}

/** Folds case, accents and full-width forms, so that the spellings of a word agree. */
export function foldPairText(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Letters and digits of a folded text. */
export function squash(folded: string): string {
  return folded.replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Takes a text apart. */
export function tokenizePairText(text: string): PairTokens {
  const folded = foldPairText(text);
  const words = new Map<string, string>();
  const codes = new Set<string>();
  const numbers = new Set<string>();
  const measures: { unit: string; number: string }[] = [];
  let open: string | undefined;
  for (const [run] of folded.matchAll(/\S+/gu)) {
    const joined = squash(run);
    const parts = run.match(partPattern) ?? [];
    if (parts.length > 0 && isCode(joined) && !/^\d+[.,]\d+$/.test(run)) codes.add(joined);
    for (const part of parts) {
      if (parts.length > 1 && isCode(part)) codes.add(part);
      for (const word of wordsOf(part)) {
        if (!words.has(word)) words.set(word, parts.length > 1 ? joined : word);
        if (/^[\d.]+$/.test(word)) {
          numbers.add(word);
          open = word;
        } else if (open !== undefined) {
          measures.push({ unit: word, number: open });
          open = undefined;
        }
      }
    }
    if (parts.length === 0 && open !== undefined && /["'″”°%$€£]/.test(run)) {
      measures.push({ unit: '′', number: open });
      open = undefined;
    }
  }
  return {
    words: [...words.keys()],
    runs: [...words.values()],
    codes: [...codes],
    numbers: [...numbers],
    measures,
    squashed: squash(folded),
  };
}

const partPattern = /\d+(?:[.,]\d+)+(?!\p{L})|[\p{L}\p{N}]+/gu;
const ideographs = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

function isCode(run: string): boolean {
  return /^\d{5,}$/.test(run) || (run.length >= 4 && /\d/.test(run) && /\p{L}/u.test(run));
}

/** The words of a part: a number and its unit are two (`25ft`), signs of Chinese and Japanese go in pairs. */
function wordsOf(part: string): string[] {
  if (ideographs.test(part)) return signPairs(part);
  const measured = /^(\d+(?:[.,]\d+)*)(\p{L}{1,3})$/u.exec(part);
  if (measured?.[1] && measured[2]) return [plainNumber(measured[1]), measured[2]];
  return [/^\d[\d.,]*$/.test(part) ? plainNumber(part) : part];
}

/** A comma before three digits divides thousands, another one is a decimal point; trailing zeros fall away. */
function plainNumber(text: string): string {
  const plain = text.replace(/,(?=\d{3}(?:\D|$))/g, '').replace(',', '.');
  const isDecimal = /^\d+\.\d+$/.test(plain);
  return isDecimal ? plain.replace(/\.?0+$/, '') : plain;
}

function signPairs(run: string): string[] {
  const signs = [...run];
  if (signs.length < 2) return signs;
  return signs.slice(0, -1).map((sign, index) => sign + (signs[index + 1] ?? ''));
}
