import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { PlatformError } from '../runtime/errors.ts';
import { syncFolders } from '../store/objects.ts';
import { onDisk } from './landing.ts';
import { type Bucket, type ListedObject, objectChanged } from './source-s3.ts';

/**
 * Streams an object into a file, whole or not at all, and answers the hash of what came.
 *
 * @param pathOf absolute path of the file, known once the content is
 * @throws SourceError as the bucket does; STK-SOURCE-OBJECT, retryable, where more or fewer bytes came than were listed
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

async function received(bucket: Bucket, object: ListedObject, path: string): Promise<string> {
  const content = addAbortSignal(bucket.signal, await bucket.open(object));
  const file = await onDisk(() => open(path, 'wx'));
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > object.bytes) throw changed(object, 'more came');
      hash.update(chunk);
      await onDisk(() => file.writeFile(chunk));
    }
    if (bytes < object.bytes) throw changed(object, `${bytes} came`);
    await onDisk(() => file.sync());
    return hash.digest('hex');
  } catch (error) {
    throw error instanceof PlatformError ? error : bucket.fault(error);
  } finally {
    content.destroy();
    await onDisk(() => file.close());
  }
}

/** Reads in the bucket's own words as an object that is not what was listed. */
function changed({ bytes }: Pick<ListedObject, 'bytes'>, came: string): Error {
  return Object.assign(new Error(`it was listed with ${bytes} bytes and ${came}`), { name: objectChanged });
}
