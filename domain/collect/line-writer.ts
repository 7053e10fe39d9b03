import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Writes a file in large pieces, synchronously: only the parsing child does it. */
export interface LineWriter {
  readonly path: string;
  /** Appends text as UTF-8. */
  text(text: string): void;
  /** Appends `bytes[start..end)` as they are. */
  bytes(bytes: Buffer, start: number, end: number): void;
  /** Forgets everything written. */
  reset(): void;
  close(): void;
}

const bufferBytes = 1 << 20;

/** Creates (or empties) a file to write to. */
export function createLineWriter(path: string): LineWriter {
  const file = openSync(path, 'w');
  const buffer = Buffer.allocUnsafe(bufferBytes);
  let used = 0;
  let position = 0;

  const put = (bytes: Buffer, start: number, end: number): void => {
    for (let at = start; at < end; ) {
      const count = writeSync(file, bytes, at, end - at, position);
      at += count;
      position += count;
    }
  };
  const flush = (): void => {
    put(buffer, 0, used);
    used = 0;
  };
  return {
    path,
    text(text) {
      // A UTF-16 code unit takes at most three bytes of UTF-8.
      const most = text.length * 3;
      if (used + most > bufferBytes) flush();
      if (most <= bufferBytes) used += buffer.write(text, used);
      else {
        const whole = Buffer.from(text);
        put(whole, 0, whole.length);
      }
    },
    bytes(bytes, start, end) {
      const length = end - start;
      if (used + length > bufferBytes) flush();
      if (length <= bufferBytes) used += bytes.copy(buffer, used, start, end);
      else put(bytes, start, end);
    },
    reset() {
      used = 0;
      position = 0;
      ftruncateSync(file, 0);
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}
