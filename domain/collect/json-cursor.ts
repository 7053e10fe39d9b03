import type { ByteWindow } from './byte-window.ts';
import { lf } from './csv-scanner.ts';
import { rawBytes } from './reject-log.ts';

/** One JSON value as it stands in a file; `bytes[start..end)` holds it until the cursor moves on. */
export interface JsonExtent {
  /** Physical line it starts on, from 1. */
  readonly line: number;
  readonly bytes: Buffer;
  readonly start: number;
  /** End of what is kept: the whole value, or its beginning where it is too long. */
  readonly end: number;
  /** Length of the whole value. */
  readonly length: number;
  /** Deepest nesting inside; 0 for a scalar. */
  readonly depth: number;
  /** Whether the file ended within it. */
  readonly cut: boolean;
}

/** Walks the tokens of a JSON file between values and over values, without taking them apart. */
export interface JsonCursor {
  /** The next byte that is no white space, not consumed; -1 at the end of the file. */
  peek(): number;
  /** Consumes the byte `peek` saw. */
  take(): void;
  /** Consumes a value. Longer ones than `keepBytes` are passed over in flat memory; only their beginning is kept. */
  value(keepBytes: number): JsonExtent;
  /** Physical line of the next byte, from 1. */
  line(): number;
}

const ordinary = 0;
const quote = 1;
const backslash = 2;
const opening = 3;
const closing = 4;
const separator = 5;
const space = 6;
const classes = new Uint8Array(256);
for (const [kind, characters] of [
  [quote, '"'],
  [backslash, '\\'],
  [opening, '[{'],
  [closing, ']}'],
  [separator, ',:'],
  [space, ' \t\n\r'],
] as const) {
  for (const character of characters) classes[character.charCodeAt(0)] = kind;
}

/** Puts a cursor at the window's start. Never recurses, whatever the depth. */
export function createJsonCursor(window: ByteWindow): JsonCursor {
  let line = 1;
  return {
    line: () => line,
    peek() {
      for (;;) {
        while (window.start < window.end) {
          const c = window.bytes[window.start] as number;
          if (classes[c] !== space) return c;
          if (c === lf) line++;
          window.start++;
        }
        if (!window.more()) return -1;
      }
    },
    take() {
      window.start++;
    },
    value(keepBytes) {
      const extent = readValue(window, keepBytes, line);
      line += extent.lines;
      return extent;
    },
  };
}

/** Where the scan of a value stands: what a byte means depends on no more than this. */
interface ScanState {
  depth: number;
  deepest: number;
  inString: boolean;
  escaped: boolean;
  lines: number;
}

function readValue(window: ByteWindow, keepBytes: number, line: number): JsonExtent & { lines: number } {
  const state: ScanState = { depth: 0, deepest: 0, inString: false, escaped: false, lines: 0 };
  let head: Buffer | undefined;
  let passed = 0;
  let at = window.start;
  const extent = (end: number, cut: boolean): JsonExtent & { lines: number } => {
    const found = {
      line,
      bytes: head ?? window.bytes,
      start: head ? 0 : window.start,
      end: head ? head.length : end,
      length: passed + end - window.start,
      depth: state.deepest,
      cut,
      lines: state.lines,
    };
    window.start = end;
    return found;
  };
  for (;;) {
    const end = scanValue(window, at, state);
    if (end >= 0) return extent(end, false);
    if (window.end - window.start > keepBytes) {
      head ??= Buffer.from(window.bytes.subarray(window.start, window.start + rawBytes + 4));
      passed += window.end - window.start;
      window.start = window.end;
    }
    at = window.end - window.start;
    if (!window.more()) return extent(window.end, state.depth > 0 || state.inString);
    at += window.start;
  }
}

/** Scans on from `from`; the end of the value, or -1 where the window ends first. */
function scanValue(window: ByteWindow, from: number, state: ScanState): number {
  const { bytes, end } = window;
  let i = from;
  if (state.escaped && i < end) {
    state.escaped = false;
    i++;
  }
  for (; i < end; i++) {
    const kind = classes[bytes[i] as number];
    if (kind === ordinary) continue;
    if (kind === quote) {
      state.inString = !state.inString;
      if (!state.inString && state.depth === 0) return i + 1;
    } else if (state.inString) {
      if (kind === backslash && ++i >= end) state.escaped = true;
      if (bytes[i] === lf && i < end) state.lines++;
    } else if (state.depth === 0 && kind !== opening && kind !== backslash) return i;
    else if (kind === opening) state.deepest = Math.max(state.deepest, ++state.depth);
    else if (kind === closing && --state.depth === 0) return i + 1;
    else if (bytes[i] === lf) state.lines++;
  }
  return -1;
}
