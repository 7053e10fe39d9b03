import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { S3Source } from '../../schemas/source.ts';
import { isIsoDate } from '../plan/dates.ts';
import { systemErrorCode } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import { landingFolder } from './landed-files.ts';
import { parsedOrNothing } from './landing.ts';

/** An object that was taken: its key below the source's prefix, as it was listed, and what came. */
const landedObjectSchema = z.strictObject({
  key: z.string(),
  bytes: z.number().int(),
  etag: z.string(),
  sha256: z.string(),
});
export type LandedObject = z.infer<typeof landedObjectSchema>;

/** What a bucket had on a date, as `landing/<source>/<date>.json` of the store tells it. Holds no credential. */
const objectPageSchema = z.strictObject({
  format: z.literal(1),
  /** Hash of the place read; objects of another place are not these. */
  place: z.string(),
  /** Hash of the keys asked for. */
  paths: z.string(),
  /** Ordered by key. */
  objects: z.array(landedObjectSchema),
  /** Listed and not taken, and why (for people). */
  unreadable: z.array(z.strictObject({ key: z.string(), why: z.string() })),
  /** False where reading broke off: known objects to go on from, no state to plan with. */
  complete: z.boolean(),
});
export type ObjectPage = z.infer<typeof objectPageSchema>;

/** Dates of the pages in a source's landing folder, in order. */
export async function pageDates(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter(isIsoDate)
    .sort();
}

/** The page of a date; a damaged one, or one of another place than the one given, counts as none. */
export async function readPage(
  folder: string,
  date: string,
  place?: string,
): Promise<ObjectPage | undefined> {
  const text = await readFile(join(folder, `${date}.json`), 'utf8').catch((error) => {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  });
  const { data } = objectPageSchema.safeParse(parsedOrNothing(text));
  return place === undefined || data?.place === place ? data : undefined;
}

/** The pages from a date back to the newest complete one, newest first. */
export async function pagesUpTo(folder: string, date: string, place?: string): Promise<ObjectPage[]> {
  const found: ObjectPage[] = [];
  for (const at of (await pageDates(folder)).filter((one) => one <= date).reverse()) {
    const page = await readPage(folder, at, place);
    if (page) found.push(page);
    if (page?.complete) break;
  }
  return found;
}

/** Hashes of what a source reads: the place, and the keys asked for there. */
export function definitionOf(source: S3Source): Pick<ObjectPage, 'place' | 'paths'> {
  const { bucket, prefix, endpoint, region, path, mode } = source;
  return { place: hashOf({ bucket, prefix, endpoint, region }), paths: hashOf({ path, mode }) };
}

/**
 * Where a content lies, relative to the store: by key, so that contents keep the order of their keys, then by content, so that
 * what is replaced in the bucket stays as it was for the runs that pinned it.
 */
export function landedPath(source: string, { key, sha256 }: Pick<LandedObject, 'key' | 'sha256'>): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return `${landingFolder}/${source}/objects/${key}/@${sha256.slice(0, 16)}/${name}`;
}

/** A key as people may see it: what would steer a terminal stands as a mark. */
export function shownKey(key: string): string {
  return key.replace(/\p{Cc}/gu, '\ufffd');
}

/** Why a key cannot be a path of files, or empty. */
export function keyFault(key: string): string {
  const names = key.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    return 'its key leads out of its folder';
  if (/[\p{Cc}\\\ufffd]/u.test(key)) return 'its key holds a control character or a backslash';
  if (names.some((name) => Buffer.byteLength(name) > 255))
    return 'a name of its key is longer than 255 bytes';
  return names.some((name) => /^@[0-9a-f]{16}$/.test(name)) ? 'a name of its key is kept for contents' : '';
}
