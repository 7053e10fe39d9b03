import { join } from 'node:path';
import type { SourcePlan } from '../../schemas/plan.ts';
import type { S3Source } from '../../schemas/source.ts';
import { type HashedFile, type ListRange, newestSlice, slicesOf } from './files.ts';
import { landingFolder } from './landed-files.ts';
import { onDisk } from './landing.ts';
import { landedPath, type ObjectPage, pageDates, pagesUpTo, readPage, shownKey } from './object-pages.ts';
import { type WantKey, wantedKeys } from './wanted-objects.ts';

const keysNamed = 3;

/**
 * Lists what was landed of a bucket, for the newest date up to the one asked for; for a date before all landed ones, of the
 * first: its keys carry their dates. What was landed of another bucket counts until the one asked for now was read.
 * `missing` says what was listed in the bucket and could not be had.
 */
export async function listObjects(
  options: ListRange,
  source: S3Source,
  storeDir: string,
): Promise<SourcePlan> {
  const { name, from = '', to } = options;
  const page = await onDisk(() => pageFor(join(storeDir, landingFolder, name), to));
  const wanted = wantedKeys(name, source, to);
  const files = (page?.objects ?? []).flatMap((object): HashedFile[] => {
    const match = wanted(object.key);
    const { bytes, sha256 } = object;
    return match ? [{ path: landedPath(name, object), bytes, sha256, ...match }] : [];
  });
  const broken = brokenDates(page, wanted);
  const whole = files.filter(({ date }) => date === undefined || !broken.has(date));
  const chosen = source.mode === 'full' ? newestSlice(whole) : files;
  const { slices, repeats } = slicesOf(
    chosen.sort((a, b) => (a.path < b.path ? -1 : 1)),
    source.mode,
    from,
  );
  const unreadable = whyUnreadable(page);
  const none =
    slices.length === 0 && repeats.length === 0 ? `no object of ${name} was landed up to ${to}` : '';
  return { source: name, slices, repeats, missing: unreadable || none };
}

async function pageFor(folder: string, to: string): Promise<ObjectPage | undefined> {
  const upTo = (await pagesUpTo(folder, to)).find(({ complete }) => complete);
  if (upTo) return upTo;
  for (const date of (await pageDates(folder)).filter((one) => one > to)) {
    const page = await readPage(folder, date);
    if (page?.complete) return page;
  }
  return undefined;
}

/** Dates of which an object is known by name only: as a full list they would say that the rest of it is gone. */
function brokenDates(page: ObjectPage | undefined, wanted: WantKey): ReadonlySet<string> {
  const had = new Set(page?.objects.map(({ key }) => key));
  const lost = (page?.unreadable ?? []).filter(({ key }) => !had.has(key));
  return new Set(lost.flatMap(({ key }) => wanted(key)?.date ?? []));
}

function whyUnreadable(page: ObjectPage | undefined): string {
  const all = page?.unreadable ?? [];
  if (all.length === 0) return '';
  const named = all.slice(0, keysNamed).map(({ key, why }) => `${shownKey(key)} (${why})`);
  const more = all.length > named.length ? ` and ${all.length - named.length} more` : '';
  return `${all.length} listed ${all.length === 1 ? 'object' : 'objects'} could not be had: ${named.join(', ')}${more}; give the right to read, or put a readable one there, then: stocktake run. The others were taken`;
}
