import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Source } from '../../schemas/source.ts';
import { SourceError } from '../runtime/errors.ts';
import { inWaves } from '../runtime/waves.ts';
import { writeDurably } from '../store/objects.ts';
import { newestSlice } from './files.ts';
import { landingFolder } from './landed-files.ts';
import { cancelled, type Landing, type LandingWork, onDisk, withRetries } from './landing.ts';
import { download } from './object-download.ts';
import {
  definitionOf,
  keyFault,
  type LandedObject,
  landedPath,
  type ObjectPage,
  pageDates,
  pagesUpTo,
  readPage,
} from './object-pages.ts';
import { type Bucket, withBucket } from './source-s3.ts';
import type { ReadSecret } from './source-secrets.ts';
import { listWanted, type WantedObject, wantedKeys } from './wanted-objects.ts';

/** What to land of a bucket, and the effects landing may have. */
export interface ObjectsWork extends Omit<LandingWork, 'source' | 'extract'> {
  readonly source: S3Source;
  readonly readSecret: ReadSecret;
}

const objectsAtOnce = 4;
const heartbeatMs = 1000;
/** Objects after which a breaking off costs no more than those since. */
const objectsBetweenPages = 256;

/**
 * Takes the objects of a bucket into `<store>/landing/<source>/objects`: once per data date, whole objects only.
 *
 * An object whose size and ETag are known is not taken again. What a folder of keys held of a date stays known when nothing of
 * it is listed any more; otherwise the bucket's word counts. An object that cannot be had is told and the others go on; the
 * next run of the date tries it again. A bucket that cannot be read, or lists nothing, leaves what was landed as it is.
 *
 * @throws SourceError STK-COLLECT-CANCELLED after an abort, STK-COLLECT-PATH for a path that is none
 * @throws PlatformError STK-COLLECT-DISK when the landing zone cannot be written
 */
export async function landObjects(work: ObjectsWork): Promise<Landing> {
  const folder = join(work.storeDir, landingFolder, work.name);
  const { place, paths } = definitionOf(work.source);
  const newest = (await onDisk(() => pageDates(folder))).at(-1) ?? '';
  const there = await onDisk(() => readPage(folder, work.date, place));
  const done = there?.complete && there.unreadable.length === 0 && there.paths === paths;
  if (newest > work.date || (done && !work.force)) {
    return { state: 'reused', rows: there?.objects.length ?? 0 };
  }
  const earlier = await onDisk(() => pagesUpTo(folder, work.date, place));
  try {
    return await withBucket(work, work.readSecret, async (bucket) => {
      const { listed, why } = await withRetries(work, () =>
        listWanted(bucket, work.name, work.source, work.date),
      );
      if (listed.length === 0) return { state: 'empty', why };
      const wanted = work.source.mode === 'full' ? newestSlice(listed) : listed;
      return await takeAll(work, bucket, { folder, wanted, earlier, thereWhole: there?.complete === true });
    });
  } catch (error) {
    if (work.signal.aborted) throw cancelled(work.name, error);
    if (!(error instanceof SourceError) || error.code === 'STK-COLLECT-PATH') throw error;
    work.log.warn('a source could not be read', { source: work.name, code: error.code });
    return { state: 'unreadable', why: error.message };
  }
}

interface Taking {
  readonly folder: string;
  readonly wanted: readonly WantedObject[];
  /** Pages before, newest first; the last one is complete, if any is. */
  readonly earlier: readonly ObjectPage[];
  /** Whether the date has a complete page, which one that breaks off must not replace. */
  readonly thereWhole: boolean;
}

async function takeAll(work: ObjectsWork, bucket: Bucket, taking: Taking): Promise<Landing> {
  const { folder, wanted, earlier, thereWhole } = taking;
  const known = byKey(earlier.flatMap(({ objects }) => objects).reverse());
  const before = byKey(earlier.find(({ complete }) => complete)?.objects ?? []);
  const objects: LandedObject[] = [];
  const unreadable: ObjectPage['unreadable'] = [];
  const save = (page: Pick<ObjectPage, 'objects' | 'complete'>): Promise<void> =>
    onDisk(() =>
      savePage(folder, work.date, { format: 1, ...definitionOf(work.source), unreadable, ...page }),
    );
  const saveSoFar = async (): Promise<void> => {
    if (!thereWhole && objects.length > 0) await save({ objects, complete: false });
  };
  const beat = setInterval(() => work.heartbeat({ source: work.name, objects: objects.length }), heartbeatMs);
  try {
    await inWaves(wanted, objectsAtOnce, async (object, index) => {
      const taken = await take(work, bucket, object, known.get(object.key));
      if ('why' in taken) unreadable.push({ key: object.key, why: taken.why });
      const kept = 'why' in taken ? before.get(object.key) : taken.object;
      if (kept) objects.push(kept);
      if (index % objectsBetweenPages === objectsBetweenPages - 1) await saveSoFar();
    });
  } catch (error) {
    await saveSoFar();
    throw error;
  } finally {
    clearInterval(beat);
  }
  objects.push(...leftBehind(work, [...before.values()], wanted));
  await save({ objects, complete: true });
  work.log.info('a source was landed', { source: work.name, date: work.date, objects: objects.length });
  return { state: 'landed', rows: objects.length };
}

type Taken = { readonly object?: LandedObject } | { readonly why: string };

/** Takes one object, or says why it cannot be had; nothing of one that is gone since the bucket was listed. */
async function take(
  work: ObjectsWork,
  bucket: Bucket,
  { key, bytes, etag, whole }: WantedObject,
  known: LandedObject | undefined,
): Promise<Taken> {
  const { name, source, storeDir } = work;
  work.signal.throwIfAborted();
  const fault = keyFault(key) || sizeFault(bytes, source.objectBytes);
  if (fault) return { why: fault };
  const isKnown = known?.etag === etag && etag !== '' && known.bytes === bytes && !work.force;
  if (isKnown && (await isThere(join(storeDir, landedPath(name, known)), bytes))) return { object: known };
  try {
    const listed = { key: whole, bytes, etag };
    const sha256 = await download(bucket, listed, join(storeDir, landingFolder, name), (content) =>
      join(storeDir, landedPath(name, { key, sha256: content })),
    );
    return { object: { key, bytes, etag, sha256 } };
  } catch (error) {
    const code = error instanceof SourceError ? error.code : '';
    if (code === 'STK-SOURCE-GONE') return {};
    if (error instanceof SourceError && code === 'STK-SOURCE-OBJECT') return { why: error.message };
    throw error;
  }
}

/** What was known of folders and dates of which nothing is listed any more. */
function leftBehind(
  { name, source, date: to }: ObjectsWork,
  before: readonly LandedObject[],
  wanted: readonly WantedObject[],
): LandedObject[] {
  const wantedAs = wantedKeys(name, source, to);
  const groupOf = (key: string, date = ''): string => `${date} ${key.slice(0, key.lastIndexOf('/') + 1)}`;
  const listed = new Set(wanted.map(({ key, date }) => groupOf(key, date)));
  return before.filter(({ key }) => {
    const match = wantedAs(key);
    return match && !listed.has(groupOf(key, match.date));
  });
}

function sizeFault(bytes: number, most: number): string {
  return bytes > most ? `it has ${bytes} bytes, more than objectBytes, ${most}` : '';
}

async function isThere(path: string, bytes: number): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size === bytes,
    () => false,
  );
}

async function savePage(folder: string, date: string, page: ObjectPage): Promise<void> {
  const inOrder = <Entry extends { readonly key: string }>(entries: readonly Entry[]): Entry[] =>
    [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
  await mkdir(folder, { recursive: true });
  const sorted = { ...page, objects: inOrder(page.objects), unreadable: inOrder(page.unreadable) };
  await writeDurably(join(folder, `${date}.json`), `${JSON.stringify(sorted)}\n`);
}

/** The last of each key. */
function byKey(objects: readonly LandedObject[]): ReadonlyMap<string, LandedObject> {
  return new Map(objects.map((object) => [object.key, object]));
}
