import { quotedString } from '../warehouse/quoting.ts';
import type { Dictionary, Normalizer, NormalizerData } from './normalizer.ts';
import { colours } from './normalizers-colours.ts';
import { lookup } from './normalizers-lookup.ts';

/** Words of a dictionary found in a text. Calls half_width. */
export function wordNormalizers({ brands = {}, colours: own = {} }: NormalizerData): readonly Normalizer[] {
  return [
    wordNormalizer(
      'brand',
      brands,
      'a brand of dictionaries.brands that the text names, by its canonical name',
    ),
    wordNormalizer(
      'colour',
      merged(colours, own),
      'the colour that the text names, in English: navy from Navy Blue and 藏青色; dictionaries.colours adds words',
    ),
  ];
}

function merged(base: Dictionary, more: Dictionary): Dictionary {
  const all = new Map(Object.entries(base));
  for (const [name, spellings] of Object.entries(more))
    all.set(name, [...(all.get(name) ?? []), ...spellings]);
  return Object.fromEntries(all);
}

/**
 * The first word of the dictionary in a text, the longest of those that begin there. A word of letters and digits must
 * stand alone; a Chinese word may stand inside others, a single character only alone.
 */
function wordNormalizer(name: string, dictionary: Dictionary, gives: string): Normalizer {
  const words = new Map<string, string>();
  for (const [canonical, spellings] of Object.entries(dictionary)) {
    for (const spelling of [canonical, ...spellings]) {
      const word = folded(spelling);
      if (word !== '' && !words.has(word)) words.set(word, canonical);
    }
  }
  const found = lookup(name, [...words]);
  const all = [...words.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const inside = all.filter((word) => /\p{Script=Han}/u.test(word) && [...word].length > 1);
  const alone = all.filter((word) => !/\p{Script=Han}/u.test(word));
  const text = String.raw`trim(regexp_replace(lower(half_width(t)), '[\s_-]+', ' ', 'g'))`;
  const matches = [
    found.find(text),
    ...(alone.length > 0
      ? [
          found.find(
            `regexp_extract(${text}, ${quotedString(`(?:^|[^\\p{L}\\p{N}])(${joined(alone)})(?:$|[^\\p{L}\\p{N}])`)}, 1)`,
          ),
        ]
      : []),
    ...(inside.length > 0 ? [found.find(`regexp_extract(${text}, ${quotedString(joined(inside))})`)] : []),
  ];
  return {
    name,
    parameters: [{ name: 't' }],
    sql: matches.length === 1 ? (matches[0] ?? '') : `coalesce(${matches.join(', ')})`,
    gives,
    lay: async () => found.statements,
  };
}

/** How words are compared: lower case, half width, blanks for hyphens. */
function folded(word: string): string {
  return word
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_-]+/gu, ' ')
    .trim();
}

function joined(words: readonly string[]): string {
  return words.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|');
}
