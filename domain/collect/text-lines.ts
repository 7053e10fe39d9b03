import { isUtf8 } from 'node:buffer';
import type { ByteWindow } from './byte-window.ts';
import { cr, lf } from './csv-scanner.ts';
import { type RejectReason, rawBytes } from './reject-log.ts';

/** Consumes one physical line, keeping only its beginning. `bytes` is its length without the line end. */
export function takeLine(window: ByteWindow, newline: number): { raw: Buffer; bytes: number } {
  let kept: Buffer | undefined;
  let passed = 0;
  for (;;) {
    const at = window.bytes.subarray(0, window.end).indexOf(newline, window.start);
    const end = at < 0 ? window.end : at;
    kept ??= at < 0 && !window.atEnd && end - window.start < rawBytes ? undefined : headOf(window, end);
    if (at >= 0 || (kept !== undefined && window.atEnd)) {
      const bytes = passed + end - window.start - (at >= 0 && isCrBefore(window, at, newline) ? 1 : 0);
      window.start = at < 0 ? window.end : at + 1;
      return { raw: kept?.subarray(0, bytes) ?? Buffer.alloc(0), bytes };
    }
    if (kept !== undefined) {
      // One byte stays, so that a CR before the line end is still seen.
      passed += window.end - 1 - window.start;
      window.start = window.end - 1;
    }
    window.more();
  }
}

function headOf(window: ByteWindow, end: number): Buffer {
  return Buffer.from(window.bytes.subarray(window.start, Math.min(end, window.start + rawBytes + 4)));
}

function isCrBefore({ bytes, start }: ByteWindow, at: number, newline: number): boolean {
  return newline === lf && at > start && bytes[at - 1] === cr;
}

/** What is wrong with a text. */
export interface TextTrouble {
  readonly reason: RejectReason;
  readonly message: string;
}

const nul: TextTrouble = {
  reason: 'STK-COLLECT-NUL',
  message: 'holds a NUL byte; expected text',
};
const notText: TextTrouble = {
  reason: 'STK-COLLECT-ENCODING',
  message: 'holds bytes that are no text in the source’s encoding; set encoding or fallbackEncoding',
};

/** Checks texts of a window for NUL and invalid UTF-8: all whole lines at once, one by one only where that fails. */
export function createTextCheck(
  window: ByteWindow,
  newline: number,
): (start: number, end: number) => TextTrouble | undefined {
  let generation = -1;
  let checkedTo = 0;
  let good = true;
  return (start, end) => {
    if (window.generation !== generation || end > checkedTo) {
      generation = window.generation;
      checkedTo = Math.max(end, window.bytes.lastIndexOf(newline, window.end - 1));
      good = troubleIn(window.bytes.subarray(start, checkedTo)) === undefined;
    }
    return good ? undefined : troubleIn(window.bytes.subarray(start, end));
  };
}

/** What makes bytes no text: a NUL, or what is not UTF-8. */
export function troubleIn(bytes: Buffer): TextTrouble | undefined {
  if (bytes.includes(0)) return nul;
  return isUtf8(bytes) ? undefined : notText;
}

/** Received and allowed, for a text that is too long. */
export function longMessage(received: number, most: number): string {
  return `has ${received} bytes; limits.recordBytes allows ${most}`;
}
