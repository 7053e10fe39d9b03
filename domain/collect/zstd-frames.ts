import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileRefusal } from './reject-log.ts';

/** Where a compressed frame lies in a file: `[start, end)`. */
export interface ZstdFrame {
  readonly start: number;
  readonly end: number;
}

const magic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/**
 * Finds the frames of a zstd file by their block headers, without expanding anything: Node's decompressor ends with the first
 * frame and says nothing of what follows. Skippable frames are left out.
 *
 * Source: RFC 8878, sections 3.1.1 and 3.1.2.
 *
 * @throws SourceError STK-COLLECT-TRUNCATED, STK-COLLECT-DAMAGED
 */
export function zstdFrames(path: string): ZstdFrame[] {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytesAt = (at: number, count: number): Buffer => {
      const bytes = Buffer.alloc(count);
      if (at + count > size || readSync(file, bytes, 0, count, at) < count) throw truncated();
      return bytes;
    };
    const frames: ZstdFrame[] = [];
    for (let at = 0; at < size; ) {
      const start = at;
      const mark = bytesAt(at, 4).readUInt32LE();
      if (mark >>> 4 === skippableMagic >>> 4) {
        at += 8 + bytesAt(at + 4, 4).readUInt32LE();
        if (at > size) throw truncated();
      } else if (mark === magic) {
        at = frameEnd(bytesAt, at + 4);
        if (at > size) throw truncated();
        frames.push({ start, end: at });
      } else throw fileRefusal('STK-COLLECT-DAMAGED', 'something else follows a frame of the zstd data');
    }
    return frames;
  } finally {
    closeSync(file);
  }
}

function frameEnd(bytesAt: (at: number, count: number) => Buffer, descriptorAt: number): number {
  const descriptor = bytesAt(descriptorAt, 1)[0] as number;
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  let at = descriptorAt + 1 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let last = false; !last; ) {
    const header = bytesAt(at, 3).readUIntLE(0, 3);
    last = (header & 1) === 1;
    const type = (header >>> 1) & 3;
    if (type === 3) throw fileRefusal('STK-COLLECT-DAMAGED', 'a block of the zstd data has no known type');
    at += 3 + (type === 1 ? 1 : header >>> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}

function truncated(): Error {
  return fileRefusal('STK-COLLECT-TRUNCATED', 'the zstd data ends too early; deliver the whole file');
}
