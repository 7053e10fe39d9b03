import { quotedString } from '../warehouse/quoting.ts';
import type { Normalizer } from './normalizer.ts';

const range = (from: number, to: number): string =>
  String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, at) => from + at));

/** Full-width ASCII (U+FF01 to U+FF5E) and the ideographic blank. Source: Unicode, Halfwidth and Fullwidth Forms. */
const wide = `${range(0xff01, 0xff5e)}\u3000`;
const narrow = `${range(0x21, 0x7e)} `;

/** Text as people read it: full-width forms, HTML, emoji. */
export const textNormalizers: readonly Normalizer[] = [
  {
    name: 'half_width',
    parameters: [{ name: 't' }],
    sql: `translate(t, ${quotedString(wide)}, ${quotedString(narrow)})`,
    gives: 'the text with full-width letters, digits and signs as ASCII',
  },
  {
    name: 'plain_text',
    parameters: [{ name: 't' }],
    sql: String.raw`nullif(trim(regexp_replace(regexp_replace(
      replace(replace(replace(replace(replace(replace(
        regexp_replace(regexp_replace(t, '(?is)<(script|style)\b.*?</(script|style)>', ' ', 'g'), '(?s)<(/?[a-zA-Z][^<>]*|!--.*?--)>', ' ', 'g'),
      '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'),
      '[\p{So}\x{1f3fb}-\x{1f3ff}\x{fe0f}\x{200d}\x{20e3}]', ' ', 'g'), '\s+', ' ', 'g')), '')`,
    gives: 'a text without HTML, emoji and repeated blanks',
  },
];
