import type { Dialect } from './csv-dialect.ts';
import { cr, lf, type RecordScanner, type RecordShape } from './csv-scanner.ts';

/** Reads records of any dialect: slower than the scanner of RFC 4180, with the same answers where both can read. */
export interface LooseReader {
  readonly scan: RecordScanner;
  /** The values of a record that `scan` found whole. */
  split(bytes: Buffer, start: number, end: number): string[];
}

const blank = 0x20;
const backslash = 0x5c;
const none = -1;

/** Where a field stands: `[start, end)` without its quotes. */
interface FieldBounds {
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** Makes a reader. Fields are cut as bytes: delimiters and quotes are ASCII. */
export function createLooseReader(
  dialect: Dialect,
  limits: { readonly newline: number; readonly recordBytes: number },
): LooseReader {
  const { newline, recordBytes } = limits;
  const delimiter = codeOf(dialect.delimiter);
  const quote = codeOf(dialect.quote);
  const escapeByte = dialect.escapes === 'backslash' ? backslash : none;
  const { run, blankBeforeQuote } = dialect;
  const shape: RecordShape = {
    status: 'more',
    end: 0,
    next: 0,
    fields: 0,
    innerLines: 0,
    literal: true,
    ending: 'file',
  };

  /** Whether a carriage return that nothing follows ends the record: not where its end is known. */
  let lastReturnEnds = true;
  const isLineEnd = (bytes: Buffer, i: number, stop: number): boolean => {
    if (bytes[i] === newline) return true;
    if (newline !== lf || bytes[i] !== cr) return false;
    return i + 1 < stop ? bytes[i + 1] === lf : lastReturnEnds;
  };
  const runLength = (bytes: Buffer, from: number, stop: number): number => {
    let i = from;
    while (i < stop && bytes[i] === delimiter) i++;
    return i - from;
  };
  const skipBlanks = (bytes: Buffer, from: number, stop: number): number => {
    let i = from;
    while (i < stop && bytes[i] === blank) i++;
    return i;
  };
  /** The position of the closing quote, or -1 where the bytes end first. */
  const closingQuote = (bytes: Buffer, from: number, stop: number): number => {
    for (let i = from; i < stop; i++) {
      const c = bytes[i];
      if (c === newline) shape.innerLines++;
      if (c === escapeByte) {
        i++;
        if (i < stop && bytes[i] === newline) shape.innerLines++;
      } else if (c === quote) {
        if (bytes[i + 1] !== quote || i + 1 >= stop) return i;
        i++;
      }
    }
    return -1;
  };
  /** Whether a delimiter here ends a field; runs shorter than asked for are text. */
  const delimitsAt = (bytes: Buffer, i: number, stop: number): boolean =>
    bytes[i] === delimiter && (run < 2 || runLength(bytes, i, stop) >= run);
  const plainEnd = (bytes: Buffer, from: number, stop: number): number => {
    let i = from;
    for (; i < stop; i++) {
      if (bytes[i] === escapeByte && i + 1 < stop && bytes[i + 1] !== newline) i++;
      else if (isLineEnd(bytes, i, stop)) return i;
      else if (bytes[i] === delimiter) {
        if (delimitsAt(bytes, i, stop)) return i;
        i += runLength(bytes, i, stop) - 1;
      }
    }
    return Math.min(i, stop);
  };

  /** Walks one record; `undefined` where the bytes end within quotes, -1 where a quote makes no sense. */
  const walk = (bytes: Buffer, start: number, stop: number, fields?: FieldBounds[]): number | undefined => {
    shape.fields = 0;
    shape.innerLines = 0;
    for (let i = run > 0 ? start + runLength(bytes, start, stop) : start; ; ) {
      const opening = blankBeforeQuote ? skipBlanks(bytes, i, stop) : i;
      shape.fields++;
      if (quote !== none && opening < stop && bytes[opening] === quote) {
        const close = closingQuote(bytes, opening + 1, stop);
        if (close < 0) return undefined;
        fields?.push({ start: opening + 1, end: close, quoted: true });
        i = blankBeforeQuote ? skipBlanks(bytes, close + 1, stop) : close + 1;
        if (i < stop && !isLineEnd(bytes, i, stop) && !delimitsAt(bytes, i, stop)) return -1;
      } else {
        const end = plainEnd(bytes, i, stop);
        fields?.push({ start: i, end, quoted: false });
        i = end;
      }
      if (i >= stop || isLineEnd(bytes, i, stop)) return i;
      i += run > 0 ? runLength(bytes, i, stop) : 1;
      if (run > 0 && (i >= stop || isLineEnd(bytes, i, stop))) return i;
    }
  };
  const give = (status: RecordShape['status']): RecordShape => {
    shape.status = status;
    return shape;
  };

  return {
    scan(bytes, start, end, atEnd) {
      const stop = Math.min(end, start + recordBytes + 2);
      const atFileEnd = atEnd && stop === end;
      lastReturnEnds = true;
      const at = walk(bytes, start, stop);
      if (at === -1) return give('quote');
      const isCut = at === undefined || at >= stop || (bytes[at] === cr && newline === lf && at + 1 === stop);
      if (isCut && !atFileEnd) {
        return give(stop < end || stop - start > recordBytes + 1 ? 'long' : 'more');
      }
      if (at === undefined) return give('quote');
      const isReturn = at < stop && bytes[at] === cr && newline === lf;
      shape.end = at;
      shape.next = Math.min(end, at + (isReturn ? 2 : 1));
      shape.ending = at >= stop || (isReturn && at + 1 >= stop) ? 'file' : isReturn ? 'crlf' : 'newline';
      return give(at - start > recordBytes ? 'long' : 'record');
    },
    split(bytes, start, end) {
      const fields: FieldBounds[] = [];
      lastReturnEnds = false;
      walk(bytes, start, end, fields);
      return fields.map((field) => unquoted(bytes, field, dialect));
    },
  };
}

const codeOf = (character: string): number => (character === '' ? none : character.charCodeAt(0));

/** A backslash before anything but a quote, delimiter, backslash or line end is text: `\N` and `C:\temp` stay. */
function unquoted(
  bytes: Buffer,
  { start, end, quoted }: FieldBounds,
  { quote, escapes, delimiter }: Dialect,
): string {
  const text = bytes.toString('utf8', start, end);
  if (escapes === 'backslash' && text.includes('\\')) {
    return text.replace(/\\([\s\S])/g, (whole, character: string) =>
      character === quote || character === delimiter || character === '\\' || character === '\n'
        ? character
        : whole,
    );
  }
  return quoted && text.includes(quote) ? text.replaceAll(quote + quote, quote) : text;
}
