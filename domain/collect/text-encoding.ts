import { closeSync, openSync, readSync } from 'node:fs';
import { type ByteWindow, openWindow } from './byte-window.ts';
import { lf } from './csv-scanner.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';

/** How a text file is decoded. Encodings are WHATWG labels. */
export interface TextRules {
  readonly encoding: string;
  /** Used for the whole file where its bytes are not valid in `encoding`. */
  readonly fallbackEncoding?: string | undefined;
}

/** A file as UTF-8. */
export interface Utf8Text {
  readonly path: string;
  /** The encoding used, by its WHATWG name. */
  readonly encoding: string;
}

/**
 * The WHATWG name of an encoding label, or undefined where there is no such encoding.
 *
 * Source: WHATWG Encoding Standard, names and labels.
 */
export function encodingName(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Gives a text file as UTF-8: the file itself where it is UTF-8 already, else a decoded copy at `copy`.
 *
 * A UTF-16 byte order mark wins over the stated encoding. In a decoded copy, a line that cannot be decoded keeps its bad
 * places as the byte FF, so that whoever checks for UTF-8 rejects that line and no other.
 */
export function asUtf8(path: string, copy: string, rules: TextRules): Utf8Text {
  const stated = markedEncoding(path) ?? nameOf(rules.encoding);
  const fallback = rules.fallbackEncoding === undefined ? undefined : nameOf(rules.fallbackEncoding);
  if (stated === 'utf-8') {
    if (fallback === undefined || fallback === 'utf-8' || isUtf8File(path)) return { path, encoding: stated };
    decodeFile(path, copy, fallback);
    return { path: copy, encoding: fallback };
  }
  const badLines = decodeFile(path, copy, stated);
  if (badLines === 0 || fallback === undefined) return { path: copy, encoding: stated };
  if (fallback === 'utf-8') return { path, encoding: fallback };
  decodeFile(path, copy, fallback);
  return { path: copy, encoding: fallback };
}

function nameOf(label: string): string {
  return encodingName(label) ?? label;
}

function markedEncoding(path: string): string | undefined {
  const head = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, 2, 0);
  } finally {
    closeSync(file);
  }
  const mark = head.readUInt16BE();
  if (mark === 0xfffe) return 'utf-16le';
  return mark === 0xfeff ? 'utf-16be' : undefined;
}

function isUtf8File(path: string): boolean {
  const window = openWindow(path);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    while (window.more()) {
      decoder.decode(window.bytes.subarray(window.start, window.end), { stream: true });
      window.start = window.end;
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  } finally {
    window.close();
  }
}

/** Decodes a file piece by piece, each piece ending with a line. Returns how many lines could not be decoded. */
function decodeFile(path: string, copy: string, encoding: string): number {
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be';
  const decoder = wide ? utf16Decoder(encoding === 'utf-16be') : byteDecoder(encoding);
  const window = openWindow(path);
  const writer = createLineWriter(copy);
  let badLines = 0;
  try {
    for (;;) {
      const goesOn = window.more();
      const cut = goesOn ? (wide ? wideCut(window, encoding === 'utf-16be') : byteCut(window)) : window.end;
      if (cut > window.start)
        badLines += writePiece(writer, decoder, window.bytes.subarray(window.start, cut));
      window.start = cut;
      if (!goesOn) return badLines;
    }
  } finally {
    writer.close();
    window.close();
  }
}

/** Decodes pieces of whole lines. */
interface Decoder {
  /** The text, or undefined where some byte cannot be decoded. */
  whole(bytes: Buffer): string | undefined;
  /** Line by line, with U+FFFD in place of what cannot be decoded. */
  lines(bytes: Buffer): { text: string; good: boolean }[];
}

function byteDecoder(encoding: string): Decoder {
  const strict = new TextDecoder(encoding, { fatal: true });
  const loose = new TextDecoder(encoding);
  const whole = (bytes: Buffer): string | undefined => {
    try {
      return strict.decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  };
  return {
    whole,
    lines: (bytes) =>
      splitLines(bytes).map((line) => {
        const text = whole(line);
        return { text: text ?? loose.decode(line), good: text !== undefined };
      }),
  };
}

function utf16Decoder(bigEndian: boolean): Decoder {
  const textOf = (bytes: Buffer): string => {
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 2));
    const text = bigEndian ? Buffer.from(whole).swap16().toString('utf16le') : whole.toString('utf16le');
    // Half a unit at the end of the file is as bad as half a surrogate pair.
    return whole.length === bytes.length ? text : `${text}\ud800`;
  };
  return {
    whole(bytes) {
      const text = textOf(bytes);
      return text.isWellFormed() ? text : undefined;
    },
    lines: (bytes) =>
      textOf(bytes)
        .split(/(?<=\n)/)
        .map((text) => ({ text: text.toWellFormed(), good: text.isWellFormed() })),
  };
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf(lf, start);
    const end = at < 0 ? bytes.length : at + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

function writePiece(writer: LineWriter, decoder: Decoder, bytes: Buffer): number {
  const text = decoder.whole(bytes);
  if (text !== undefined) {
    writer.text(text);
    return 0;
  }
  let badLines = 0;
  for (const line of decoder.lines(bytes)) {
    if (line.good) writer.text(line.text);
    else {
      badLines++;
      writeMarked(writer, line.text);
    }
  }
  return badLines;
}

function writeMarked(writer: LineWriter, text: string): void {
  for (const [index, piece] of text.split('\ufffd').entries()) {
    if (index > 0) writer.bytes(badByte, 0, 1);
    writer.text(piece);
  }
}

const badByte = Buffer.of(0xff);
const longestPiece = 1 << 24;

/** Where to cut a window of single- or multi-byte text: behind its last line end. */
function byteCut(window: ByteWindow): number {
  const { bytes, start, end } = window;
  const at = bytes.lastIndexOf(lf, end - 1);
  if (at >= start) return at + 1;
  if (end - start < longestPiece) return start;
  // A line longer than any record may be. Blanks are never the second byte of a character.
  for (let i = end - 1; i > start; i--) if ((bytes[i] as number) <= 0x20) return i + 1;
  return end;
}

/** Where to cut a window of UTF-16: behind its last line end, always between two units. */
function wideCut(window: ByteWindow, bigEndian: boolean): number {
  const { bytes, start } = window;
  const end = window.end - ((window.end - start) % 2);
  for (let i = end - 2; i >= start; i -= 2) {
    if ((bigEndian ? bytes.readUInt16BE(i) : bytes.readUInt16LE(i)) === lf) return i + 2;
  }
  return end - start < longestPiece ? start : end;
}
