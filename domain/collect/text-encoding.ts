import { type ByteWindow, openWindow } from './byte-window.ts';
import { lf } from './csv-scanner.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';
import { decodeWide, isWideEncoding, markedEncoding, type WideEncoding, wideCut } from './wide-text.ts';

/** How a text file is decoded. Encodings are WHATWG labels, or `utf-32le`, `utf-32be`. */
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
 * The WHATWG name of an encoding label, or undefined where there is no such encoding. UTF-32, which WHATWG leaves out, is
 * `utf-32le` or `utf-32be`.
 *
 * Source: WHATWG Encoding Standard, names and labels.
 */
export function encodingName(label: string): string | undefined {
  if (isWideEncoding(label.toLowerCase())) return label.toLowerCase();
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
 * A byte order mark of UTF-16 or UTF-32 wins over the stated encoding. In a decoded copy, a line that cannot be decoded keeps its bad
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
  const wide = isWideEncoding(encoding) ? encoding : undefined;
  const decoder = wide ? wideDecoder(wide) : byteDecoder(encoding);
  const window = openWindow(path);
  const writer = createLineWriter(copy);
  let badLines = 0;
  try {
    for (;;) {
      const goesOn = window.more();
      const cut = goesOn ? (wide ? wideCut(window, wide, longestPiece) : byteCut(window)) : window.end;
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

function wideDecoder(encoding: WideEncoding): Decoder {
  return {
    whole(bytes) {
      const text = decodeWide(bytes, encoding);
      return text.isWellFormed() ? text : undefined;
    },
    lines: (bytes) =>
      decodeWide(bytes, encoding)
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
