import { quotedString } from '../warehouse/quoting.ts';

/**
 * What counts as blank at the ends of a text: Unicode's White_Space characters, and the two invisible ones that exports
 * leave behind, the zero width space (U+200B) and the byte order mark (U+FEFF).
 *
 * Source: Unicode 15.1, PropList.txt, White_Space.
 */
export const blanks = String.fromCodePoint(
  ...[0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680],
  ...[0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a],
  ...[0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0x200b, 0xfeff],
);

/** The blanks a text of ASCII alone can end in. */
const plainBlanks = [...blanks].filter((blank) => blank <= ' ');

const bytesOfRawText = 4096;

/**
 * The clean form of a text expression: composed (NFC), without blanks at its ends, null when nothing is left.
 *
 * Plain ASCII without outer blanks is its own clean form and skips the work; asking by lengths and ends costs a third of
 * what a regular expression does. `nfc_normalize` ends a text at its first
 * NUL, so a text with NULs is composed piece by piece: NULs are kept, nothing is cut.
 *
 * @param text a column reference; it is repeated in the result
 */
export function cleanTextSql(text: string): string {
  const trimmed = (composed: string): string => `nullif(trim(${composed}, ${quotedString(blanks)}), '')`;
  const endsBlank = plainBlanks
    .map((blank) => `ends_with(${text}, chr(${blank.charCodeAt(0)}))`)
    .join(' or ');
  const pieces = `list_transform(string_split(${text}, chr(0)), lambda piece: nfc_normalize(piece))`;
  return `case
    when strlen(${text}) = length(${text}) and ${text} >= '!' and not (${endsBlank}) then ${text}
    when contains(${text}, chr(0)) then ${trimmed(`array_to_string(${pieces}, chr(0))`)}
    else ${trimmed(`nfc_normalize(${text})`)}
  end`;
}

/** The clean form of a text of the configuration, so that it compares with clean values. */
export function cleanText(text: string): string {
  const isBlank = (character: string | undefined): boolean =>
    character !== undefined && blanks.includes(character);
  const characters = [...text.normalize('NFC')];
  let start = 0;
  let end = characters.length;
  while (start < end && isBlank(characters[start])) start += 1;
  while (end > start && isBlank(characters[end - 1])) end -= 1;
  return characters.slice(start, end).join('');
}

/**
 * A text cut to at most 4 KB of UTF-8, never inside a character.
 *
 * @param text a column reference; it is repeated in the result
 */
export function cutTextSql(text: string): string {
  const candidates = [0, 1, 2, 3].map((less) => `try(decode(encode(${text})[1:${bytesOfRawText - less}]))`);
  return `case
    when strlen(${text}) <= ${bytesOfRawText} then ${text}
    else coalesce(${candidates.join(', ')})
  end`;
}
