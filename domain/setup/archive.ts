import { createReadStream, createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InputError } from '../runtime/errors.ts';

const blockBytes = 512;

/**
 * Writes one file of a `.tar.gz` to a path, streaming; other entries are passed over.
 *
 * Layout: POSIX.1-2001 ustar, 512-byte header blocks (name at 0, size in octal at 124), contents padded to a block.
 *
 * @param name base name of the entry, for example `temporal`
 * @throws InputError STK-SETUP-ARCHIVE when the archive is cut short or has no such file
 */
export async function extractFile(archive: string, name: string, target: string): Promise<void> {
  const gunzip = createGunzip();
  // Errors of the reader arrive through the gunzip stream, which the loop below reads.
  const source = createReadStream(archive);
  source.on('error', (error) => gunzip.destroy(error));
  const bytes = createByteReader(source.pipe(gunzip));
  try {
    for (;;) {
      const header = await bytes.take(blockBytes);
      if (header === undefined || header.every((byte) => byte === 0)) break;
      const entry = parseHeader(header, archive);
      if (entry.isFile && basename(entry.name) === name) {
        await pipeline(Readable.from(bytes.next(entry.bytes)), createWriteStream(target, { mode: 0o755 }));
        return;
      }
      for await (const _ of bytes.next(Math.ceil(entry.bytes / blockBytes) * blockBytes));
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw damaged(archive, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  throw damaged(archive, `it holds no file named ${name}`);
}

interface ByteReader {
  /** The next `count` bytes, or undefined at the end of the stream. */
  take(count: number): Promise<Buffer | undefined>;
  /** The next `count` bytes, chunk by chunk. */
  next(count: number): AsyncGenerator<Buffer>;
}

function createByteReader(stream: AsyncIterable<Buffer>): ByteReader {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const reader: ByteReader = {
    async take(count) {
      const parts: Buffer[] = [];
      for await (const part of reader.next(count)) parts.push(part);
      const whole = Buffer.concat(parts);
      return whole.length === 0 ? undefined : whole;
    },
    async *next(count) {
      for (let missing = count; missing > 0; ) {
        if (rest.length === 0) {
          const chunk = await chunks.next();
          if (chunk.done) {
            if (missing === count) return;
            throw new Error('it ends in the middle of a file');
          }
          rest = chunk.value;
        }
        const part = rest.subarray(0, missing);
        rest = rest.subarray(part.length);
        missing -= part.length;
        yield part;
      }
    },
  };
  return reader;
}

function parseHeader(
  header: Buffer,
  archive: string,
): { readonly name: string; readonly bytes: number; readonly isFile: boolean } {
  const field = (from: number, to: number): string => {
    const text = header.subarray(from, to).toString('latin1');
    const end = text.indexOf('\0');
    return end === -1 ? text : text.slice(0, end);
  };
  const bytes = Number.parseInt(field(124, 136).trim() || '0', 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw damaged(archive, 'a header has no valid size');
  // '0' and NUL both mean a regular file.
  const type = header.subarray(156, 157).toString('latin1');
  return { name: field(0, 100), bytes, isFile: type === '0' || type === '\0' };
}

function damaged(archive: string, why: string, cause?: unknown): InputError {
  return new InputError(
    `The archive ${basename(archive)} cannot be unpacked: ${why}; fetch it again (stocktake setup)`,
    { code: 'STK-SETUP-ARCHIVE', details: { archive }, cause },
  );
}
