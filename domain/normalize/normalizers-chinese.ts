import type { Normalizer } from './normalizer.ts';
import { lookup } from './normalizers-lookup.ts';

const first = 0x3400;
const last = 0x9fff;
const pairs = lookup('simplified', []);

/** Chinese text in one script. */
export const chineseNormalizers: readonly Normalizer[] = [
  {
    name: 'simplified',
    parameters: [{ name: 't' }],
    sql: String.raw`case when regexp_matches(t, '\p{Han}')
      then array_to_string(list_transform(string_split(t, ''), lambda c: coalesce(${pairs.find('c')}, c)), '')
      else t end`,
    gives: 'the text with traditional Chinese characters as simplified ones, character by character',
    lay: async () => lookup('simplified', await characterPairs()).statements,
  },
];

/**
 * Traditional characters of the Basic and A planes with their simplified forms, some 3 100.
 *
 * Source: OpenCC's character tables, by opencc-js; loaded when a source calls the normalizer.
 */
async function characterPairs(): Promise<(readonly [string, string])[]> {
  const { Converter } = await import('opencc-js/t2cn');
  const simplified = Converter({ from: 't', to: 'cn' });
  const found: (readonly [string, string])[] = [];
  for (let code = first; code <= last; code++) {
    const character = String.fromCodePoint(code);
    const simple = simplified(character);
    if (simple !== character && [...simple].length === 1) found.push([character, simple]);
  }
  return found;
}
