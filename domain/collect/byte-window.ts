import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A stretch of a file in memory: `bytes[start..end)` is what is read and not yet consumed. */
export interface ByteWindow {
  readonly bytes: Buffer;
  /** First byte not consumed; the consumer moves it on. */
  start: number;
  readonly end: number;
  /** Whether `end` is the end of the file. */
  readonly atEnd: boolean;
  /** Grows with every `more`: positions remembered from before are void then. */
  readonly generation: number;
  /**
   * Reads on behind `end`, moving what is not consumed to the front and growing when it fills the window.
   *
   * @returns false at the end of the file
   */
  more(): boolean;
  close(): void;
}

const windowBytes = 1 << 22;

/** Opens a window over a file. Reading is synchronous: only the parsing child does it. */
export function openWindow(path: string, size: number = windowBytes): ByteWindow {
  const file = openSync(path, 'r');
  let bytes = Buffer.allocUnsafe(Math.max(1, Math.min(size, fstatSync(file).size + 1)));
  let end = 0;
  let atEnd = false;
  let generation = 0;

  const makeRoom = (from: number): void => {
    const kept = end - from;
    if (kept === bytes.length) {
      const larger = Buffer.allocUnsafe(bytes.length * 2);
      bytes.copy(larger, 0, from, end);
      bytes = larger;
    } else bytes.copy(bytes, 0, from, end);
    end = kept;
  };
  return {
    get bytes() {
      return bytes;
    },
    start: 0,
    get end() {
      return end;
    },
    get atEnd() {
      return atEnd;
    },
    get generation() {
      return generation;
    },
    more() {
      if (atEnd) return false;
      makeRoom(this.start);
      this.start = 0;
      generation++;
      const count = readSync(file, bytes, end, bytes.length - end, null);
      end += count;
      if (count === 0) atEnd = true;
      return count > 0;
    },
    close: () => closeSync(file),
  };
}
