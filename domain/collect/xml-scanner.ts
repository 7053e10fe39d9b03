import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { fileRefusal } from './reject-log.ts';

/** Told about the parts of an XML text in order. Names come without their namespace prefix. */
export interface XmlVisitor {
  open?(name: string, attributes: XmlAttributes): void;
  close?(name: string): void;
  text?(text: string): void;
}

/** The value of an attribute by its name without prefix, entities replaced; undefined where it is not there. */
export type XmlAttributes = (name: string) => string | undefined;

const pieceBytes = 1 << 18;
/** Longest tag, or text between two tags, that is taken. */
const longestToken = 1 << 24;
const deepest = 256;

/**
 * Walks an XML file piece by piece in bounded memory: elements, attributes, texts, CDATA. Comments and processing instructions
 * are passed over; only the five predefined entities and character references are replaced.
 *
 * @throws SourceError STK-COLLECT-DAMAGED for a document type declaration (the way entities are defined, and abused), for
 *   broken markup and for a token of more than 16 Mi characters
 */
export function walkXml(path: string, visitor: XmlVisitor): void {
  const file = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const piece = Buffer.alloc(pieceBytes);
  const open: string[] = [];
  let rest = '';
  try {
    for (;;) {
      const count = readSync(file, piece, 0, pieceBytes, null);
      rest += count > 0 ? decoder.write(piece.subarray(0, count)) : decoder.end();
      rest = rest.slice(walkPiece(rest, count === 0, open, visitor));
      if (rest.length > longestToken) throw broken('a token is longer than 16 Mi characters');
      if (count === 0) break;
    }
    if (open.length > 0 || rest.trim() !== '') throw broken('it ends within an element');
  } finally {
    closeSync(file);
  }
}

/** Works all whole tokens; returns how many characters they took. */
function walkPiece(text: string, atEnd: boolean, open: string[], visitor: XmlVisitor): number {
  let at = 0;
  for (;;) {
    const tag = text.indexOf('<', at);
    if (tag < 0) {
      if (!atEnd) return at;
      if (open.length > 0 && text.length > at) visitor.text?.(unescaped(text.slice(at)));
      return text.length;
    }
    const end = tokenEnd(text, tag);
    if (end < 0) return at;
    if (tag > at && open.length > 0) visitor.text?.(unescaped(text.slice(at, tag)));
    takeToken(text.slice(tag, end), open, visitor);
    at = end;
  }
}

/** Behind a tag, comment, instruction or CDATA; -1 where the text ends first. */
function tokenEnd(text: string, start: number): number {
  for (const [opening, closing] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const) {
    if (!text.startsWith(opening, start)) continue;
    const end = text.indexOf(closing, start + opening.length);
    return end < 0 ? -1 : end + closing.length;
  }
  for (let i = start + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '>') return i + 1;
    if (c !== '"' && c !== "'") continue;
    i = text.indexOf(c, i + 1);
    if (i < 0) return -1;
  }
  return -1;
}

function takeToken(token: string, open: string[], visitor: XmlVisitor): void {
  if (token.startsWith('<!--') || token.startsWith('<?')) return;
  if (token.startsWith('<![CDATA[')) visitor.text?.(token.slice(9, -3));
  else if (token.startsWith('<!')) throw broken('it declares a document type, which no workbook does');
  else if (token.startsWith('</')) {
    const name = plainName(token.slice(2, -1).trim());
    if (open.pop() !== name) throw broken(`</${name}> closes nothing`);
    visitor.close?.(name);
  } else {
    const selfClosing = token.endsWith('/>');
    const body = token.slice(1, selfClosing ? -2 : -1);
    const name = plainName(/^[^\s/>]*/.exec(body)?.[0] ?? '');
    visitor.open?.(name, (wanted) => attribute(body, wanted));
    if (selfClosing) visitor.close?.(name);
    else if (open.push(name) > deepest) throw broken(`it is nested more than ${deepest} levels deep`);
  }
}

const plainName = (name: string): string => name.slice(name.indexOf(':') + 1);

function attribute(body: string, wanted: string): string | undefined {
  for (const [, name = '', double, single] of body.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (plainName(name) === wanted) return unescaped(double ?? single ?? '');
  }
  return undefined;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([\da-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
      ? String.fromCodePoint(code)
      : '\ufffd';
  });
}

function broken(what: string): Error {
  return fileRefusal('STK-COLLECT-DAMAGED', `the workbook holds XML that is not as it must be: ${what}`);
}
