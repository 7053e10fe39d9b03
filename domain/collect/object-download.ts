import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { PlatformError } from '../runtime/errors.ts';
import { syncFolders } from '../store/objects.ts';
import { onDisk, withRetries } from './landing.ts';
import { type Bucket, type ListedObject, objectChanged } from './source-s3.ts';

/**
 * Streams an object into a file, whole or not at all, and answers the hash of what came. Where the stream breaks off, the next
 * try goes on after what it brought.
 *
 * @param pathOf absolute path of the file, known once the content is
 * @throws SourceError as the bucket does; STK-SOURCE-OBJECT where more or fewer bytes come than were listed
 */
export async function download(
  bucket: Bucket,
  object: ListedObject,
  folder: string,
  pathOf: (sha256: string) => string,
): Promise<string> {
  await onDisk(() => mkdir(folder, { recursive: true }));
  const temporary = join(folder, `.${process.pid}-${randomUUID()}.tmp`);
  try {
    const sha256 = await received(bucket, object, temporary);
    const path = pathOf(sha256);
    await onDisk(async () => {
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
      await syncFolders([dirname(path)]);
    });
    return sha256;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** What has come of an object so far. */
interface Part {
  bytes: number;
  hash: Hash;
}

async function received(bucket: Bucket, object: ListedObject, path: string): Promise<string> {
  const part: Part = { bytes: 0, hash: createHash('sha256') };
  const file = await onDisk(() => open(path, 'wx'));
  try {
    await withRetries(bucket, () => readOn(bucket, object, file, part));
    await onDisk(() => file.sync());
    return part.hash.digest('hex');
  } catch (error) {
    // Also the end of the source's time between two tries.
    throw error instanceof PlatformError ? error : bucket.fault(error);
  } finally {
    await onDisk(() => file.close());
  }
}

async function readOn(bucket: Bucket, object: ListedObject, file: FileHandle, part: Part): Promise<void> {
  // What came whole and was refused all the same (by its checksum) is asked for anew.
  const had = part.bytes < object.bytes ? part.bytes : 0;
  const { content, from } = await bucket.open(object, had);
  addAbortSignal(bucket.signal, content);
  // A store that knows no ranges begins at the beginning.
  if (from === 0) Object.assign(part, { bytes: 0, hash: createHash('sha256') });
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      if (part.bytes + chunk.length > object.bytes) throw changed(object, 'more came');
      await onDisk(() => writeAll(file, chunk, part.bytes));
      part.hash.update(chunk);
      part.bytes += chunk.length;
    }
    if (part.bytes < object.bytes) throw changed(object, `${part.bytes} came`);
  } catch (error) {
    throw error instanceof PlatformError ? error : bucket.fault(error);
  } finally {
    content.destroy();
  }
}

async function writeAll(file: FileHandle, chunk: Buffer, at: number): Promise<void> {
  let done = 0;
  while (done < chunk.length) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}

/** Reads in the bucket's own words as an object that is not what was listed. */
function changed({ bytes }: Pick<ListedObject, 'bytes'>, came: string): Error {
  return Object.assign(new Error(`it was listed with ${bytes} bytes and ${came}`), { name: objectChanged });
}
