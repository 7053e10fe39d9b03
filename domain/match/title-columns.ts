import { tokenizeTitle } from './title-tokens.ts';

/** Mean words of a column above which it is running text and no name. */
const longestName = 15;
/** Records looked at. */
const recordsLookedAt = 1000;

/**
 * Cuts running text (descriptions) down to its codes, words with digits in them: what a description happens to mention or leaves out
 * tells little of what a thing is, its model number much. Where all columns are running text they stay as they are.
 *
 * @param texts per record the texts of its columns, as many for each
 */
export function namingTexts(texts: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const isLong = longColumns(texts);
  if (!isLong.includes(true) || !isLong.includes(false)) return texts;
  return texts.map((columns) => columns.map((text, column) => (isLong[column] ? codesOf(text) : text)));
}

function longColumns(texts: readonly (readonly string[])[]): boolean[] {
  const step = Math.max(1, Math.floor(texts.length / recordsLookedAt));
  const sample = texts.filter((_, record) => record % step === 0);
  return (texts[0] ?? []).map((_, column) => {
    let [words, filled] = [0, 0];
    for (const columns of sample) {
      const count = tokenizeTitle(columns[column] ?? '').length;
      words += count;
      if (count > 0) filled++;
    }
    return words > longestName * filled;
  });
}

function codesOf(text: string): string {
  return tokenizeTitle(text)
    .filter((token) => token.length >= 5 && /\p{N}/u.test(token) && /\p{L}/u.test(token))
    .join(' / ');
}
